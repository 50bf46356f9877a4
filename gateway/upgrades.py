"""Stations that came with a higher security profile than the register shows yet."""

from collections import OrderedDict
from dataclasses import replace

from domain.ports import Listing
from gateway.admission import Admitted

_REMEMBERED = 10_000


class Upgrades:
    """From the first success on the old profile is refused (A05.FR.09): at this gateway at once.

    Other gateways know when the register does; the domain hangs up what they let in until then.
    """

    def __init__(self) -> None:
        self._met: OrderedDict[str, int] = OrderedDict()  # the profile, by station

    def heed(self, listing: Listing) -> Listing:
        """The listing as it will be; once no upgrade is under way, the register's word stands."""
        met = self._met.get(listing.station)
        if not met:
            return listing
        if met != listing.next_profile:
            del self._met[listing.station]
            return listing
        return replace(listing, security_profile=met, next_profile=0)

    def note(self, admitted: Admitted, listing: Listing) -> None:
        """A station came in so."""
        if admitted.profile == listing.next_profile > listing.security_profile:
            self._met[listing.station] = admitted.profile
            if len(self._met) > _REMEMBERED:
                self._met.popitem(last=False)
