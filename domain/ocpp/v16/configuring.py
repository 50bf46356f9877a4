"""What messages mean for the configuration of a station, and the calls that put drift right.

Passwords stay out of it: they are nobody's to compare (white paper A00.FR.304).
"""

from collections.abc import Iterable

import msgspec

from domain.model.call import Call
from domain.model.configuration import Configuration
from domain.model.key_value import KeyValue
from domain.ocpp.v16.secrets import is_secret
from domain.scope import Scope

_AUTOMATION = "automatic configuration"  # by whom its calls are
_HEARD = "Accepted"  # who boots so is asked for its keys
_CALLED = frozenset({"Accepted", "Pending"})  # before acceptance configuration is set up (4.2)


def find(scope: Scope) -> Configuration | None:
    """What is known of the station's configuration, when anything is."""
    return scope.find(Configuration, Configuration.id_of(scope.station_id))


def learned(scope: Scope) -> Configuration:
    """The same; it begins where nothing is known yet."""
    return find(scope) or scope.add(Configuration.begin(scope.station_id, at=scope.at))


def report(
    told: Iterable[KeyValue], unknown: Iterable[str], *, complete: bool, scope: Scope
) -> None:
    """The station answered GetConfiguration; the automation may follow it up."""
    keys = [_bare(each) for each in told]
    configuration = learned(scope)
    configuration.report(keys, list(unknown), complete=complete, at=scope.at)
    if _acts(configuration, scope):
        _follow(configuration, scope)  # and never ask again: it may tell the same for ever


def request_change(key: str, value: str, call: Call, scope: Scope) -> None:
    """A ChangeConfiguration is on its way."""
    if not is_secret(key):
        learned(scope).request_change(call.name, key, value, by=call.by, at=scope.at)


def change(key: str, value: str, status: str, call: Call, scope: Scope) -> None:
    """The station said what it did about a key. A new value is no reason to ask again."""
    if is_secret(key):
        return
    configuration = learned(scope)
    configuration.change(call.name, key, value, status=status, at=scope.at)
    if configuration.pending.get(key.casefold(), {}).get("value") == value:
        configuration.await_reboot(_connection(scope), at=scope.at)


def fail_change(key: str, value: str, call: Call, scope: Scope) -> None:
    """A ChangeConfiguration came to nothing; it may be tried again at the next report or boot."""
    if not is_secret(key):
        learned(scope).fail_change(call.name, key, value, reason=call.outcome, at=scope.at)


def reset(scope: Scope) -> None:
    """The station is going to reset, and may keep its socket (soft): its next boot is a reboot."""
    if configuration := find(scope):
        configuration.await_reboot(0, at=scope.at)


def boot(status: str, scope: Scope) -> None:
    """The station booted: what waited for it is done; the automation has a look at the keys."""
    configuration = find(scope)
    if configuration is None:
        return
    if not scope.triggered:  # asked for, it tells nothing of a reboot
        configuration.take_effect(_connection(scope), at=scope.at)
    if configuration.automatic and status == _HEARD:
        _ask(configuration, configuration.desired, scope)


def attend(scope: Scope) -> None:
    """Somebody changed what is desired: if the automation is on, it takes that up at once."""
    configuration = find(scope)
    if configuration is not None and _acts(configuration, scope):
        _follow(configuration, scope)
        _ask(configuration, configuration.unheard(), scope)


def put_right(scope: Scope, *, by: str) -> list[str]:
    """Put right all that drifted, because somebody asks for it; the ids of the calls."""
    configuration = find(scope)
    if configuration is None:
        return []
    return _put_right(configuration, configuration.drifted(), scope, by=by)


def _acts(configuration: Configuration, scope: Scope) -> bool:
    """Whether the automation is on, and the station is one that may be called."""
    station = scope.station()
    return configuration.automatic and station is not None and station.registration in _CALLED


def _follow(configuration: Configuration, scope: Scope) -> None:
    drifted = filter(configuration.promising, configuration.drifted())
    _put_right(configuration, drifted, scope, by=_AUTOMATION)


def _put_right(
    configuration: Configuration, drifted: Iterable[KeyValue], scope: Scope, *, by: str
) -> list[str]:
    calls = []
    for wish in list(drifted):
        if wish.value is None or _under_way(configuration, wish, scope):
            continue
        payload = msgspec.json.encode({"key": wish.key, "value": wish.value}).decode()
        call = scope.call_for("ChangeConfiguration", payload, by=by)
        if call is not None:
            configuration.request_change(call.name, wish.key, wish.value, by=by, at=scope.at)
            calls.append(call.name)
    return calls


def _under_way(configuration: Configuration, wish: KeyValue, scope: Scope) -> bool:
    """Whether this very value was sent, and its answer is still to come."""
    change = configuration.changing.get(wish.key.casefold())
    if change is None or change["value"] != wish.value:
        return False
    return _waits(change["call"], scope)


def _waits(call: str, scope: Scope) -> bool:
    found = scope.call(call)
    return found is not None and not found.done


def _ask(configuration: Configuration, keys: Iterable[str], scope: Scope) -> None:
    """GetConfiguration, with no more keys at a time than the station takes (5.8).

    A station that boots again and again is not asked the more for it.
    """
    wanted = [configuration.spelled(key) for key in keys if not _asked(configuration, key, scope)]
    most = configuration.most_keys or len(wanted)
    for first in range(0, len(wanted), most or 1):
        some = wanted[first : first + most]
        payload = msgspec.json.encode({"key": some}).decode()
        if call := scope.call_for("GetConfiguration", payload, by=_AUTOMATION):
            configuration.ask(call.name, some, at=scope.at)


def _asked(configuration: Configuration, key: str, scope: Scope) -> bool:
    call = configuration.asking.get(key)
    return call is not None and _waits(call, scope)


def _connection(scope: Scope) -> int:
    station = scope.station()
    return station.connection if station else 0


def _bare(told: KeyValue) -> KeyValue:
    return KeyValue(told.key, None, told.readonly) if is_secret(told.key) else told
