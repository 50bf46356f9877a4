"""How many connections are taken."""

from gateway.crowd import Bounds, Crowd


def crowd(*addresses: str, **bounds: int) -> Crowd:
    made = Crowd(Bounds(**bounds))
    for address in addresses:
        made.enter(address)
    return made


def test_there_is_room_until_there_is_none_in_total() -> None:
    full = crowd("a", "b", connections=3)
    assert full.objection("c") == ""
    full.enter("c")
    assert full.objection("d") == "total"


def test_one_address_leaves_room_for_others() -> None:
    crowded = crowd("a", "a", per_address=2)
    assert (crowded.objection("a"), crowded.objection("b")) == ("address", "")


def test_who_leaves_makes_room() -> None:
    full = crowd("a", "a", per_address=2, connections=2)
    full.leave("a")
    assert full.objection("a") == ""


def test_a_proxy_counts_in_total_only() -> None:
    behind = crowd("", "", "", per_address=1, connections=4)
    assert behind.objection("") == ""
    behind.enter("")
    assert behind.objection("") == "total"


def test_who_a_proxy_speaks_for_counts_by_its_address() -> None:
    behind = crowd("", "", per_address=1)
    behind.name("a")
    assert behind.objection_to("a") == "address"
    behind.leave("a")
    assert behind.objection_to("a") == ""


def test_no_bound_is_no_bound() -> None:
    assert crowd(*["a"] * 100, per_address=0, connections=0).objection("a") == ""
