"""Hostile text: what has broken programs before, in places where text is expected."""

from random import Random

NASTY = (
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",  # half a surrogate pair, written as an escape
    "\udfff\ud800",
    "\ufeff",
    "\ufffe\uffff",
    "\u202egnp.exe\u202c",  # right to left
    "\u200b\u200d\u2060",
    "Z\u0351\u036b\u0343\u036a\u0302\u036b" * 20,
    "\U0001f469\u200d\U0001f469\u200d\U0001f467" * 9,
    "\r\nSet-Cookie: a=b\r\n\r\n",
    "\x1b[2J\x1b]0;owned\x07",
    "\x7f\x80\x9f",
    "'; DROP TABLE stored_events; --",
    "' OR '1'='1",
    '" OR ""="',
    "%s%s%n%x",
    "%(station)s",
    "{0.__class__.__init__.__globals__}",
    "${jndi:ldap://127.0.0.1/a}",
    "{{7*7}}",
    "<script>alert(1)</script>",
    "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
    "=cmd|'/C calc'!A0",
    "../../../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "file:///etc/passwd",
    "|| sleep 9 #",
    "__proto__",
    "constructor",
    "__class__",
    "$where",
    "null",
    "undefined",
    "NaN",
    "-Infinity",
    "1e309",
    "0x7fffffff",
    "2147483648",
    "-9223372036854775809",
    "9999-12-31T23:59:60Z",
    "0001-01-01T00:00:00+23:59",
    "1970-01-01T00:00:00.000000000000000000001Z",
    "\u0661\u0662\u0663",  # digits, but not ours
    "\u0130\u0131\u00df\ufb03",  # change their length with their case
    "*",
    "#",
    "inbound.0",
    "ampledger.quarantine",
)


def text(random: Random) -> str:
    """One of the nasty ones, several, one of them a hundredfold, or anything of Unicode."""
    match random.randrange(5):
        case 0:
            return "".join(random.choices(NASTY, k=3))
        case 1:
            return random.choice(NASTY) * random.choice((10, 100))
        case 2:
            return "".join(chr(random.randrange(0x110000)) for _ in range(random.randint(1, 30)))
        case _:
            return random.choice(NASTY)
