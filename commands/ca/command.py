"""The CertificateAuthority port by a command of the installation: any authority with a client.

It finds what is wished in CA_ACTION (`sign` or `revoke`), CA_COMMON_NAME, CA_ORGANISATION, CA_DAYS
and CA_SERIAL_NUMBER, and a request on its standard input; it writes the chain in PEM to its
standard output. It exits with 0 when it is done, 1 when it refuses, 77 when the authority is
locked, and with anything else when it cannot tell: the wish may be repeated. Why stands on its
standard error.
"""

import os
from collections.abc import Sequence

from commands.ca import program
from commands.settings import PREFIX
from domain.ports import AuthorityAway, AuthorityLocked, AuthorityRefused, Subject

_REFUSED, _LOCKED = 1, 77  # the latter is EX_NOPERM of sysexits.h
_MOST = 1 << 16  # bytes of an answer; a chain has at most 10,000
_LINE = 200  # characters of a reason


class CommandAuthority:
    """Runs the command once for each wish."""

    def __init__(self, command: Sequence[str], *, within: float = 60) -> None:
        """`command` is a program and its arguments, `within` the seconds it may take."""
        self._command, self._within = command, within

    def sign(self, request: str, subject: Subject, *, days: int) -> str:
        """What the command writes."""
        return self._ask(
            request,
            CA_ACTION="sign",
            CA_COMMON_NAME=subject.common_name,
            CA_ORGANISATION=subject.organisation,
            CA_DAYS=str(days),
        )

    def revoke(self, serial_number: str) -> None:
        """The command may refuse that, when its authority lets certificates run out."""
        self._ask("", CA_ACTION="revoke", CA_SERIAL_NUMBER=serial_number)

    def _ask(self, question: str, **wish: str) -> str:
        try:
            answer = program.ask(
                self._command,
                question.encode(),
                _environment() | wish,
                within=self._within,
                most=_MOST,
            )
        except (OSError, program.Unending) as error:
            raise AuthorityAway(f"{self._command[0]} was of no use: {error}") from None
        return _told(answer)


def _told(answer: program.Answer) -> str:
    why = _last_line(answer.errors) or f"it ended with {answer.code}"
    if answer.code == _REFUSED:
        raise AuthorityRefused(why)
    if answer.code == _LOCKED:
        raise AuthorityLocked(why)
    if answer.code:
        raise AuthorityAway(why)
    return answer.output.decode("ascii", errors="replace")


def _environment() -> dict[str, str]:
    """Ours, without the secrets among our settings."""
    return {k: v for k, v in os.environ.items() if not k.upper().startswith(PREFIX)}


def _last_line(said: bytes) -> str:
    """There a program says what it failed of."""
    for line in reversed(said.decode(errors="replace").splitlines()):
        if line.strip():
            return "".join(letter for letter in line.strip()[:_LINE] if letter.isprintable())
    return ""
