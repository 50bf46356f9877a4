import pytest

from domain.model.aggregate import Refused
from domain.model.charging_profile import ChargingProfile
from tests.model.story import LATER, NOON, given

SAVED, REMOVED = ChargingProfile.Saved, ChargingProfile.Removed


def created(*, saved=True, removed=False):
    profile = ChargingProfile.create(7, by="olga", at=NOON)
    if saved:
        profile.save("night", "{}", by="olga", at=NOON)
    if removed:
        profile.remove(by="olga", at=NOON)
    return profile


def test_saving_the_same_again_changes_nothing():
    story = given(created(saved=False))
    story.when(ChargingProfile.save, "night", "{}", by="olga", at=NOON)
    story.when(ChargingProfile.save, "night", "{}", by="carl", at=LATER)
    story.then((SAVED, {"description": "night", "content": "{}", "by": "olga"}))


@pytest.mark.parametrize("change", [("day", "{}"), ("night", '{"stackLevel":1}')])
def test_a_change_is_saved(change):
    given(created()).when(ChargingProfile.save, *change, by="carl", at=LATER).then(
        (SAVED, {"description": change[0], "content": change[1], "by": "carl"})
    )


def test_saving_brings_a_removed_one_back():
    given(created(removed=True)).when(
        ChargingProfile.save, "night", "{}", by="carl", at=LATER
    ).then((SAVED, {"by": "carl"}))


def test_a_profile_is_removed_once():
    story = given(created()).when(ChargingProfile.remove, by="carl", at=LATER)
    story.then((REMOVED, {"by": "carl"}))
    with pytest.raises(Refused, match="no such"):
        story.when(ChargingProfile.remove, by="carl", at=LATER)
