"""Which stations something is done to: some that were picked, or all that match the filters."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

from commands.ui.client import Api

_PATH = "/api/v1/stations"
_MOST = 50_000  # the API takes no more at once
_NAMED = 3  # of many, said by name


@dataclass(frozen=True, slots=True)
class Choice:
    """`picked` are stations as the API lists them; None: `count` that match `query`."""

    picked: tuple[Any, ...] | None
    query: Mapping[str, object]
    count: int

    @classmethod
    def matching(cls, query: Mapping[str, object], count: int) -> Self:
        """All that match; of no query, all."""
        return cls(None, {name: value for name, value in query.items() if value != ""}, count)

    @classmethod
    def of(cls, picked: list[Any]) -> Self:
        """These."""
        return cls(tuple(picked), {}, len(picked))

    @property
    def selection(self) -> dict[str, object]:
        """As a request for many names them."""
        if self.picked is not None:
            return {"stations": [each["id"] for each in self.picked]}
        if not self.query:
            return {"all": True}
        given = dict(self.query)
        if "online" in given:
            given["online"] = given["online"] == "true"
        return given

    async def each(self, api: Api) -> AsyncIterator[Any]:
        """All of them, as the API lists them; raises Refused."""
        if self.picked is not None:
            for station in self.picked:
                yield station
            return
        async for station in api.items(_PATH, most=_MOST, **self.query):
            yield station

    @property
    def whom(self) -> str:
        """How many, and as far as they were picked, which."""
        if self.picked is not None and self.count <= _NAMED:
            return ", ".join(each["id"] for each in self.picked)
        return f"{self.count:,} stations"

    @property
    def which(self) -> str:
        """In a sentence, what makes them the ones."""
        if self.picked is not None:
            names = ", ".join(each["id"] for each in self.picked[:_NAMED])
            more = self.count - _NAMED
            return f"Chosen: {names} and {more:,} more." if more > 0 else f"Chosen: {names}."
        if not self.query:
            return f"All {self.count:,} stations that are registered."
        words = (f"{name} {value}" for name, value in self.query.items())
        return f"All {self.count:,} stations that match: {', '.join(words)}."
