"""What was measured, drawn, and live while it runs."""

from nicegui import ui

from commands.ui.pages.transaction.measured import FROM_ZERO, Kind, Measured, sample_of
from commands.ui.pages.transaction.subject import Subject
from commands.ui.parts import cells
from commands.ui.parts.chart import Chart
from commands.ui.parts.details import Details
from commands.ui.parts.heading import empty, section

_AT_ONCE = 1000  # values of a page
_MOST = 50_000  # values that are drawn
_NONE = (
    "No meter values yet.\nA station sends them as its keys MeterValueSampleInterval and"
    " MeterValuesSampledData say; see the configuration on its page."
)


class Meters:
    """Charts by kind; `refresh` reads what came since."""

    def __init__(self, subject: Subject, *, title: str = "Meter values") -> None:
        self._subject = subject
        self._measured = Measured()
        self._charts: dict[Kind, Chart] = {}
        self._position, self._left = 0, _MOST
        with section(title):
            self._none = empty(_NONE)
            self._last = Details()
            self._box = ui.element("div").classes("halves charts")
            self._note = ui.label().classes("muted")
            self._file = ui.button("Meter values as CSV", icon="download", on_click=self._download)
            self._file.props("flat no-caps dense")
        self._tell()

    async def refresh(self) -> None:
        """Read on."""
        changed: set[Kind] = set()
        path, more = self._subject.path("meter-values"), True
        while more and self._left > 0:
            asked = self._subject.visit.api.get(path, after=self._position, limit=_AT_ONCE)
            page = await self._subject.visit.ask(asked)
            if page is None:
                return
            changed |= self._measured.add(map(sample_of, page["items"]))
            self._left -= len(page["items"])
            self._position = max([self._position, *(each["position"] for each in page["items"])])
            more = bool(page["next"])
        self._draw(changed)

    def _draw(self, changed: set[Kind]) -> None:
        for kind in sorted(changed):
            chart = self._charts.get(kind) or self._made(kind)
            lines = self._measured.lines(kind)
            chart.show([chart.line(name, points) for name, points in lines.items()])
        if changed:
            self._tell()

    def _made(self, kind: Kind) -> Chart:
        name = f"{kind.title} in {kind.unit}" if kind.unit else kind.title
        with self._box, ui.element("figure").classes("chart"):
            ui.label(name).classes("chart-name")
            chart = Chart(
                self._subject.visit.zone,
                unit="",  # it stands above
                name=f"{name} over time; the last values stand above",
                height=220,
                from_zero=kind.unit in FROM_ZERO,
            )
        self._charts[kind] = chart
        return chart

    def _tell(self) -> None:
        zone = self._subject.visit.zone
        last = self._measured.last()
        self._last.show(
            {
                name: cells.text(value, title=f"{zone.text(at)} · {zone.utc(at)}")
                for name, (value, at) in last.items()
            }
        )
        self._none.set_visibility(not last)
        self._file.set_visibility(bool(last))
        self._note.text = f"Only the first {_MOST:,} values are drawn." if self._left <= 0 else ""

    async def _download(self) -> None:
        asked = self._subject.visit.api.document(self._subject.path("meter-values"), "text/csv")
        if (content := await self._subject.visit.ask(asked)) is not None:
            ui.download.content(content, f"transaction-{self._subject.number}.csv")
