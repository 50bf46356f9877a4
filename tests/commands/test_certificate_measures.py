"""What Prometheus is told of certificates."""

from commands.measures.projections import of_certificates
from domain.log import Unavailable


def test_every_state_has_its_number_and_what_ends_soon_is_counted():
    requests, ending = of_certificates(lambda: {"failed": 2, "pending": 1}, lambda: 3)()
    assert isinstance(requests.values, dict)
    assert (requests.values["failed"], requests.values["pending"]) == (2, 1)
    assert requests.values["delivered"] == 0
    assert (ending.name, ending.values) == ("certificates_ending", 3)


def test_nothing_is_told_while_the_database_is_away():
    def away():
        raise Unavailable("away")

    assert list(of_certificates(away, lambda: 0)()) == []
