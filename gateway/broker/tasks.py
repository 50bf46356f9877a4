"""The end of a task group that a long-lived object owns."""

import asyncio


async def leave(group: asyncio.TaskGroup, error: BaseException | None) -> None:
    """Await the tasks of a group after a body that raised `error`, or nothing.

    Raises what tasks raised, as an ExceptionGroup. What the body raised stays what it was; the
    group's own exit would wrap it. Only a cancellation it must see: it may come from a failed task.
    """
    if isinstance(error, asyncio.CancelledError):
        await group.__aexit__(type(error), error, error.__traceback__)
    else:
        await group.__aexit__(None, None, None)
