"""The configuration of a station: what it reported, what an operator desires, and what changed."""

import json
from collections.abc import Iterator
from datetime import datetime
from types import MappingProxyType
from typing import Any, Self

from domain.model.aggregate import Aggregate, Birth, Fact, Refused
from domain.model.key_value import KeyValue, most_keys, same

_LONGEST_KEY, _LONGEST_VALUE = 50, 500  # OCPP 1.6 section 7.29
_ACCEPTED, _REBOOT = "Accepted", "RebootRequired"
_REFUSALS = frozenset({"Rejected", "NotSupported"})  # any other word says nothing
_MANY_KEYS = "getconfigurationmaxkeys"


class Configuration(Aggregate):
    """Keys are compared in any case, and shown as the station spells them (CiString, rule R16)."""

    TOPIC = "configuration"
    SNAPSHOT_EVERY = 50
    ADDED = MappingProxyType({"awaits_after": 0})

    class Begun(Birth):
        """Something was learned or desired of a station's configuration for the first time."""

        TOPIC = "configuration.begun"
        station: str

    class Reported(Fact):
        """The station answered GetConfiguration. What it does not tell stays as it is known."""

        TOPIC = "configuration.reported"
        keys: str  # JSON: a list of {"key", "readonly", "value" or null}
        unknown: str  # JSON: a list of keys
        complete: bool  # it was asked for all keys

        def apply(self, configuration: "Configuration") -> None:
            for entry in json.loads(self.keys):
                configuration.learn(entry["key"], entry["value"], readonly=entry["readonly"])
            for key in json.loads(self.unknown):
                configuration.reported.pop(key.casefold(), None)
                configuration.unknown[key.casefold()] = key

    class ChangeRequested(Fact):
        """A ChangeConfiguration is on its way."""

        TOPIC = "configuration.change_requested"
        call: str
        key: str
        value: str
        by: str

        def apply(self, configuration: "Configuration") -> None:
            way = {"call": self.call, "value": self.value}
            configuration.changing[self.key.casefold()] = way

    class Changed(Fact):
        """The station answered a ChangeConfiguration: Accepted, RebootRequired or a refusal."""

        TOPIC = "configuration.changed"
        call: str
        key: str
        value: str
        status: str

        def apply(self, configuration: "Configuration") -> None:
            folded = configuration.arrive(self.key, self.call)
            if self.status == _ACCEPTED:
                configuration.hold(self.key, self.value)
            elif self.status == _REBOOT:
                configuration.pending[folded] = {"key": self.key, "value": self.value}
            elif self.status in _REFUSALS:
                configuration.refused[folded] = self.value

    class ChangeFailed(Fact):
        """No CALLRESULT came of a ChangeConfiguration; `reason` is how the call ended."""

        TOPIC = "configuration.change_failed"
        call: str
        key: str
        value: str
        reason: str

        def apply(self, configuration: "Configuration") -> None:
            folded = configuration.arrive(self.key, self.call)
            if self.reason == "refused":  # with a CALLERROR
                configuration.refused[folded] = self.value

    class RebootAwaited(Fact):
        """Changes wait for a boot: one on a newer connection than this tells of a reboot."""

        TOPIC = "configuration.reboot_awaited"
        connection: int  # 0: the station will reset, any boot does

        def apply(self, configuration: "Configuration") -> None:
            configuration.awaits_after = self.connection

    class TookEffect(Fact):
        """The station booted after it had said RebootRequired."""

        TOPIC = "configuration.took_effect"
        key: str
        value: str

        def apply(self, configuration: "Configuration") -> None:
            configuration.hold(self.key, self.value)

    class Desired(Fact):
        """An operator says what a key should be."""

        TOPIC = "configuration.desired"
        key: str
        value: str
        by: str

        def apply(self, configuration: "Configuration") -> None:
            folded = self.key.casefold()
            configuration.desired[folded] = {"key": self.key, "value": self.value}
            configuration.refused.pop(folded, None)

    class DesireDropped(Fact):
        """Nothing is desired of a key any more; what the station has, stays."""

        TOPIC = "configuration.desire_dropped"
        key: str
        by: str

        def apply(self, configuration: "Configuration") -> None:
            configuration.desired.pop(self.key.casefold(), None)

    class AutomaticSet(Fact):
        """Whether drift is put right without an operator asking each time."""

        TOPIC = "configuration.automatic_set"
        automatic: bool
        by: str

        def apply(self, configuration: "Configuration") -> None:
            configuration.automatic = self.automatic

    class Asked(Fact):
        """The automation asked the station how desired keys are."""

        TOPIC = "configuration.asked"
        call: str
        keys: str  # JSON: a list

        def apply(self, configuration: "Configuration") -> None:
            for key in json.loads(self.keys):
                configuration.asking[key.casefold()] = self.call

    def __init__(self, *, station: str) -> None:
        self.station, self.automatic, self.awaits_after = station, False, 0
        self.reported: dict[str, dict[str, Any]] = {}  # these by the folded key
        self.unknown: dict[str, str] = {}
        self.desired: dict[str, dict[str, str]] = {}
        self.changing: dict[str, dict[str, str]] = {}  # the last change that was sent
        self.pending: dict[str, dict[str, str]] = {}  # changes that wait for a boot
        self.refused: dict[str, str] = {}  # values the station would not take
        self.asking: dict[str, str] = {}  # the call of the automation that asked last

    @classmethod
    def id_of(cls, station: str) -> str:
        """The stream of a station's configuration."""
        return f"configuration:{station}"

    @classmethod
    def begin(cls, station: str, *, at: datetime) -> Self:
        """Nothing is known, nothing is desired, the automation is off."""
        return cls._create(cls.Begun, id=cls.id_of(station), station=station, timestamp=at)

    # --- effects that several facts share ---

    def learn(self, key: str, value: str | None, *, readonly: bool) -> None:
        """A key is as reported; a value that is not told is no news (it may be write-only)."""
        known = self.reported.get(key.casefold(), {}).get("value")
        held = known if value is None else value
        if None not in (known, value) and not same(str(known), str(value)):  # it is overtaken
            self.pending.pop(key.casefold(), None)
        self.reported[key.casefold()] = {"key": key, "value": held, "readonly": readonly}
        self.unknown.pop(key.casefold(), None)

    def hold(self, key: str, value: str) -> None:
        """A key has the value it was to have; what was said of it before is overtaken."""
        folded = key.casefold()
        known = self.reported.get(folded, {"key": key, "readonly": False})
        self.reported[folded] = known | {"value": value}
        for said in (self.unknown, self.pending, self.refused):
            said.pop(folded, None)

    def arrive(self, key: str, call: str) -> str:
        """A change is no longer on its way; the folded key."""
        folded = key.casefold()
        if self.changing.get(folded, {}).get("call") == call:
            del self.changing[folded]
        return folded

    # --- decisions ---

    def report(
        self, keys: list[KeyValue], unknown: list[str], *, complete: bool, at: datetime
    ) -> None:
        """GetConfiguration was answered; the same again is news too: it is so still."""
        told = [{"key": k.key, "readonly": k.readonly, "value": k.value} for k in keys]
        self.trigger_event(
            self.Reported,
            keys=json.dumps(told, ensure_ascii=False),
            unknown=json.dumps(unknown, ensure_ascii=False),
            complete=complete,
            timestamp=at,
        )

    def request_change(self, call: str, key: str, value: str, *, by: str, at: datetime) -> None:
        """A ChangeConfiguration was queued, by whomever."""
        if self.changing.get(key.casefold(), {}).get("call") != call:
            self.trigger_event(
                self.ChangeRequested, call=call, key=key, value=value, by=by, timestamp=at
            )

    def change(self, call: str, key: str, value: str, *, status: str, at: datetime) -> None:
        """A ChangeConfiguration was answered."""
        self.trigger_event(
            self.Changed, call=call, key=key, value=value, status=status, timestamp=at
        )

    def fail_change(self, call: str, key: str, value: str, *, reason: str, at: datetime) -> None:
        """A ChangeConfiguration came to nothing."""
        self.trigger_event(
            self.ChangeFailed, call=call, key=key, value=value, reason=reason, timestamp=at
        )

    def await_reboot(self, connection: int, *, at: datetime) -> None:
        """Changes wait for a boot after this connection; 0: the station will reset."""
        if self.pending and connection != self.awaits_after:
            self.trigger_event(self.RebootAwaited, connection=connection, timestamp=at)

    def take_effect(self, connection: int, *, at: datetime) -> None:
        """The station booted: what waited is done, unless the boot is but told once more."""
        if connection <= self.awaits_after:
            return
        for change in list(self.pending.values()):
            self.trigger_event(self.TookEffect, **change, timestamp=at)

    def desire(self, key: str, value: str, *, by: str, at: datetime) -> None:
        """Say what a key should be; raises Refused for what OCPP cannot carry."""
        if not key.strip() or len(key) > _LONGEST_KEY:
            raise Refused(f"a key has 1 to {_LONGEST_KEY} characters", Refused.INVALID)
        if len(value) > _LONGEST_VALUE:
            raise Refused(f"a value has at most {_LONGEST_VALUE} characters", Refused.INVALID)
        if self.desired.get(key.casefold(), {}).get("value") != value:
            self.trigger_event(self.Desired, key=key, value=value, by=by, timestamp=at)

    def drop_desire(self, key: str, *, by: str, at: datetime) -> None:
        """Desire nothing of a key any more."""
        if key.casefold() in self.desired:
            self.trigger_event(self.DesireDropped, key=key, by=by, timestamp=at)

    def set_automatic(self, *, automatic: bool, by: str, at: datetime) -> None:
        """Switch the automation on or off."""
        if automatic != self.automatic:
            self.trigger_event(self.AutomaticSet, automatic=automatic, by=by, timestamp=at)

    def ask(self, call: str, keys: list[str], *, at: datetime) -> None:
        """The automation has queued a GetConfiguration."""
        told = json.dumps(keys, ensure_ascii=False)
        self.trigger_event(self.Asked, call=call, keys=told, timestamp=at)

    # --- what follows from the state ---

    def spelled(self, key: str) -> str:
        """A key as the station spells it, else as whoever desires it does."""
        folded = key.casefold()
        known = self.reported.get(folded) or self.desired.get(folded) or {"key": key}
        return str(known["key"])

    @property
    def most_keys(self) -> int:
        """How many keys one GetConfiguration may name, 0 when that is not known."""
        return most_keys(self.reported.get(_MANY_KEYS, {}).get("value") or "")

    def drifted(self) -> Iterator[KeyValue]:
        """What is desired and not known to be so, but for what waits for a boot."""
        for folded, wish in self.desired.items():
            known = self.reported.get(folded, {}).get("value")
            waiting = self.pending.get(folded, {}).get("value")
            if all(v is None or not same(v, wish["value"]) for v in (known, waiting)):
                yield KeyValue(self.spelled(folded), wish["value"])

    def promising(self, wish: KeyValue) -> bool:
        """Whether the station has the key and may take the value: it did not refuse it before."""
        folded = wish.key.casefold()
        known = self.reported.get(folded, {"readonly": True})
        return not known["readonly"] and self.refused.get(folded) != wish.value

    def unheard(self) -> list[str]:
        """Desired keys of which the station never said anything."""
        heard = self.reported.keys() | self.unknown.keys()
        return [key for key in self.desired if key not in heard]
