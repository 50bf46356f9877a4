"""Before something is done: what it will do, to whom, and why."""

from nicegui import ui


async def confirmed(
    title: str, consequence: str, *, verb: str, danger: bool = True, reason: bool = False
) -> str | None:
    """Ask whether to go on; None: no. The reason given, or the verb when none was asked for.

    `title` names what and to whom, `consequence` what happens then, `verb` is on the button.
    """
    with ui.dialog() as dialog, ui.card().classes("dialog"):
        dialog.props["aria-label"] = title
        ui.label(title).classes("dialog-title")
        ui.label(consequence).classes("pre-line")
        why = ui.input("Reason").classes("w-full").props("autofocus") if reason else None
        with ui.row().classes("w-full justify-end"):
            ui.button("Cancel", on_click=lambda: dialog.submit(None)).props("flat no-caps")
            sure = ui.button(verb, on_click=lambda: dialog.submit(why.value if why else verb))
            sure.props(f"no-caps unelevated color={'negative' if danger else 'primary'}")
            if why:
                sure.bind_enabled_from(why, "value", backward=bool)
    answer: str | None = await dialog
    dialog.delete()
    return answer


def secret(title: str, value: str, advice: str) -> None:
    """Show what is shown only once, with a way to copy it."""
    with ui.dialog(value=True) as dialog, ui.card().classes("dialog"):
        dialog.props("persistent").props["aria-label"] = title
        ui.label(title).classes("dialog-title")
        ui.label(advice)
        with ui.row().classes("w-full items-center no-wrap"):
            ui.label(value).classes("code secret")
            copy = ui.button(icon="content_copy", on_click=lambda: ui.clipboard.write(value))
            copy.props('flat dense aria-label="Copy"')
        with ui.row().classes("w-full justify-end"):
            ui.button("I have it", on_click=dialog.delete).props("no-caps unelevated")
