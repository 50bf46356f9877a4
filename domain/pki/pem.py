"""PEM as RFC 7468 has it, from whatever a form, a shell or a station made of it."""

import base64
import re
from urllib.parse import unquote, unquote_plus

CERTIFICATE = "CERTIFICATE"
_WIDTH = 64  # RFC 7468 section 2
_BEGIN = "-----BEGIN"
_BLOCK = re.compile(  # no part can match what another does: linear on any text
    r"-----BEGIN (?P<label>[A-Z0-9][A-Z0-9 ]{0,40})-----"
    r"(?P<body>[A-Za-z0-9+/=\s]*)"
    r"-----END (?P=label)-----"
)


class NotPem(Exception):
    """The text holds no whole PEM block; the message says what is wrong with it."""


def normalised(text: str) -> str:
    r"""The blocks of a text with LF, 64 columns and a final newline; raises NotPem.

    Understands CRLF, a literal "\n", percent-encoding, and lines that were joined or indented.
    What stands between the blocks is left out.
    """
    return "".join(_written(label, body) for label, body in _blocks(text))


def blocks(text: str) -> tuple[str, ...]:
    """The certificates of a chain, each by itself, in their order; raises NotPem."""
    found = tuple(
        _written(label, body) for label, body in _blocks(text) if label.endswith(CERTIFICATE)
    )
    if not found:
        raise NotPem("there is no certificate in it")
    return found


def _blocks(text: str) -> list[tuple[str, str]]:
    plain = _decoded(text)
    found = [(match["label"], _body(match["body"])) for match in _BLOCK.finditer(plain)]
    if not found:
        raise NotPem("it is no PEM: -----BEGIN …----- and -----END …----- are not there")
    if len(found) != plain.count(_BEGIN):
        raise NotPem("a block of it is cut off or damaged")
    return found


def _decoded(text: str) -> str:
    """Without what a URL, a form or a string literal has done to it; none of it is base64."""
    if "BEGIN+" in text:  # a form writes "+" for a blank, and %2B for a plus
        text = unquote_plus(text)
    elif "%" in text:
        text = unquote(text)
    return text.replace("\\r", "\n").replace("\\n", "\n")


def _body(text: str) -> str:
    body = "".join(text.split())
    try:
        content = base64.b64decode(body, validate=True)
    except ValueError:
        raise NotPem("a block of it is no base64") from None
    if not content:
        raise NotPem("a block of it is empty")
    return body


def _written(label: str, body: str) -> str:
    lines = (body[at : at + _WIDTH] for at in range(0, len(body), _WIDTH))
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""))
