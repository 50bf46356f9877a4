"""What would come of each line of a spreadsheet, or came of it; lines with problems first."""

from collections import Counter
from collections.abc import Sequence

from nicegui import ui

from commands.ui.pages.stations.lines import Told
from commands.ui.parts import cells
from commands.ui.parts.cells import Tone
from commands.ui.parts.listing import Column
from commands.ui.parts.rows import Rows

_SHOWN = 500  # lines
_TONES: dict[str, Tone] = {"registered": "good", "replaced": "busy", "refused": "bad"}


class Preview:
    """Empty until a file has come."""

    def __init__(self) -> None:
        self._said = ui.label().props("role=status")
        columns = (
            Column("line", "Line", lambda each: cells.text(each.line), align="right"),
            Column("id", "Station", lambda each: cells.code(each.id)),
            Column("outcome", "Outcome", _outcome),
            Column("problem", "Problem", lambda each: cells.text(each.problem)),
        )
        self._rows = Rows(columns, name="Lines", empty="No file yet: choose one above.")

    def show(self, told: Sequence[Told], *, was_dry: bool) -> None:
        """All of it, as far as people read it."""
        counts = Counter(each.outcome for each in told)
        will = "would be " if was_dry else ""
        words = (f"{counts[name]:,} {will}{name}" for name in _TONES if counts[name])
        more = f" The first {_SHOWN} lines are shown." if len(told) > _SHOWN else ""
        self._said.text = f"{len(told):,} lines: {', '.join(words)}.{more}"
        ordered = sorted(told, key=lambda each: (not each.problem, each.line))
        self._rows.show(ordered[:_SHOWN])


def _outcome(told: Told) -> cells.Cell:
    return cells.state(told.outcome, _TONES.get(told.outcome))
