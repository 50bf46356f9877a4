"""A plan as the API takes it."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Wish:
    """`members` of the body; `payload` is JSON that goes out as it was written, "" for none."""

    path: str
    members: dict[str, Any]
    payload: str = ""

    def body(self, others: dict[str, Any]) -> bytes:
        """All of it, as JSON."""
        text = json.dumps(self.members | others)
        if self.payload:
            text = f'{text[:-1]},"payload":{self.payload}}}'
        return text.encode()


def checked(payload: str) -> str:
    """The JSON object that somebody wrote, "{}" for nothing; raises ValueError."""
    text = payload.strip() or "{}"
    try:
        is_object = isinstance(json.loads(text), dict)
    except ValueError as error:
        raise ValueError(f"The payload is no JSON: {error}.") from None
    if not is_object:
        raise ValueError("The payload must be a JSON object, as in {}.")
    return text


def filled(**members: object) -> dict[str, Any]:
    """What was filled in."""
    return {name: value for name, value in members.items() if value not in (None, "")}
