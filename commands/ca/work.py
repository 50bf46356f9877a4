"""What an operator has an authority do at the command line."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from commands.ca import opening, pairs, rows
from commands.ca.algorithm import Algorithm
from commands.ca.checked import check_name
from commands.ca.folder import CRL
from commands.refusal import Refusal
from commands.settings import Settings
from domain.ports import Subject


class Work:
    """Raises AuthorityAway, AuthorityRefused, AuthorityLocked, Refusal, OSError."""

    def __init__(self, settings: Settings, passphrase: opening.Passphrase) -> None:
        """`passphrase` is asked for when a key is sealed."""
        self._settings = settings
        self._own = opening.built_in(settings, passphrase)

    def make(
        self, name: str, organisation: str, algorithms: Sequence[Algorithm], *, intermediate: bool
    ) -> None:
        """Authorities, one of each algorithm; those that are there already stay."""
        subject = self._subject(name, organisation)
        for algorithm in algorithms:
            for part in (f"{name} {algorithm} issuing", subject.organisation):
                check_name(part)
            if algorithm in self._own.authorities():
                raise Refusal(f"there is an {algorithm.upper()} authority already")
            self._own.make(subject, algorithm, intermediate=intermediate)

    def serve(
        self,
        names: tuple[str, ...],
        organisation: str,
        algorithms: Sequence[Algorithm],
        out: Path | None,
        *,
        days: int,
    ) -> list[Path]:
        """Certificates of a listener, one of each algorithm, in the place of older ones."""
        written, owner = [], self._subject("", organisation).organisation
        for algorithm in algorithms:
            pair = pairs.for_server(self._own, algorithm, names, owner, days=days)
            folder = out or self._folder / "servers" / _file_name(names[0])
            written.append(pair.write(folder / algorithm))
        return written

    def equip(
        self,
        station: str,
        common_name: str,
        algorithm: Algorithm,
        out: Path | None,
        *,
        days: int | None,
    ) -> Path:
        """A key and a certificate of a station, never over older ones."""
        path = (out or self._folder / "stations") / _file_name(station)
        if pairs.certificate_file(path).exists():
            raise Refusal(f"{pairs.certificate_file(path)} is there already")
        subject = self._subject(common_name or station, "")
        authority = opening.checked(self._settings, self._own)
        days = days or self._settings.client_certificate_days
        return pairs.for_station(authority, algorithm, subject, days=days).write(path)

    def revoke(self, serial_number: str) -> None:
        """By whichever authority signs for stations."""
        opening.checked(self._settings, self._own).revoke(serial_number)

    def relist(self) -> Path:
        """The list of revoked certificates, written anew."""
        self._own.relist()
        return self._folder / CRL

    def authorities(self) -> Iterator[dict[str, Any]]:
        """Each before the one above it."""
        return rows.authorities(self._own)

    def issued(self) -> Iterator[dict[str, Any]]:
        """What they have signed."""
        return rows.issued(self._own)

    @property
    def _folder(self) -> Path:
        return opening.folder_of(self._settings)

    def _subject(self, name: str, organisation: str) -> Subject:
        return Subject(name, organisation or self._settings.cpo_name)


def _file_name(name: str) -> str:
    """One that leads nowhere else."""
    quoted = quote(name, safe="")
    return quoted.replace(".", "%2E") if quoted.startswith(".") else quoted
