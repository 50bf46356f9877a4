"""The API by its own contract: schemathesis makes cases for every operation of /openapi.json."""

from collections.abc import Iterator, Sequence
from itertools import count, product
from time import monotonic

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given
from hypothesis import seed as seeded
from hypothesis import settings as governed
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.failures import FailureGroup
from schemathesis.core.result import Ok

from tests.abuse.findings import Findings
from tests.abuse.stage import Stage

_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
_ROLES = ("admin", "operator", "viewer", "")
_TIMEOUT = 60  # s for an answer


def attack(stage: Stage, seed: int, seconds: float, cases: int, findings: Findings) -> None:
    """Every operation with every role, what fits its schema and what does not, round and round.

    Until the time is up, but each operation at least once.
    """
    until, tokens = monotonic() + seconds, _tokens(stage)
    schema = schemathesis.openapi.from_url(f"{stage.installation.api_url}/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    manners = tuple(product((GenerationMode.NEGATIVE, GenerationMode.POSITIVE), _ROLES))
    with requests.Session() as session:
        for number in count():
            place, round = number % len(operations), number // len(operations)
            if round and monotonic() > until:
                return
            mode, role = manners[(place + round) % len(manners)]
            trial = _Trial(session, stage.installation.api_url, tokens[role], findings)
            trial.run(operations[place], mode, seed * 1_000_000 + number, cases)


def _tokens(stage: Stage) -> dict[str, str]:
    """A token of each role, and none."""
    tokens = {"": ""}
    for role in _ROLES[:-1]:
        body = {"name": f"contract-{role}", "role": role}
        answer = stage.api.post("/api/v1/users", json=body).raise_for_status()
        tokens[role] = answer.json()["token"]
        headers = {"Authorization": f"Bearer {tokens[role]}"}
        stage.api.get("/api/v1/tokens", headers=headers)  # what has fitted once need never wait
    return tokens


class _Trial:
    """Cases of one operation with one token."""

    def __init__(self, session: requests.Session, url: str, token: str, findings: Findings) -> None:
        self._session, self._url, self._findings = session, url, findings
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    def run(self, operation: APIOperation, mode: GenerationMode, seed: int, cases: int) -> None:
        @seeded(seed)
        @governed(
            max_examples=cases,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(operation.as_strategy(mode))
        def every_case(case: Case) -> None:
            self._try(case)

        every_case()

    def _try(self, case: Case) -> None:
        self._findings.inputs["contract"] += 1
        name = f"contract {case.method} {case.path}"
        try:
            response = case.call(self._url, self._session, headers=self._headers, timeout=_TIMEOUT)
        except requests.RequestException as error:
            self._findings.add(name, repr(error), case.as_curl_command().encode())
            return
        self._findings.outcomes[f"contract: {response.status_code}"] += 1
        try:
            case.validate_response(response, checks=_CHECKS)
        except FailureGroup as group:
            said = "; ".join(_told(group.exceptions))
            self._findings.add(name, said, case.as_curl_command().encode())


def _told(failures: Sequence[Exception]) -> Iterator[str]:
    return (" ".join(str(failure).split())[:300] for failure in failures)
