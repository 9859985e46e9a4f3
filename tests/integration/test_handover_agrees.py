"""A hand-over: what one endpoint makes, the other opens; and both read the same chain alike."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from sesphr.client import people
from sesphr.client.errors import IntegrityError
from sesphr.client.registration import key_change, registration
from sesphr.crypto import handover
from sesphr.crypto.encoding import b64u_decode, b64u_encode
from sesphr.crypto.errors import CryptoError
from sesphr.crypto.keys import FormerSeed, MemberKeys
from tests.integration.test_account_agrees import Browser
from tests.integration.test_guardian_agrees import spoiled

DEPLOYMENT = "made-up.example"
TIM = "00000000-0000-4000-8000-00000000000a"
KIM = "00000000-0000-4000-8000-00000000000b"
OPTIONS = {"deployment": DEPLOYMENT, "member": TIM}
FIRST, SECOND, THIRD = (bytes([one]) * 32 for one in (1, 2, 3))
# Fixed, so that neither side can drift.
CODE = "AAAA-BBBB-CCCC-DDDD-EEEE-FFFF-GGGG-2345"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Node process for the module."""
    running = Browser()
    yield running
    running.close()


def test_a_code_finds_the_same_and_opens_what_the_other_sealed(browser: Browser) -> None:
    assert browser.ask("findOf", CODE) == handover.find_of(CODE)
    offered = {"deployment": DEPLOYMENT, "dependant": TIM, "code": CODE}
    theirs = browser.ask("offer", FIRST.hex(), offered)
    assert handover.open_offer(theirs, **offered) == FIRST
    ours = handover.make_offer(FIRST, **offered)
    assert browser.ask("openOffer", ours, offered) == FIRST.hex()
    bad = [
        (ours, {**offered, "code": CODE.replace("5", "6")}), (ours, {**offered, "dependant": KIM}),
        ({**ours, "member": KIM}, {**offered, "dependant": KIM}), ({**ours, "generation": 2}, offered),
        ({**ours, "type": "former"}, offered), ({**ours, "sealed": spoiled(ours["sealed"])}, offered),
        (ours, {**offered, "deployment": "other.example"}),
    ]  # fmt: skip
    for slot, given in bad:
        with pytest.raises(CryptoError):
            handover.open_offer(slot, **given)
        assert browser.ask("openOffer", slot, given).startswith("refused")


def test_former_seeds_stay_with_the_new_one_on_both_sides(browser: Browser) -> None:
    kept = [FormerSeed(2, FIRST), FormerSeed(5, SECOND)]
    as_json = [[one.below, one.seed.hex()] for one in kept]
    theirs = browser.ask("former", as_json, THIRD.hex(), OPTIONS)
    assert list(handover.open_former(theirs, **OPTIONS, seed=THIRD)) == kept
    ours = handover.make_former(kept, **OPTIONS, seed=THIRD)
    assert browser.ask("openFormer", ours[::-1], THIRD.hex(), OPTIONS) == as_json
    bad = [
        (ours, SECOND, OPTIONS), (ours, THIRD, {**OPTIONS, "member": KIM}), ([ours[0]] * 2, THIRD, OPTIONS),
        ([{**ours[0], "generation": 3}], THIRD, OPTIONS), ([{**ours[0], "type": "guardian"}], THIRD, OPTIONS),
    ]  # fmt: skip
    for slots, seed, given in bad:
        with pytest.raises(CryptoError):
            handover.open_former(slots, **given, seed=seed)
        assert browser.ask("openFormer", slots, seed.hex(), given).startswith("refused")


def ours_and_theirs(browser: Browser, chain: list[str]) -> tuple[Any, Any]:
    """What each reads of a chain; both refuse, or both say the same."""
    theirs = browser.ask("chain", chain, DEPLOYMENT, TIM)
    try:
        person = people.check_registrations(DEPLOYMENT, TIM, chain)
    except IntegrityError:
        return "refused", theirs
    names = {name for name, _ in person.partitions}
    ours = {
        "verification": person.verification.hex(), "key": person.key, "seq": person.seq,
        "epochs": {name: person.epochs(name) for name in names},
        "former": [[one.verification.hex(), one.key] for one in person.former],
    }  # fmt: skip
    return ours, theirs


def test_both_follow_key_changes_that_either_made(browser: Browser) -> None:
    old = MemberKeys.from_seed(FIRST)
    first = registration(old, **OPTIONS, partitions=("medical", "personal"))
    person = people.check_registrations(DEPLOYMENT, TIM, [first])
    new = MemberKeys.from_seed(SECOND, [FormerSeed(2, FIRST)])
    following: dict[str, Any] = {
        "partitions": ("medical", "personal"), "seq": 2, "previous": person.digest, "acl": 3,
    }  # fmt: skip
    ours = key_change(new, old, **OPTIONS, **following)
    made = {**OPTIONS, "acl": 3}
    theirs = browser.ask("keyChange", [first], SECOND.hex(), [[2, FIRST.hex()]], made)
    for second in (ours, theirs):
        seeds = [[2, FIRST.hex()], [3, SECOND.hex()]]
        third = browser.ask("keyChange", [first, second], THIRD.hex(), seeds, made)
        python, page = ours_and_theirs(browser, [first, second, third])
        assert python == page
        assert python["epochs"] == {"medical": [1, 2, 3], "personal": [1, 2, 3]}
    part = key_change(new, old, **OPTIONS, **{**following, "partitions": ("medical",)})
    late = key_change(
        MemberKeys.from_seed(SECOND, [FormerSeed(3, FIRST)]), old, **OPTIONS, **following
    )
    strange = MemberKeys.from_seed(secrets.token_bytes(32))
    other = key_change(new, strange, **OPTIONS, **following)
    for wrong in (part, late, other, head_of(ours, b64u_decode(first.split(".")[1]))):
        assert ours_and_theirs(browser, [first, wrong])[0] == "refused"
        assert ours_and_theirs(browser, [first, wrong])[1].startswith("refused")
    assert ours_and_theirs(browser, [first, ours, ours])[1].startswith("refused")


def head_of(jws: str, payload: bytes) -> str:
    """Another payload between the header and the signature of a statement."""
    head, _, signature = jws.split(".")
    return f"{head}.{b64u_encode(payload)}.{signature}"
