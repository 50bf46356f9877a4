"""A bar of parts, each as wide as there are many of it."""

from collections.abc import Mapping

from nicegui import ui

_COLOURS = {
    "succeeded": "bar-good",
    "failed": "bar-bad",
    "under way": "bar-busy",
    "cancelled": "bar-warn",
    "waiting": "bar-idle",
}


class Bar:
    """How many of a campaign or a wave came to what; changed in place."""

    def __init__(self, name: str) -> None:
        """`name` of what is counted, for who cannot see it."""
        self._name = name
        self._shown: dict[str, int] = {}
        with ui.element("div").classes("bar").props("role=img") as self._bar:
            self._parts = {each: ui.element("div").classes(_COLOURS[each]) for each in _COLOURS}
        self._said = ui.label().classes("muted")

    def show(self, counts: Mapping[str, int]) -> None:
        """By succeeded, failed, under way, cancelled, waiting."""
        if dict(counts) == self._shown:
            return
        self._shown = dict(counts)
        for name, part in self._parts.items():
            part.style(f"flex-grow: {counts.get(name, 0)}")
        said = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
        self._said.text = said or "nobody"
        self._bar.props["aria-label"] = f"{self._name}: {said or 'nobody'}"
        self._bar.update()
