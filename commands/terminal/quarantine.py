"""`ampledger quarantine`: what was put aside for a person, and what is decided of it."""

import json
from typing import Annotated, Any

import typer

from commands.client import path_of
from commands.terminal.connection import client_of
from commands.terminal.output import AsJson, plainly, show, show_one
from domain.model.quarantine import Kind, Ruling

app = typer.Typer(
    help="What a person has to decide.",
    no_args_is_help=True,
)

_COLUMNS = ("number", "station", "kind", "state", "subject", "kept_at", "ruling", "decided_by")
_CANDIDATES = ("score", "transaction", "state", "started_at", "id_tag", "energy_wh", "why")
_PATH = path_of("quarantine")

Number = Annotated[int, typer.Argument(help="number of the case")]
Note = Annotated[str, typer.Option(help="why, for the record")]


@app.command("list")
@plainly
def list_(
    context: typer.Context,
    *,
    all: Annotated[bool, typer.Option("--all", help="resolved ones too")] = False,
    station: Annotated[str, typer.Option(help="of this station")] = "",
    kind: Annotated[Kind | None, typer.Option(help="of this kind")] = None,
    transaction: Annotated[int | None, typer.Option(help="about this transaction")] = None,
    limit: Annotated[int, typer.Option(min=1, help="how many at most")] = 50,
    as_json: AsJson = False,
) -> None:
    """List open cases, the newest first."""
    rows = client_of(context).items(
        _PATH,
        most=limit,
        station=station,
        state="" if all else "open",
        kind=kind.value if kind else "",
        transaction=transaction,
    )
    show(rows, _COLUMNS, as_json=as_json)


@app.command("show")
@plainly
def show_(context: typer.Context, number: Number, *, as_json: AsJson = False) -> None:
    """Show one case, what came, and the transactions it may be about, the best first."""
    case = client_of(context).get(path_of("quarantine", number))
    if as_json:
        show_one(case, as_json=True)
        return
    candidates = case.pop("candidates")
    case["rulings"] = ", ".join(case["rulings"])
    show_one(case, as_json=False)
    if candidates:
        typer.echo()
        show(map(_candidate, candidates), _CANDIDATES, as_json=False)


@app.command()
@plainly
def resolve(
    context: typer.Context,
    number: Number,
    ruling: Annotated[Ruling, typer.Argument(help="what is decided")],
    *,
    note: Note,
    transaction: Annotated[int, typer.Option(min=0, help="for assign: to which")] = 0,
    meter_wh: Annotated[
        int | None, typer.Option(min=0, help="the meter at the end, when known better")
    ] = None,
    energy_wh: Annotated[
        int | None, typer.Option(min=0, help="what was charged, when readings cannot tell")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Decide of a case; transactions follow.

    assign: it belongs to --transaction. accept: it is as the station says now. reject: it is as on
    record. again: decide the record once more. dismiss: leave it.
    """
    body: dict[str, object] = {
        "ruling": ruling.value,
        "note": note,
        "transaction": transaction,
        "meter_wh": meter_wh,
        "energy_wh": energy_wh,
    }
    show_one(_posted(context, number, "resolve", body), as_json=as_json)


@app.command()
@plainly
def reopen(context: typer.Context, number: Number, *, note: Note, as_json: AsJson = False) -> None:
    """Take a decision back, and what it corrected."""
    show_one(_posted(context, number, "reopen", {"note": note}), as_json=as_json)


def _posted(context: typer.Context, number: int, deed: str, body: dict[str, object]) -> Any:  # noqa: ANN401 - JSON
    path = path_of("quarantine", number, deed)
    return client_of(context).post(path, json.dumps(body).encode())


def _candidate(row: dict[str, Any]) -> dict[str, Any]:
    transaction = row["transaction"]
    return {
        "score": row["score"],
        "transaction": transaction["id"],
        "state": transaction["status"],
        "started_at": transaction["started_at"],
        "id_tag": transaction["id_tag"],
        "energy_wh": row["energy_wh"],
        "why": "; ".join(row["reasons"]),
    }
