"""How long-lived tasks end, and the group that owns them."""

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


def ending() -> bool:
    """Whether the current task was asked to end, even if some library swallowed the cancellation.

    aiormq may raise the error of its channel instead, and `wait_for` before Python 3.12 returns a
    result that came in the same moment.
    """
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
