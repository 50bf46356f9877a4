"""A token (OCPP 1.6: idTag): who may charge, until when, in which group."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from domain.model.aggregate import Aggregate, Birth, Fact, Refused
from domain.model.values import Standing, Verdict, folded


@dataclass(frozen=True, slots=True)
class Permit:
    """What an operator says of a token."""

    standing: Standing = Standing.ACCEPTED
    expires_at: datetime | None = None
    parent: str = ""
    concurrent_limit: int = 0  # open transactions at a time; 0: no limit
    note: str = ""
    group: str = ""  # of tokens that go onto a local list together; "" for none


class Token(Aggregate):
    """Issued, changed, withdrawn by operators; read by every station's authorisation."""

    TOPIC = "token"
    SHARED = True  # every partition reads it, and writes it when limited: no cache is trusted

    class Issued(Birth):
        """The token was made known."""

        TOPIC = "token.issued"
        id_tag: str
        by: str

    class Mentioned(Birth):
        """The token is to be forgotten, and nobody ever issued it: stations spoke of it."""

        TOPIC = "token.mentioned"
        id_tag: str
        by: str

    class Permitted(Fact):
        """What an operator decided about the token."""

        TOPIC = "token.permitted"
        class_version = 2  # 2: group
        standing: str
        expires_at: datetime | None
        parent: str
        concurrent_limit: int
        note: str
        group: str
        by: str

        @staticmethod
        def upcast_v1_v2(state: dict[str, Any]) -> None:
            """Tokens had no groups for lists."""
            state["group"] = ""

        def apply(self, token: "Token") -> None:
            token.withdrawn = False
            token.standing, token.expires_at = self.standing, self.expires_at
            token.parent, token.concurrent_limit = self.parent, self.concurrent_limit
            token.note, token.group = self.note, self.group

    class Withdrawn(Fact):
        """An operator removed the token: it is unknown from now on."""

        TOPIC = "token.withdrawn"
        by: str

        def apply(self, token: "Token") -> None:
            token.withdrawn = True

    class Used(Fact):
        """A transaction started with this token; told only of tokens with a limit."""

        TOPIC = "token.used"
        transaction: int

        def apply(self, token: "Token") -> None:
            token.transactions.append(self.transaction)

    class Released(Fact):
        """A transaction with this token is over."""

        TOPIC = "token.released"
        transaction: int

        def apply(self, token: "Token") -> None:
            token.transactions.remove(self.transaction)

    class Forgotten(Fact):
        """Whose it was is to be unknown: from now on its pseudonym stands for it."""

        TOPIC = "token.forgotten"
        by: str

        def apply(self, token: "Token") -> None:
            token.withdrawn = token.forgotten = True

    def __init__(self, *, id_tag: str) -> None:
        self.id_tag = id_tag
        self.withdrawn, self.forgotten = True, False
        self.standing = ""
        self.expires_at: datetime | None = None
        self.parent, self.concurrent_limit, self.note = "", 0, ""
        self.group = ""
        self.transactions: list[int] = []  # open ones, of a token with a limit

    @classmethod
    def id_of(cls, id_tag: str) -> str:
        """The stream of a token; two spellings of a tag are one token."""
        return f"token:{folded(id_tag)}"

    @classmethod
    def issue(cls, id_tag: str, permit: Permit, *, by: str, at: datetime) -> Self:
        """Make a token known."""
        token = cls._create(cls.Issued, id=cls.id_of(id_tag), id_tag=id_tag, by=by, timestamp=at)
        token.permit(permit, by=by, at=at)
        return token

    @classmethod
    def mention(cls, id_tag: str, *, by: str, at: datetime) -> Self:
        """A token that was never issued, for the sake of forgetting it."""
        stream = cls.id_of(id_tag)
        return cls._create(cls.Mentioned, id=stream, id_tag=id_tag, by=by, timestamp=at)

    def permit(self, permit: Permit, *, by: str, at: datetime) -> None:
        """Decide anew about the token; brings a withdrawn one back."""
        if self.forgotten:
            raise Refused("this token was forgotten just now: issue it again in a minute")
        wanted = asdict(permit)
        if self.withdrawn or any(getattr(self, name) != value for name, value in wanted.items()):
            self.trigger_event(self.Permitted, **wanted, by=by, timestamp=at)

    def withdraw(self, *, by: str, at: datetime) -> None:
        """Make the token unknown."""
        if self.withdrawn:
            raise Refused("this token is not known", Refused.NOT_FOUND)
        self.trigger_event(self.Withdrawn, by=by, timestamp=at)

    def forget(self, *, by: str, at: datetime) -> None:
        """Make the token unknown for good, with whose it was."""
        if self.transactions:
            raise Refused(f"transaction {self.transactions[0]} with this token is open")
        if not self.forgotten:
            self.trigger_event(self.Forgotten, by=by, timestamp=at)

    def judge(self, at: datetime) -> Verdict:
        """What Authorize is told (rules A1-A5): unknown, blocked, past its expiry, or welcome."""
        if self.withdrawn:
            return Verdict(Standing.INVALID)
        standing = Standing(self.standing)
        if standing is Standing.ACCEPTED and self.expires_at and self.expires_at <= at:
            standing = Standing.EXPIRED
        return Verdict(standing, self.expires_at, self.parent)

    def judge_start(self, transaction: int, at: datetime) -> Verdict:
        """As `judge`, and ConcurrentTx when the operator's limit is reached (rule T15)."""
        verdict = self.judge(at)
        full = self.concurrent_limit and len(self.transactions) >= self.concurrent_limit
        if verdict.standing is Standing.ACCEPTED and full and transaction not in self.transactions:
            return Verdict(Standing.CONCURRENT, verdict.expires_at, verdict.parent)
        return verdict

    def use(self, transaction: int, *, at: datetime) -> None:
        """A transaction starts; noted only when there is a limit to watch."""
        if self.concurrent_limit and transaction not in self.transactions:
            self.trigger_event(self.Used, transaction=transaction, timestamp=at)

    def release(self, transaction: int, *, at: datetime) -> None:
        """A transaction is over."""
        if transaction in self.transactions:
            self.trigger_event(self.Released, transaction=transaction, timestamp=at)


def judge(token: Token | None, at: datetime) -> Verdict:
    """The verdict on a token that may be unknown."""
    return token.judge(at) if token else Verdict(Standing.INVALID)
