"""Schemathesis against the whole API in this process, as owner, grantee and stranger.

A third of the calls is meaningful (signed statements that fit the present state), a
third is a meaningful call in which one member is replaced by a generated value, and
a third is generated from the schema alone, valid and invalid. Every answer must be
declared: no server error, known status, declared type, declared shape.

How success is counted: 2xx answers by all calls, and the same for writes alone, so that
reading lists over and over proves nothing. Both shares must reach 30%, and every route
that this person can use at all must have succeeded at least once. (A grantee and a stranger
have no keys to seal records under, and a stranger no ticket for an attachment.)
"""

from collections import Counter
from typing import Any

import hypothesis
import pytest
import schemathesis
from django.db.backends.base.base import BaseDatabaseWrapper
from hypothesis import HealthCheck, Phase, given
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from sesphr.wsgi import application
from tests.integration.api.conftest import World
from tests.integration.api.meaningful import CALLS, Call, Caller

pytestmark = pytest.mark.django_db(databases="__all__")
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
ENOUGH = 0.30
SEED = 20180101
READS = ("GET",)
# Only who owns records deposits, and answers what others add.
OWNERS_ALONE = {
    "POST /api/deposits", "POST /api/proposals/{record}/accept", "POST /api/proposals/{record}/decline",
}  # fmt: skip
# A patient administers no organisation, and no organisation enrols one.
NOT_STAFF = {label for label in CALLS if "/organisations/" in label} | {"POST /api/activation/join"}
NEVER = {
    # Owners ask nobody in an emergency.
    "owner": NOT_STAFF | {"POST /api/emergencies", "POST /api/emergencies/{emergency}/confirm"},
    "grantee": OWNERS_ALONE,
    "stranger": OWNERS_ALONE | {"POST /api/attachments/{attachment}/content"},
}
KINDS = ("meaningful", "mixed", "generated", "negative")


@pytest.fixture(autouse=True)
def _one_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the test's transaction open through each request, as Django's own test client does."""
    monkeypatch.setattr(BaseDatabaseWrapper, "close_if_unusable_or_obsolete", lambda self: None)


class Tally:
    """How many calls of each route were made, and how many succeeded."""

    def __init__(self) -> None:
        self.made: Counter[str] = Counter()
        self.good: Counter[str] = Counter()

    def count(self, label: str, status: int) -> None:
        self.made[label] += 1
        self.good[label] += 200 <= status < 300

    def share(self, *, writes: bool) -> float:
        """The share of 2xx, of all calls or of writes."""
        labels = [one for one in self.made if not writes or not one.startswith(READS)]
        return sum(self.good[one] for one in labels) / sum(self.made[one] for one in labels)

    def never(self) -> set[str]:
        """Routes that never succeeded."""
        return {label for label in CALLS if not self.good[label]}


def apply(case: Any, call: Call, data: Any, *, mixed: bool) -> None:
    """Put a meaningful call in the place of what was generated; `mixed` keeps one generated member."""
    generated = case.body
    case.path_parameters = {**(case.path_parameters or {}), **call.path}
    case.query = dict(call.query)
    case.body = call.body if call.body is not None else generated
    if mixed and isinstance(call.body, dict):
        name = data.draw(st.sampled_from(sorted(call.body)))
        case.body = {**call.body, name: _generated(generated, name)}


def _generated(body: Any, name: str) -> Any:
    return body[name] if isinstance(body, dict) and name in body else "generated"


def exercise(operation: Any, caller: Caller, tally: Tally, examples: int) -> None:
    """Call one route `examples` times."""
    modes = {mode: operation.as_strategy(mode) for mode in GenerationMode}

    @hypothesis.seed(SEED)
    @hypothesis.settings(
        max_examples=examples, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(data=st.data())
    def once(data: st.DataObject) -> None:
        kind = data.draw(st.sampled_from(KINDS))
        mode = GenerationMode.NEGATIVE if kind == "negative" else GenerationMode.POSITIVE
        case = data.draw(modes[mode])
        if kind in ("meaningful", "mixed"):
            apply(case, caller.call(operation.label), data, mixed=kind == "mixed")
        response = case.call(
            cookies={"sesphr_session": caller.person.http.cookies["sesphr_session"].value},
            headers={"X-Requested-By": "sesphr"},
        )
        case.validate_response(response, checks=CHECKS)
        tally.count(operation.label, response.status_code)
        caller.settle(operation.label, response.status_code, case.body)

    once()


def run(world: World, who: str, settings: Any, examples: int) -> Tally:
    """All routes as one person."""
    settings.SESPHR_RATES = dict.fromkeys(settings.SESPHR_RATES, (10**9, 3600))
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application)
    scan = world.owner.with_attachment("medical", b"image" * 1000)
    caller, tally = Caller(getattr(world, who), world, scan), Tally()
    found = [operation.ok() for operation in schema.get_all_operations()]
    assert {one.label for one in found} == set(CALLS)
    for operation in found:
        exercise(operation, caller, tally, examples)
    return tally


def judge(tally: Tally, who: str) -> None:
    """Print the shares and demand them."""
    everything, writes = tally.share(writes=False), tally.share(writes=True)
    print(
        f"\nSchemathesis as {who}: {sum(tally.made.values())} calls, {everything:.0%} succeeded, "
        f"of writes {writes:.0%}"
    )
    assert everything >= ENOUGH, tally.good
    assert writes >= ENOUGH, tally.good
    assert tally.never() == NEVER[who]


@pytest.mark.usefixtures("council")
def test_no_call_gets_an_answer_that_is_not_declared(world: World, settings: Any) -> None:
    judge(run(world, "owner", settings, examples=16), "owner")


@pytest.mark.soak
@pytest.mark.usefixtures("council")
@pytest.mark.parametrize("who", ["owner", "grantee", "stranger"])
def test_no_call_of_very_many_does_either(world: World, who: str, settings: Any) -> None:
    judge(run(world, who, settings, examples=120), who)


def _tally(reads: int, writes: int, good_writes: int) -> Tally:
    tally = Tally()
    for _ in range(reads):
        tally.count("GET /api/acl", 200)
    for number in range(writes):
        tally.count("POST /api/acl", 200 if number < good_writes else 422)
    return tally


def test_reading_over_and_over_does_not_pass_for_success() -> None:
    with pytest.raises(AssertionError):
        judge(_tally(1000, 100, 29), "owner")


def test_a_route_that_never_succeeds_does_not_pass() -> None:
    with pytest.raises(AssertionError):
        judge(_tally(10, 10, 10), "owner")
