"""The options that choose many stations, as a request to the API names them."""

from typing import Annotated, Any

import typer

Stations = Annotated[
    list[str] | None, typer.Option("--station", help="a station; may come several times")
]
Label = Annotated[str, typer.Option(help="all with this label")]
Search = Annotated[str, typer.Option(help="part of id, serial number, vendor, model or note")]
Online = Annotated[
    bool | None, typer.Option("--online/--offline", help="only those (not) connected now")
]
All = Annotated[bool, typer.Option("--all", help="all stations of the register")]


def selection(
    stations: list[str] | None, *, label: str, search: str, online: bool | None, all: bool
) -> dict[str, Any]:
    """What was chosen, and nothing that was not."""
    chosen = {
        "stations": stations or None,
        "label": label or None,
        "search": search or None,
        "online": online,
        "all": all or None,
    }
    return {name: value for name, value in chosen.items() if value is not None}
