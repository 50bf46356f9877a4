"""Events of tokens, by their pseudonyms."""

from typing import Annotated

from msgspec import Meta

from domain.model.aggregate import Fact
from domain.model.token import Token
from projections.events import members
from projections.events.public import About, Data, public


class Permitted(Data):
    """What an operator decided about a token."""

    token: members.Token
    standing: Annotated[str, Meta(description="OCPP 1.6 section 7.2: Accepted, Blocked, …")]
    expires_at: members.Time | None
    parent: Annotated[str, Meta(description="pseudonym of the parent token")]
    concurrent_limit: Annotated[int, Meta(description="open transactions; 0: no limit")]


class Withdrawn(Data):
    """A token is unknown from now on."""

    token: members.Token


class Forgotten(Data):
    """Nobody can tell any more whose token it was: its pseudonym stands for nobody."""

    token: members.Token


def _pseudonym(fact: Fact) -> str:
    return fact.originator_id.removeprefix("token:")


def _about(fact: Fact, _: str) -> About:
    return About(f"token/{_pseudonym(fact)}")


PUBLIC = (
    public("token.permitted.v1", Token.Permitted, Permitted, _about, token=_pseudonym),
    public("token.withdrawn.v1", Token.Withdrawn, Withdrawn, _about, token=_pseudonym),
    public("token.forgotten.v1", Token.Forgotten, Forgotten, _about, token=_pseudonym),
)
