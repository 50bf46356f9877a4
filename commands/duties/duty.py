"""What the duties of all roles have in common."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from commands.api.ops import Check
from commands.containers.opened import Opened
from commands.metrics import Source


@dataclass(slots=True)
class Duty:
    """What a running role shows: its health, its counts, where it listens."""

    checks: dict[str, Check] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)
    ports: dict[str, int] = field(default_factory=dict)
    served: Callable[[], Collection[int]] = frozenset  # partitions, since it was asked last


# What a module of a role calls `begin`: with what `commands.run` has opened, by name.
Begin = Callable[[Mapping[str, Any], asyncio.TaskGroup], AbstractAsyncContextManager[Duty]]
Parts = TypeVar("Parts", bound=Opened)


def checked(parts: Parts) -> Parts:
    """The same; raises dependency_injector's error when something was not opened."""
    parts.check_dependencies()
    return parts


@asynccontextmanager
async def looping(
    group: asyncio.TaskGroup, *loops: Coroutine[Any, Any, None]
) -> AsyncIterator[None]:
    """Endless loops, for as long as the context; one that fails ends the process."""
    tasks = [group.create_task(loop) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
