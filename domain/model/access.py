"""How a station may come in: its passwords and its security profile (white paper A00, A01, A05)."""

from datetime import datetime
from itertools import takewhile
from typing import Self

from domain.model.aggregate import Aggregate, Birth, Fact

BASIC = frozenset({1, 2})  # security profiles with a password
_HIGHEST = 3
_TURNED_AWAY = 8  # connections that are remembered as such

_ASKED, _UNANSWERED, _AT_BOOT = "asked", "unanswered", "at boot"  # how an offer stands


class Access(Aggregate):
    """Whatever password the station may hold fits, so that it is never locked out; no other does.

    It begins where something first differs from what an operator registered. A new password fits
    from when it is asked for; the old one until the new one is accepted or used (A01.FR.03-05).
    A higher profile is as good from when it is asked for; the old one until the higher one has been
    used (A05.FR.07-09). Only an operator lowers it (A00.FR.005).
    """

    TOPIC = "access"
    SNAPSHOT_EVERY = 100

    class Begun(Birth):
        """As the station is registered."""

        TOPIC = "access.begun"
        profile: int
        credential: str

    class PasswordSet(Fact):
        """An operator gave it another password, or none, beside OCPP."""

        TOPIC = "access.password_set"
        credential: str
        by: str

        def apply(self, access: "Access") -> None:
            access.credential = self.credential

    class ProfileSet(Fact):
        """An operator gave it another security profile, beside OCPP."""

        TOPIC = "access.profile_set"
        profile: int
        by: str

        def apply(self, access: "Access") -> None:
            access.profile, access.expected, access.expected_by = self.profile, 0, ""

    class Offered(Fact):
        """A call is to give the station a new password: from now on it fits."""

        TOPIC = "access.offered"
        call: str
        credential: str

        def apply(self, access: "Access") -> None:
            access.offers[self.call] = {"credential": self.credential, "standing": _ASKED}

    class Doubted(Fact):
        """No answer came: it holds the new password or does not (A01.FR.05)."""

        TOPIC = "access.doubted"
        call: str

        def apply(self, access: "Access") -> None:
            access.offers[self.call]["standing"] = _UNANSWERED

    class Deferred(Fact):
        """It will hold the new password after a reboot."""

        TOPIC = "access.deferred"
        call: str

        def apply(self, access: "Access") -> None:
            access.offers[self.call]["standing"] = _AT_BOOT

    class Adopted(Fact):
        """The new password is the one: the old one fits no more."""

        TOPIC = "access.adopted"
        call: str
        credential: str

        def apply(self, access: "Access") -> None:
            access.offers.pop(self.call)
            access.credential = self.credential

    class Dropped(Fact):
        """The new password came to nothing: it fits no more."""

        TOPIC = "access.dropped"
        call: str
        credential: str
        reason: str

        def apply(self, access: "Access") -> None:
            access.offers.pop(self.call)

    class UpgradeExpected(Fact):
        """The station may come with a higher security profile."""

        TOPIC = "access.upgrade_expected"
        call: str  # that asked for it; "": none did, a first password is being introduced
        profile: int

        def apply(self, access: "Access") -> None:
            access.expected, access.expected_by = self.profile, self.call

    class UpgradeDropped(Fact):
        """It will not."""

        TOPIC = "access.upgrade_dropped"
        call: str
        profile: int
        reason: str

        def apply(self, access: "Access") -> None:
            access.expected, access.expected_by = 0, ""

    class Upgraded(Fact):
        """It came with the higher profile: the old one is refused from now on."""

        TOPIC = "access.upgraded"
        profile: int

        def apply(self, access: "Access") -> None:
            access.profile, access.expected, access.expected_by = self.profile, 0, ""

    class TurnedAway(Fact):
        """Its gateway let a socket in that must not be: nothing on it is heard."""

        TOPIC = "access.turned_away"
        connection: int
        reason: str

        def apply(self, access: "Access") -> None:
            access.turned_away = [*access.turned_away[1 - _TURNED_AWAY :], self.connection]

    class Emptied(Fact):
        """The station was taken out of the register."""

        TOPIC = "access.emptied"
        by: str

        def apply(self, access: "Access") -> None:
            access.offers.clear()
            access.profile, access.credential = 0, ""
            access.expected, access.expected_by = 0, ""

    def __init__(self, *, profile: int, credential: str) -> None:
        self.profile, self.credential = profile, credential
        self.expected, self.expected_by = 0, ""  # a higher profile, and the call that asked for it
        self.offers: dict[str, dict[str, str]] = {}  # by call, in order: credential, standing
        self.turned_away: list[int] = []  # the last connections that were

    @classmethod
    def id_of(cls, station: str) -> str:
        """The stream of a station."""
        return f"access:{station}"

    @classmethod
    def begin(cls, station: str, *, profile: int, credential: str, at: datetime) -> Self:
        """As registered; who had a password without a profile needs it (profile 1)."""
        return cls._create(
            cls.Begun,
            id=cls.id_of(station),
            profile=profile or int(bool(credential)),
            credential=credential,
            timestamp=at,
        )

    @property
    def is_upgrading(self) -> bool:
        """Whether a call asked for a higher profile, and may be in effect."""
        return bool(self.expected_by)

    @property
    def passwords(self) -> tuple[str, ...]:
        """The ids of all that fit."""
        offered = (offer["credential"] for offer in self.offers.values())
        return tuple(each for each in (self.credential, *offered) if each)

    def objection(self, profile: int, credential: str) -> str:
        """Why the station may not come in so, "" when it may."""
        if profile not in {self.profile, self.expected or self.profile}:
            return f"security profile {profile} is not the station's, which is {self.profile}"
        if profile in BASIC and credential not in self.passwords:
            return "the password is not valid any more"
        return ""

    def enter(self, profile: int, credential: str, *, at: datetime) -> None:
        """It came in so, without objection: that tells what it holds."""
        if profile > self.profile:
            self.trigger_event(self.Upgraded, profile=profile, timestamp=at)
        if profile in BASIC:
            self._use(credential, at)

    def turn_away(self, connection: int, reason: str, *, at: datetime) -> None:
        """Hear nothing on a socket that its gateway should not have let in."""
        self.trigger_event(self.TurnedAway, connection=connection, reason=reason, timestamp=at)

    def offer(self, call: str, credential: str, *, at: datetime) -> None:
        """A new password is on its way."""
        if call not in self.offers and credential != self.credential:
            self.trigger_event(self.Offered, call=call, credential=credential, timestamp=at)

    def accept(self, call: str, credential: str, *, at: datetime) -> None:
        """The station has taken it: the old one is void (A01.FR.03).

        Of one that was given up meanwhile it is open whether it was the last that it took.
        """
        if call in self.offers:
            self._adopt(call, at)
        elif credential != self.credential:
            self.offer(call, credential, at=at)
            self.doubt(call, at=at)

    def defer(self, call: str, credential: str, *, at: datetime) -> None:
        """It wants a reboot first: until it has used the new one, the old one may be used."""
        self.offer(call, credential, at=at)
        if call in self.offers:
            self.trigger_event(self.Deferred, call=call, timestamp=at)

    def doubt(self, call: str, *, at: datetime) -> None:
        """No answer: both fit until one is used."""
        if self.offers.get(call, {}).get("standing") == _ASKED:
            self.trigger_event(self.Doubted, call=call, timestamp=at)

    def drop(self, call: str, reason: str, *, at: datetime) -> None:
        """The station has not taken it: the old one stays (A01.FR.04)."""
        if offer := self.offers.get(call):
            self.trigger_event(
                self.Dropped,
                call=call,
                credential=offer["credential"],
                reason=reason,
                timestamp=at,
            )

    def expect(self, call: str, profile: int, *, at: datetime) -> None:
        """It may come with a higher profile from now on; a lower one is none of its choices."""
        if self.profile < profile <= _HIGHEST and profile != self.expected:
            self.trigger_event(self.UpgradeExpected, call=call, profile=profile, timestamp=at)

    def give_up(self, call: str, reason: str, *, at: datetime) -> None:
        """The station stays with the profile it has."""
        if self.expected and self.expected_by == call:
            self.trigger_event(
                self.UpgradeDropped, call=call, profile=self.expected, reason=reason, timestamp=at
            )
            self._open_the_first(at)

    def set_password(self, credential: str, *, by: str, at: datetime) -> None:
        """An operator gives it another one: nothing is open but what is still on its way."""
        if credential == self.credential:
            return
        for call, offer in list(self.offers.items()):
            if offer["standing"] != _ASKED:
                self.drop(call, "set by an operator", at=at)
        self.trigger_event(self.PasswordSet, credential=credential, by=by, timestamp=at)

    def set_profile(self, profile: int, *, by: str, at: datetime) -> None:
        """An operator gives it another one, be it a lower one."""
        if profile != self.profile:
            self.trigger_event(self.ProfileSet, profile=profile, by=by, timestamp=at)

    def empty(self, *, by: str, at: datetime) -> None:
        """Nothing lets it in any more."""
        self.trigger_event(self.Emptied, by=by, timestamp=at)

    def _use(self, credential: str, at: datetime) -> None:
        """One was used: it is the one, and those in doubt are not."""
        for call, offer in list(self.offers.items()):
            if offer["credential"] == credential:
                self._adopt(call, at)
        for call, offer in list(self.offers.items()):
            if offer["standing"] == _UNANSWERED:
                self.drop(call, "another one was used", at=at)

    def _adopt(self, call: str, at: datetime) -> None:
        """It is the one. What was asked for before came before; what came after is still open."""
        for earlier in list(takewhile(call.__ne__, self.offers)):
            self.drop(earlier, "replaced by a later one", at=at)
        credential = self.offers[call]["credential"]
        self.trigger_event(self.Adopted, call=call, credential=credential, timestamp=at)
        self._open_the_first(at)

    def _open_the_first(self, at: datetime) -> None:
        """A station without authentication that was given a password may come with it or without.

        Only when it used it once, it must.
        """
        if self.credential and not self.profile and not self.expected:
            self.expect("", 1, at=at)
