"""A charging profile of the library: written once, assigned to many stations."""

from datetime import datetime
from typing import Self

from domain.model.aggregate import Aggregate, Birth, Fact, Refused


class ChargingProfile(Aggregate):
    """Its number is the chargingProfileId on the wire. What stations hold is not its business."""

    TOPIC = "profile"

    class Created(Birth):
        """Its number was taken."""

        TOPIC = "profile.created"
        number: int
        by: str

    class Saved(Fact):
        """What it says from now on."""

        TOPIC = "profile.saved"
        description: str
        content: str  # the ChargingProfile as on the wire, JSON, without a transactionId
        by: str

        def apply(self, profile: "ChargingProfile") -> None:
            profile.removed = False
            profile.description, profile.content = self.description, self.content

    class Removed(Fact):
        """It can be assigned no more; stations keep what they hold."""

        TOPIC = "profile.removed"
        by: str

        def apply(self, profile: "ChargingProfile") -> None:
            profile.removed = True

    def __init__(self, *, number: int) -> None:
        self.number = number
        self.description, self.content = "", ""
        self.removed = True

    @classmethod
    def id_of(cls, number: int) -> str:
        """The stream of a profile of the library."""
        return f"profile:{number}"

    @classmethod
    def create(cls, number: int, *, by: str, at: datetime) -> Self:
        """Take a number; what it says must be saved."""
        return cls._create(cls.Created, id=cls.id_of(number), number=number, by=by, timestamp=at)

    def save(self, description: str, content: str, *, by: str, at: datetime) -> None:
        """Say what it is; brings a removed one back."""
        if self.removed or (description, content) != (self.description, self.content):
            self.trigger_event(
                self.Saved, description=description, content=content, by=by, timestamp=at
            )

    def remove(self, *, by: str, at: datetime) -> None:
        """Take it out of the library."""
        if self.removed:
            raise Refused("there is no such charging profile", Refused.NOT_FOUND)
        self.trigger_event(self.Removed, by=by, timestamp=at)
