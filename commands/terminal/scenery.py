"""What operators of the demo have set up: cards, labels, limits, lists, jobs, and some users."""

import json
import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from commands.client import ApiError, Client, path_of
from commands.simulate.keyring import Keyring
from commands.terminal import adoption

GUEST = "guest"  # who looks at the demo
_DRIVERS = (
    "ANNA-04A1F2",
    "BEN-91C03D",
    "CHLOE-5E77B0",
    "DMITRI-2B8F",
    "EMRE-C0FFEE",
    "FATIMA-77D1",
)
_LOST = "GRETA-LOST"  # blocked; some try with it
CARDS = (*_DRIVERS * 3, _LOST, "HENRY-UNKNOWN")  # as often as they come; nobody knows the last
_COLLEAGUES = {GUEST: "admin", "olga": "operator", "victor": "viewer"}
_PLACES = (("harbour", "ac"), ("airport", "ac"), ("old-town", "street"), ("depot", "fleet"))
_NIGHT, _DAY = 1, 2  # numbers of charging profiles
_PROFILES = {
    _NIGHT: ("Full at night, half by day", ((0, 16.0), (25_200, 8.0), (72_000, 16.0))),
    _DAY: ("Sunshine at noon", ((0, 6.0), (28_800, 10.0), (39_600, 16.0), (54_000, 10.0))),
}
_IMAGE = bytes(range(256)) * 1_200  # of a firmware
_PATIENCE, _LOOK = 30.0, 0.2  # s for the stations to come, s between two looks


def build(client: Client, folder: Path, names: Sequence[str]) -> None:
    """Before the stations come: `folder` takes their secrets. Raises ApiError, OSError."""
    for tag in _DRIVERS:
        client.put(path_of("tokens", tag), {"note": f"card of {tag.partition('-')[0].title()}"})
    client.put(path_of("tokens", _LOST), {"status": "Blocked", "note": "reported as lost"})
    rings = {name: _ring(folder, name) for name in names}
    places = {name: _PLACES[at % len(_PLACES)] for at, name in enumerate(names)}
    adoption.adopt(client, rings, places)
    for number, (description, steps) in _PROFILES.items():
        _post(client, path_of("charging-profiles"), _profile(number, description, steps))
    for name, role in _COLLEAGUES.items():
        with suppress(ApiError):  # they are there since the last start
            _post(client, path_of("users"), {"name": name, "role": role})


def invitation(client: Client) -> str:
    """By which the guest chooses a password; raises ApiError."""
    made = client.post(path_of("users", GUEST, "invitations"))
    return str(made["token"])


def enliven(client: Client, names: Sequence[str]) -> None:
    """Once the stations have come, some orders; what one of them refuses is to be seen as well."""
    _await_stations(client, len(names))
    hour = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    reservation = {"connector_id": 2, "id_tag": _DRIVERS[0], "expiry_date": hour}
    image = _post(client, path_of("firmware"), _IMAGE, name="box-1.2.0.bin")
    update = {"firmware": {"firmware_id": image["id"]}}
    night, day = {"profile_id": _NIGHT}, {"profile_id": _DAY}
    at = [path_of("stations", name) for name in names]
    orders: tuple[tuple[str, dict[str, Any]], ...] = (
        (path_of("bulk-calls"), {"action": "GetConfiguration", "all": True}),
        (f"{at[0]}/connectors/0/charging-profiles", night),
        (f"{at[1]}/connectors/0/charging-profiles", day),
        (f"{at[0]}/connectors/0/schedule/ask", {}),
        (path_of("reservations"), {**reservation, "station": names[2]}),
        (path_of("reservations"), {**reservation, "station": names[3], "connector_id": 1}),
        (f"{at[4]}/local-list", {"update_type": "Full", "tokens": {}}),
        (f"{at[5]}/diagnostics", {}),
        (path_of("campaigns"), {**update, "name": "Box 1.2.0", "label": "depot", "wave_size": 2}),
    )
    for path, body in orders:
        with suppress(ApiError):
            _post(client, path, body)


def _ring(folder: Path, name: str) -> Keyring:
    return adoption.keyring(folder / f"{name}.json", 1, 1, ())


def _profile(
    number: int, description: str, steps: Sequence[tuple[int, float]]
) -> dict[str, object]:
    periods = [{"start": start, "limit": limit} for start, limit in steps]
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    schedule = {"unit": "A", "periods": periods, "start": midnight.isoformat(), "duration": 86_400}
    return {
        "id": number,
        "description": description,
        "purpose": "TxDefaultProfile",
        "kind": "Recurring",
        "recurrency": "Daily",
        "stack_level": 0,
        "schedule": schedule,
    }


def _await_stations(client: Client, count: int) -> None:
    deadline = time.monotonic() + _PATIENCE
    while client.get(path_of("stations"), online="true", limit=1)["total"] < count:
        if time.monotonic() > deadline:
            return
        time.sleep(_LOOK)


def _post(client: Client, path: str, body: object, **query: object) -> Any:  # noqa: ANN401 - JSON
    given = body if isinstance(body, bytes) else json.dumps(body).encode()
    return client.post(path, given, **query)
