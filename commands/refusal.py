"""What an operator's command is answered when it cannot be carried out."""


class Refusal(Exception):
    """It cannot be done; the message says why."""
