"""Serial numbers of certificates as people and stations write them."""

import re

from domain.ports import AuthorityRefused

_SERIAL = re.compile(r"(?:0x)?([0-9a-f]{1,42})")  # RFC 5280 section 4.1.2.2: 20 octets


def read(text: str) -> int:
    """Hex in either case, perhaps with colons or 0x; raises AuthorityRefused."""
    found = _SERIAL.fullmatch(text.strip().lower().replace(":", ""))
    if not found:
        raise AuthorityRefused(f"{text!r} is no serial number in hex")
    return int(found[1], 16)


def write(number: int) -> str:
    """In lower case hex without leading zeros."""
    return f"{number:x}"


def unknown(text: str) -> AuthorityRefused:
    """It was issued by somebody else, or by nobody."""
    return AuthorityRefused(f"this authority has issued no certificate {text}")
