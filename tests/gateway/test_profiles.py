"""With which security profile a station comes in (white paper A00.FR.001-008, A05.FR.05-09)."""

import base64
from dataclasses import replace
from datetime import timedelta

import pytest

from domain.pki.certificates import Certificate
from domain.ports import Listing, Password
from gateway.admission import Admitted, Challenged, Decision, Knock, Policy, Refused, decide
from tests.gateway.stage import NOON

PASSWORDS = (Password("p1", "argon-1"), Password("p2", "argon-2"))
CERTIFICATE = Certificate(
    common_name="SN-1",
    organisation="Amperes Ltd",
    issuer="CN=Issuer",
    serial_number="1f",
    not_before=NOON - timedelta(days=1),
    not_after=NOON + timedelta(days=1),
    fingerprint="ab" * 32,
    key="EC-secp256r1",
    key_fingerprint="cd" * 32,
    is_ca=False,
)
HEADERS = (
    ("Sec-WebSocket-Protocol", "ocpp1.6"),
    ("Authorization", f"Basic {base64.b64encode(b'CP1:secret').decode()}"),
)
PLAIN = Knock("/CP1", HEADERS[:1], "")
PASSWORD = Knock("/CP1", HEADERS, "")
TLS = PLAIN._replace(is_encrypted=True)
TLS_PASSWORD = PASSWORD._replace(is_encrypted=True)
MUTUAL = TLS._replace(certificate=CERTIFICATE)
MUTUAL_PASSWORD = TLS_PASSWORD._replace(certificate=CERTIFICATE)
WAYS = (PLAIN, PASSWORD, TLS, TLS_PASSWORD, MUTUAL, MUTUAL_PASSWORD)
OPEN = Policy(allow_profile_0=True)


def listed(profile: int, next_profile: int = 0, passwords: tuple[Password, ...] = ()) -> Listing:
    return Listing(
        station="CP1",
        protocols=("ocpp1.6",),
        security_profile=profile,
        next_profile=next_profile,
        passwords=passwords,
        serial_number="SN-1",
    )


def ask(knock: Knock, listing: Listing, policy: Policy = OPEN) -> Decision:
    return decide("CP1", knock, listing, policy, NOON)


def short(decision: Decision) -> str:
    """ "2" is in with profile 2, "2?" if the password fits, "2?0" or else with profile 0."""
    match decision:
        case Admitted(profile=profile):
            return str(profile)
        case Challenged(admitted=admitted, otherwise=Admitted(profile=profile)):
            return f"{admitted.profile}?{profile}"
        case Challenged(admitted=admitted):
            return f"{admitted.profile}?"
        case Refused(status=status):
            return str(status)


@pytest.mark.parametrize(
    ("listing", "outcomes"),
    [  # ways: plain, with password, TLS, with password, with certificate, with both
        (listed(0), "0 0 0 0 0 0"),
        (listed(0, 0, PASSWORDS), "401 1? 403 403 403 403"),
        (listed(0, 1, PASSWORDS), "0 1?0 0 0 0 0"),  # a first password, not used yet
        (listed(0, 1), "0 0 0 0 0 0"),
        (listed(0, 2, PASSWORDS), "0 0 0 2?0 0 2?0"),
        (listed(0, 3), "0 0 0 0 3 3"),
        (listed(1, 0, PASSWORDS), "401 1? 403 403 403 403"),
        (listed(1, 2, PASSWORDS), "401 1? 401 2? 401 2?"),
        (listed(1, 3, PASSWORDS), "401 1? 403 403 3 3"),
        (listed(2, 0, PASSWORDS), "403 403 401 2? 401 2?"),
        (listed(2, 3, PASSWORDS), "403 403 401 2? 3 3"),
        (listed(3, 0, PASSWORDS), "403 403 403 403 3 3"),
        (listed(3), "403 403 403 403 3 3"),
        (listed(3, 2, PASSWORDS), "403 403 403 403 3 3"),  # a lower one is no next one
        (listed(1), "401 401 403 403 403 403"),  # no password fits where none is known
        (listed(2), "403 403 401 401 401 401"),
    ],
    ids=lambda value: (
        f"{value.security_profile}-{value.next_profile}-{len(value.passwords)}"
        if isinstance(value, Listing)
        else None
    ),
)
def test_each_profile_with_each_way_of_coming(listing: Listing, outcomes: str) -> None:
    assert [short(ask(way, listing)) for way in WAYS] == outcomes.split()


@pytest.mark.parametrize("way", WAYS)
def test_profile_0_is_refused_unless_it_is_allowed(way: Knock) -> None:
    assert ask(way, listed(0), Policy()) == Refused(403, "security profile 0 is not allowed")


def test_a_password_that_fails_the_higher_profile_leaves_what_asks_for_none() -> None:
    upgrading = replace(listed(0, 1), passwords=())
    assert short(ask(PASSWORD, upgrading)) == "0"
    assert short(ask(PASSWORD, upgrading, Policy())) == "401"


def test_every_password_of_a_station_is_tried() -> None:
    decision = ask(TLS_PASSWORD, listed(2, 0, PASSWORDS))
    assert isinstance(decision, Challenged)
    assert (decision.passwords, decision.candidates) == (PASSWORDS, (b"secret",))


def test_the_certificate_that_let_a_station_in_is_told() -> None:
    assert ask(MUTUAL, listed(3)) == Admitted(
        "CP1", "ocpp1.6", profile=3, certificate=CERTIFICATE.fingerprint
    )


# --- is it this station's certificate? (A00.FR.404-406) ---------------------------------------


def with_certificate(**changes: object) -> Knock:
    return TLS._replace(certificate=replace(CERTIFICATE, **changes))  # type: ignore[arg-type]  # fields


@pytest.mark.parametrize(
    ("knock", "reason"),
    [
        (TLS, "security profile 3 needs a client certificate"),
        (PLAIN._replace(certificate=CERTIFICATE), "security profile 3 needs TLS"),
        (with_certificate(common_name="SN-2"), "the client certificate names another station"),
        (with_certificate(common_name="sn-1"), "the client certificate names another station"),
        (with_certificate(common_name="CP1"), "the client certificate names another station"),
        (with_certificate(common_name=""), "the client certificate names another station"),
        (with_certificate(organisation=""), "the client certificate names another organisation"),
        (with_certificate(not_after=NOON), "the client certificate has expired"),
        (
            MUTUAL._replace(doubt="it was revoked"),
            "the client certificate is of no use: it was revoked",
        ),
        (
            TLS._replace(doubt="it cannot be read"),
            "the client certificate is of no use: it cannot be read",
        ),
    ],
)
def test_another_certificate_is_refused_with_the_reason(knock: Knock, reason: str) -> None:
    strict = Policy(organisation="Amperes")
    assert ask(knock, listed(3), strict) == Refused(403, reason)


def test_without_a_serial_number_the_certificate_names_the_identity() -> None:
    unknown = replace(listed(3), serial_number="")
    assert short(ask(with_certificate(common_name="CP1"), unknown)) == "3"
    assert short(ask(with_certificate(common_name="SN-1"), unknown)) == "403"


def test_the_checks_of_the_names_can_be_left_out() -> None:
    stranger = with_certificate(common_name="", organisation="")
    assert short(ask(stranger, listed(3), Policy(check_common_name=False))) == "3"


def test_a_station_under_way_to_profile_3_falls_back_to_its_password() -> None:
    wrong = TLS_PASSWORD._replace(certificate=replace(CERTIFICATE, common_name="SN-2"))
    assert short(ask(wrong, listed(2, 3, PASSWORDS))) == "2?"
