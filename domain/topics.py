"""The names of the queues."""

LEASES = "leases"
QUARANTINE = "quarantine"
EVENTS = "events"  # a stream


def inbound(partition: int) -> str:
    """What the stations of a partition, their operators and their timers say."""
    return f"inbound.{partition}"


def gateway(node: str) -> str:
    """What one gateway is to write to its sockets."""
    return f"gateway.{node}"


def reply(node: str) -> str:
    """What became of the wishes of one process."""
    return f"reply.{node}"


def qualified(namespace: str, queue: str) -> str:
    """The name a queue has on the broker: a namespace keeps two installations apart."""
    return f"{namespace}.{queue}"
