"""What went wrong, with the very input that did it; and how much was done until then."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

_SHOWN = 300  # bytes of an input that are printed; the file has them all
_MOST = 40  # of one kind of attack: the next thousand say nothing new


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that must not happen."""

    attack: str  # e.g. "mutant 1234": with the seed, it makes the input again
    what: str
    input: bytes = b""


@dataclass(slots=True)
class Findings:
    """All that was found, each kept in a file of its own at once."""

    folder: Path
    found: list[Finding] = field(default_factory=list)
    inputs: Counter[str] = field(default_factory=Counter)  # how many were sent, by family
    outcomes: Counter[str] = field(default_factory=Counter)  # how the server answered

    def add(self, attack: str, what: str, input: bytes = b"") -> None:
        """Keep it."""
        kind = attack.partition(" ")[0]
        alike = [each for each in self.found if each.attack.startswith(kind)]
        if len(alike) >= _MOST or any((each.attack, each.what) == (attack, what) for each in alike):
            return
        self.found.append(Finding(attack, what, input))
        self.folder.mkdir(parents=True, exist_ok=True)
        name = "".join(letter if letter.isalnum() else "-" for letter in attack)[:60]
        path = self.folder / f"{len(self.found):03}-{name}"
        path.with_suffix(".input").write_bytes(input)
        about = {"attack": attack, "what": what, "input": path.with_suffix(".input").name}
        path.with_suffix(".json").write_text(json.dumps(about, indent=2) + "\n")

    def describe(self) -> str:
        """For people."""
        return "\n".join(
            f"{each.attack}: {each.what}\n    {each.input[:_SHOWN]!r}" for each in self.found
        )
