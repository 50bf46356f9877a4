"""What stands in the environment under our prefix: settings, and what is none."""

import difflib
import re
from collections.abc import Collection, Iterable

_OTHERS = ("AMPLEDGER_TEST_",)  # read by the tests
_SERVICE_LINK = re.compile(r"_SERVICE_(HOST|PORT)(_\w+)?$|_PORT(_\d+_(TCP|UDP)(_\w+)?)?$")


def strange(names: Iterable[str], *, prefix: str, known: Collection[str]) -> list[str]:
    """The names with our prefix that are no setting: misspelt ones.

    Kubernetes tells of services in variables too: of a service `ampledger-api` it sets
    AMPLEDGER_API_PORT and six more. Those are nobody's mistake.
    """
    ours = {name.upper() for name in names if name.upper().startswith(prefix)}
    return [
        name
        for name in sorted(ours.difference(known))
        if not name.startswith(_OTHERS) and not _SERVICE_LINK.search(name)
    ]


def is_service_link(value: str) -> bool:
    """Whether Kubernetes set a variable to this, e.g. tcp://10.0.0.1:8000."""
    return value.startswith(("tcp://", "udp://"))


def unknown(name: str, known: Collection[str]) -> str:
    """That there is no such setting, and which one may be meant."""
    near = difflib.get_close_matches(name, known, n=1) or sorted(known)
    return f"{name} is no setting; did you mean {', '.join(near)}?"
