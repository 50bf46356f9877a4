"""The roots of the installation's own authority, for those who are to trust it."""

from commands.ca import opening, texts
from commands.ca.algorithm import Algorithm
from commands.settings import Settings
from domain.ports import AuthorityAway


class Roots:
    """Of the built-in authority; somebody else's is known to whoever runs it."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def root(self, algorithm: Algorithm) -> str:
        """PEM; raises AuthorityAway when there is none here."""
        try:
            known = opening.built_in(self._settings).authorities()
        except OSError as error:
            raise AuthorityAway(f"the folder of the authority is of no use: {error}") from None
        if algorithm not in known:
            folder = opening.folder_of(self._settings)
            raise AuthorityAway(
                f"there is no {algorithm.upper()} authority in {folder}:"
                " `ampledger ca init` makes one"
            )
        return texts.of(known[algorithm][-1])
