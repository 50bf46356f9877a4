"""What can be a password of a user, and what fits."""

import pytest

from commands import passwords
from commands.passwords import Unfit, fits, hash_of
from gateway.passwords import is_secret

GOOD = "correct horse battery"


def test_the_password_that_was_hashed_fits_and_no_other():
    kept = hash_of(GOOD, "olga")
    assert fits(kept, GOOD)
    assert not fits(kept, GOOD + " ")
    assert not fits(kept, "")


def test_hex_digits_are_a_password_and_not_the_bytes_they_stand_for():
    """Of a station they would be the same."""
    kept = hash_of("ab" * 16, "olga")
    assert fits(kept, "ab" * 16)
    assert not fits(kept, "AB" * 16)
    assert not is_secret(kept, bytes.fromhex("ab" * 16))


def test_a_letter_is_the_same_from_every_keyboard():
    assert fits(hash_of("crème brûlée!", "olga"), "cre\u0300me bru\u0302le\u0301e!")
    assert fits(hash_of("\ufb01ne weather!", "olga"), "fine weather!")


@pytest.mark.parametrize("text", ["x" * 12, "x" * 128, "пароль из букв", "🔑" * 12])
def test_twelve_to_128_characters_are_a_password(text):
    assert fits(hash_of(text, "olga"), text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "12 to 128"),
        ("x" * 11, "12 to 128"),
        ("x" * 129, "12 to 128"),
        ("\ufdfa" * 12, "12 to 128"),  # it stands for eighteen letters
        ("tab\tand spaces", "control"),
        ("half of a pair\ud83d", "control"),
        ("Olga.Petrowna", "name"),
    ],
)
def test_what_is_no_password_is_told_why_and_not_repeated(text, why):
    with pytest.raises(Unfit, match=why) as told:
        hash_of(text, "olga.petrowna")
    assert not text or text not in str(told.value)


def test_who_has_no_password_costs_as_much_as_who_has_one():
    parameters = hash_of(GOOD, "olga").split("$")[:4]
    assert passwords._NOBODYS.split("$")[:4] == parameters
    assert not fits(None, GOOD)


def test_half_of_a_character_is_a_wrong_password_and_no_defect():
    assert not fits(hash_of(GOOD, "olga"), "\ud800")
