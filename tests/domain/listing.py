"""A house whose station has a local list: updates wished, answers given, the list looked at."""

from typing import Any

import orjson

from domain import wire
from domain.model import operations as op
from domain.model.call import Call
from domain.model.list_update import ListUpdate
from domain.model.local_entries import Entry
from domain.model.local_list import LocalList
from domain.ocpp.v16.local_auth_list.payloads import parts
from domain.repository import Repository
from tests.domain.house import House

ANN, BOB, EVE = Entry("ANN"), Entry("BOB"), Entry("EVE")


class ListHouse(House):
    """CP1 is registered and connected."""

    def __init__(self) -> None:
        super().__init__()
        self.settle()

    def refusal_of(self, operation: op.Operation) -> str:
        """Why a wish is not granted; "" when it is."""
        ((_, reply),) = self.process(self.wish(operation)).replies
        return reply.message

    def update(self, *payloads: str, name: str = "u1", **more: Any) -> str:
        operation = op.UpdateLocalList(station="CP1", update=name, payloads=payloads, **more)
        return self.refusal_of(operation)

    def raw(self, payload: str, call: str = "raw", action: str = "SendLocalList") -> None:
        wish = op.RequestCall(
            station="CP1", call=call, action=action, payload=payload, expires_at=self.now
        )
        self.process(self.wish(wish))

    def answer(self, call: str, status: str = "Accepted") -> None:
        self.process(self.received([3, call, {"status": status}]))

    def tell(self, version: int, call: str = "ask") -> None:
        self.raw("{}", call, "GetLocalListVersion")
        self.process(self.received([3, call, {"listVersion": version}]))

    def lose(self, call: str) -> None:
        self.process(
            wire.TimedOut(station="CP1", connection=5, call=call, reason="silence", at=self.now)
        )

    def switch(self, *, on: bool = True) -> None:
        self.process(self.wish(op.SwitchListFallback(station="CP1", on=on)))

    def confirm(self, *entries: Entry, version: int = 3) -> None:
        """The station has this list."""
        (payload,) = parts("Full", entries, version=version)
        self.raw(payload, f"full {version}")
        self.answer(f"full {version}")

    @property
    def held(self) -> LocalList:
        """As another process would find it."""
        found = Repository(self.log).get(LocalList, LocalList.id_of("CP1"))
        assert found is not None
        return found

    @property
    def chain(self) -> ListUpdate:
        """Likewise."""
        found = Repository(self.log).get(ListUpdate, ListUpdate.id_of("CP1"))
        assert found is not None
        return found

    def requested(self) -> list[tuple[str, dict[str, Any]]]:
        """The calls that were queued, in order: id and payload."""
        calls = [fact for fact in self.told() if isinstance(fact, Call.Requested)]
        return [(c.originator_id.removeprefix("call:"), orjson.loads(c.payload)) for c in calls]
