"""Who says what the public key of a meter is: whoever asks, an operator, the station itself."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from domain.evidence.signed_values import PublicKey
from domain.facts import decode, facts_of
from domain.log import Log, Notification
from domain.model.meter_key import WHOLE_STATION, MeterKey
from domain.moments import facts_between
from domain.ocpp import times
from projections import configuration
from projections.configuration import ConfigurationRow
from projections.database import Database

_TOPICS = tuple(fact.TOPIC for fact in facts_of(MeterKey))  # type: ignore[attr-defined]  # all have one
_NUMBER = re.compile(r"\d+")
# MeterPublicKey[1] (OCA), MeterPublicKey1, PublicKeyMeter_2, OcmfPublicKey and the like.
_WORD, _OF = "publickey", ("meter", "ocmf", "signed", "sigdata", "eichrecht")
_MOST = 500  # keys of a configuration


class Known(NamedTuple):
    """The keys of a connector's meter, the one that is most to be trusted first."""

    keys: tuple[PublicKey, ...]
    facts: tuple[Notification, ...]  # of an operator's entry, as stored


@dataclass(frozen=True, slots=True)
class MeterKeys:
    """Looks up keys; blocking."""

    stored: Log
    database: Database

    def of(self, station: str, connector: int, *, given: str = "", upto: int = 0) -> Known:
        """The keys of a connector. `upto`: as operators had entered them at that position.

        What was entered later counts when nothing was then: a key may be looked up afterwards.
        """
        entered = list(facts_between(self.stored, 0, topics=_TOPICS, station=station))
        then = [each for each in entered if each.position <= upto]
        told = self._entered(then, station, connector) or self._entered(entered, station, connector)
        asked = [PublicKey(given, "whoever asked for this proof")] if given else []
        return Known(
            keys=(*asked, *(key for _, key in told), *self._configured(station, connector)),
            facts=tuple(noted for noted, _ in told),
        )

    def entered(self, station: str, connector: int) -> PublicKey | None:
        """What an operator vouches for now."""
        facts = list(facts_between(self.stored, 0, topics=_TOPICS, station=station))
        return next((key for _, key in self._entered(facts, station, connector)), None)

    def _entered(
        self, facts: Sequence[Notification], station: str, connector: int
    ) -> list[tuple[Notification, PublicKey]]:
        """The key of the connector, else that of the whole station; none when it was withdrawn."""
        for number in dict.fromkeys((connector, WHOLE_STATION)):
            stream = MeterKey.id_of(station, number)
            last = next((each for each in reversed(facts) if each.stream == stream), None)
            if last is not None:
                fact = decode(last.stream, last.version, last.topic, last.state)
                if isinstance(fact, MeterKey.Entered):
                    source = f"{fact.by}, who entered it here on {times.write(fact.timestamp)}"
                    return [(last, PublicKey(fact.key, source))]
        return []

    def _configured(self, station: str, connector: int) -> Iterator[PublicKey]:
        rows = self.database.read(configuration.listed, station, limit=_MOST)
        told = [row for row in rows if row.value and _is_of_meter(row.folded)]
        own = [row for row in told if _number(row) == connector]
        for row in own or [row for row in told if _number(row) is None]:
            at = times.write(row.reported_at) if row.reported_at else "an unknown time"
            yield PublicKey(
                row.value or "", f"the station, whose configuration has it as {row.key} since {at}"
            )


def _is_of_meter(folded: str) -> bool:
    name = "".join(letter for letter in folded if letter.isalnum())
    return _WORD in name and any(word in name for word in _OF)


def _number(row: ConfigurationRow) -> int | None:
    found = _NUMBER.search(row.folded)
    return int(found[0]) if found else None
