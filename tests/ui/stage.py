"""What happens at stations in the tests of pages."""

from tests.ui.people import Asked, eventually


def start(api: Asked, station: str, tag: str, connector: int = 1) -> int:
    """Have a car charge; the number of the transaction."""
    wish = {"connectorId": connector, "idTag": tag}
    api.post(f"/api/v1/stations/{station}/calls/RemoteStartTransaction", wish)
    path = f"/api/v1/transactions?station={station}&open=true"
    return int(eventually(lambda: api.get(path)["items"])[0]["id"])
