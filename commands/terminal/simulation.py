"""`ampledger simulate`."""


def simulate() -> None:
    """Simulate stations."""
