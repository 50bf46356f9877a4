"""Any CertificateAuthority, taken at its word only as far as it can be checked."""

from commands.ca import serials
from domain.pki import issued, requests
from domain.pki.reading import Unreadable
from domain.ports import AuthorityRefused, CertificateAuthority, Clock, Subject

_LONGEST_NAME = 64  # characters: RFC 5280 appendix A, ub-common-name, ub-organization-name


class CheckedAuthority:
    """Nothing reaches a station that it could not use, nothing an authority that is no name."""

    def __init__(self, authority: CertificateAuthority, clock: Clock) -> None:
        """`authority` is asked."""
        self._authority, self._clock = authority, clock

    def sign(self, request: str, subject: Subject, *, days: int) -> str:
        """A chain for this key and this name, the leaf first, without a root."""
        for name in subject:
            check_name(name)
        if not subject.common_name:
            raise AuthorityRefused("a certificate needs a common name")
        _check_request(request)
        chain = _usable(self._authority.sign(request, subject, days=days))
        name, now = subject.common_name, self._clock()
        if why := issued.problem(chain, request=request, common_name=name, at=now):
            raise AuthorityRefused(f"the authority returned what cannot be used: {why}")
        return chain

    def revoke(self, serial_number: str) -> None:
        """As the authority does it."""
        self._authority.revoke(serials.write(serials.read(serial_number)))


def check_name(name: str) -> None:
    """Raises AuthorityRefused for what cannot stand in a certificate."""
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise AuthorityRefused(
            f"{name!r} cannot be a name: it is longer than {_LONGEST_NAME} characters,"
            " or has some that cannot be printed"
        )


def _check_request(request: str) -> None:
    try:
        requests.read(request)
    except requests.Unfit as error:
        raise AuthorityRefused(str(error)) from None


def _usable(chain: str) -> str:
    try:
        return issued.rootless(chain)
    except Unreadable as error:
        raise AuthorityRefused(f"the authority returned no certificates: {error}") from None
