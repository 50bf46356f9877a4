"""Who is let in (OCPP-J 1.6 sections 3.1, 3.2 and 6.2.2)."""

import base64

import pytest

from domain.ports import Listing, Password
from gateway.admission import (
    NOT_FOUND,
    UNAUTHORIZED,
    Admitted,
    Challenged,
    Decision,
    Headers,
    Knock,
    Policy,
    Refused,
    candidates,
    decide,
    identify,
)
from tests.gateway.stage import NOON

OCPP = ("Sec-WebSocket-Protocol", "ocpp1.6")
KEY = bytes(range(1, 20)) + b"\xff"  # 20 bytes that are no text
ARGON = (Password("p1", "argon"),)
OPEN = Policy(allow_profile_0=True)
ACCEPTING = Policy(accept_unknown=True, allow_profile_0=True)


def listing(
    station: str = "CP1",
    *,
    protocols: tuple[str, ...] = ("ocpp1.6",),
    passwords: tuple[Password, ...] = (),
    connection: int = 0,
) -> Listing:
    return Listing(station=station, protocols=protocols, passwords=passwords, connection=connection)


def knock(
    headers: Headers, listed: Listing | None, policy: Policy = OPEN, station: str = "CP1"
) -> Decision:
    return decide(station, Knock("/", headers, ""), listed, policy, NOON)


def basic(credentials: bytes, scheme: str = "Basic") -> tuple[str, str]:
    return "Authorization", f"{scheme} {base64.b64encode(credentials).decode()}"


# --- T1: the identity -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "station"),
    [
        ("/CP1", "CP1"),
        ("/ocpp/CP1", "CP1"),
        ("/ocpp/16J/a/b/CP1", "CP1"),
        ("/ocpp/CP1?token=a/b", "CP1"),
        ("/ocpp/RDAM%20123", "RDAM 123"),
        ("/ocpp/RDAM%2520123", "RDAM%20123"),
        ("/ocpp/A%2FB", "A/B"),
        ("/ocpp/A%3AB", "A:B"),
        ("/ocpp/A:B@C+D", "A:B@C+D"),
        ("/ocpp/M%C3%BCnchen", "München"),
        ("/ocpp/" + b"M\xc3\xbcnchen".decode("ascii", "surrogateescape"), "München"),
        ("/ocpp/%E2%9A%A1", "⚡"),
        ("/ocpp/" + "x" * 255, "x" * 255),
    ],
)
def test_the_identity_is_the_last_segment_decoded_once(path: str, station: str) -> None:
    assert identify(path) == station


@pytest.mark.parametrize("path", ["/", "", "/ocpp/", "/ocpp/?x=CP1"])
def test_a_path_without_identity_is_not_found(path: str) -> None:
    assert identify(path) == NOT_FOUND


@pytest.mark.parametrize(
    "path", ["/%FF", "/%C3", "/\udcff", "/CP%00", "/CP%0A1", "/CP%7F", "/CP%C2%85", "/" + "x" * 256]
)
def test_an_identity_that_cannot_be_one_is_a_bad_request(path: str) -> None:
    refused = identify(path)
    assert isinstance(refused, Refused)
    assert refused.status == 400


# --- T2: unknown stations ---------------------------------------------------------------------


def test_an_unknown_station_is_not_found() -> None:
    assert knock([OCPP], None, station="CP9") == NOT_FOUND
    assert NOT_FOUND.status == 404


def test_an_unknown_station_is_admitted_when_the_policy_says_so() -> None:
    assert knock([OCPP], None, ACCEPTING, "CP9") == Admitted("CP9", "ocpp1.6")


def test_where_profile_0_is_not_allowed_nobody_unknown_comes_in() -> None:
    assert knock([OCPP], None, Policy(accept_unknown=True), "CP9") == NOT_FOUND


def test_the_next_connection_comes_after_the_last_one() -> None:
    assert knock([OCPP], listing(connection=41)) == Admitted("CP1", "ocpp1.6", 41)


# --- T3, T4: the subprotocol ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("offers", "allowed", "chosen"),
    [
        (["ocpp1.6"], ("ocpp1.6",), "ocpp1.6"),
        (["ocpp2.0.1, ocpp1.6"], ("ocpp1.6",), "ocpp1.6"),
        (["ocpp2.0.1,ocpp1.6"], ("ocpp1.6", "ocpp2.0.1"), "ocpp2.0.1"),
        (["ocpp1.6,ocpp2.0.1"], ("ocpp2.0.1", "ocpp1.6"), "ocpp1.6"),
        (["ocpp1.5", "ocpp1.6"], ("ocpp1.6",), "ocpp1.6"),
        (["  ocpp1.6\t , x"], ("ocpp1.6",), "ocpp1.6"),
        ([",, ocpp1.6"], ("ocpp1.6",), "ocpp1.6"),
        (["ocpp1.6"], (), "ocpp1.6"),
    ],
)
def test_the_first_offer_that_is_allowed_is_chosen(
    offers: list[str], allowed: tuple[str, ...], chosen: str
) -> None:
    headers = [("sec-websocket-PROTOCOL", offer) for offer in offers]
    assert knock(headers, listing(protocols=allowed)) == Admitted("CP1", chosen)


@pytest.mark.parametrize(
    "offers", [[], [""], ["ocpp2.0.1"], ["OCPP1.6"], ["ocpp1.6x"], ["ocpp1 .6"]]
)
def test_without_a_common_subprotocol_the_upgrade_is_refused(offers: list[str]) -> None:
    headers = [("Sec-WebSocket-Protocol", offer) for offer in offers]
    assert knock(headers, listing()) == Refused(400, "no common subprotocol")


# --- T5: Basic authentication -----------------------------------------------------------------


def challenge(headers: Headers, station: str = "CP1") -> Decision:
    return knock([OCPP, *headers], listing(station, passwords=ARGON), station=station)


@pytest.mark.parametrize(
    ("credentials", "meant"),
    [
        (b"CP1:" + KEY, (KEY,)),
        (b"CP1:" + KEY.hex().encode(), (KEY, KEY.hex().encode())),
        (b"CP1:" + KEY.hex().upper().encode(), (KEY, KEY.hex().upper().encode())),
        (b"CP1:a:b", (b"a:b",)),
        (b"CP1:", (b"",)),
        (b"CP1:" + b"f" * 33, (b"f" * 33,)),
        (b"CP1:" + b"f" * 42, (b"f" * 42,)),
    ],
)
def test_the_password_is_bytes_and_may_be_the_hex_of_them(
    credentials: bytes, meant: tuple[bytes, ...]
) -> None:
    expected = Challenged(Admitted("CP1", "ocpp1.6", profile=1), ARGON, meant)
    assert challenge([basic(credentials)]) == expected


def test_the_user_name_is_the_decoded_identity() -> None:
    decision = challenge([basic("München:x".encode())], station="München")
    assert isinstance(decision, Challenged)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [basic(b"CP2:secret")],
        [basic(b"cp1:secret")],
        [basic(b"CP1")],
        [basic(b"")],
        [basic(b"CP1:secret", scheme="Bearer")],
        [("Authorization", "Basic")],
        [("Authorization", "Basic !!!!")],
        [("Authorization", "Basic ü")],
        [basic(b"CP1:secret"), basic(b"CP1:secret")],
    ],
)
def test_missing_or_unusable_credentials_are_unauthorized(headers: Headers) -> None:
    assert challenge(headers) == UNAUTHORIZED
    assert UNAUTHORIZED.status == 401
    assert UNAUTHORIZED.headers[0][0] == "WWW-Authenticate"


def test_an_identity_with_a_colon_cannot_be_a_user_name() -> None:
    """RFC 7617 section 2: the user name ends at the first colon."""
    refused = challenge([basic(b"CP:1:secret")], station="CP:1")
    assert isinstance(refused, Refused)
    assert (refused.status, refused.headers) == (401, UNAUTHORIZED.headers)
    assert '":"' in refused.reason


def test_the_scheme_is_read_in_any_case() -> None:
    assert isinstance(challenge([basic(b"CP1:x", scheme="basic")]), Challenged)


def test_credentials_that_nobody_asked_for_are_ignored() -> None:
    headers = [OCPP, basic(b"anyone:anything")]
    assert knock(headers, listing()) == Admitted("CP1", "ocpp1.6")


@pytest.mark.parametrize(("presented", "meant"), [(b"", (b"",)), (b"s3cret", (b"s3cret",))])
def test_a_text_password_means_itself(presented: bytes, meant: tuple[bytes, ...]) -> None:
    assert candidates(presented) == meant
