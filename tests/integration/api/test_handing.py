"""A dependant comes of age, with real keys at real nodes, a real cloud and a real log."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import issuing, selectors
from accounts.guardians import handing, offers
from accounts.ids import member_id
from sesphr.adapters import get_cloud, get_srs_nodes
from sesphr.crypto import handover, slots
from sesphr.crypto.encoding import b64u_decode
from sesphr.deployment import get_deployment
from tests.integration.api.handing import Body, ComingOfAge
from tests.support.endpoints import digest_of, element
from tests.support.people import PASSWORD, Person, browser, record_of, verdicts
from tests.support.problems import problem

pytestmark = pytest.mark.django_db(databases="__all__")
ADULT = "tim@example.org"


def verified(person: Person) -> None:
    """As if this session had begun with a second factor."""
    device = TOTPDevice.objects.create(user=person.member, name="app", confirmed=True)
    store = SessionStore(person.http.cookies["sesphr_session"].value)
    store[DEVICE_ID_SESSION_KEY] = device.persistent_id
    store.save()


class Story:
    """Anna acts for Tim, who has a record that Greta may read; then Tim comes of age."""

    def __init__(self, anna: Person, greta: Person) -> None:
        self.anna, self.greta = anna, greta
        verified(anna)
        self.child = ComingOfAge(anna.member, "tim.abcdefghij@dependant.invalid")
        self.code = handover.fresh_code()
        self.guarded = Person(
            id=self.child.id, seed=self.child.seed, login=self.child.member.login, http=anna.http
        )
        assert anna.post(f"dependants/{self.child.id}/act").status_code == 200
        anna.http.defaults["HTTP_X_ACTING_FOR"] = self.child.id
        self.record = record_of(self.guarded.deposited("medical"))
        self.guarded.grant(greta, "medical")

    def offered(self) -> Body:
        """The guardian offers the account; what is found by the code."""
        deployment = get_deployment().id
        slot = handover.make_offer(
            self.child.seed, deployment=deployment, dependant=self.child.id, code=self.code
        )
        body = {"find": handover.find_of(self.code), "slot": slot}
        path = f"dependants/{self.child.id}/hand-over"
        assert self.anna.post(path, body).status_code == 200
        return self.found()

    def found(self) -> Body:
        """What is found by the code."""
        body = {"find": handover.find_of(self.code)}
        found = browser().post("/api/hand-over/find", body, content_type="application/json")
        assert found.status_code == 200, found.content
        return dict(found.json())

    def prepared(self, found: Body, seq: int = 2, previous: str = "") -> tuple[Person, Body]:
        """Tim with new keys, and what his endpoint sends."""
        deployment, tim = get_deployment().id, self.child.id
        old = handover.open_offer(
            found["slot"], deployment=deployment, dependant=tim, code=self.code
        )
        assert old == self.child.seed
        new = self.guarded.renewed()
        grown = Person(id=tim, seed=new.seed, login=ADULT, former=new.former)
        grown.acl_head = self.guarded.acl_head
        registration = self.guarded.key_change(
            new, seq, previous or digest_of(found["registrations"][-1]), ("medical",)
        )
        return grown, {
            "find": handover.find_of(self.code),
            "login": ADULT,
            "registration": registration,
            "slots": _slots(new.seed, tim),
            "former": handover.make_former(
                new.former, deployment=deployment, member=tim, seed=new.seed
            ),
        }


def _slots(seed: bytes, member: str) -> list[Body]:
    """As an endpoint makes them: of this member, with the salts that the portal tells of the new login."""
    told, deployment = selectors.parameters(ADULT), get_deployment().id
    named: Any = {
        "deployment": deployment, "login": ADULT, "member": member, "generation": 1,
    }  # fmt: skip
    password, secret = slots.make_password_slot(
        seed, password=PASSWORD, params=told["password"]["params"],
        salt=b64u_decode(told["password"]["salt"], 16), **named,
    )  # fmt: skip
    recovery, other, _ = slots.make_recovery_slot(
        seed, salt=b64u_decode(told["recovery"]["salt"], 16), **named
    )
    pairs = (password, secret), (recovery, other)
    return [{"slot": slot, "login_secret": octets.hex()} for slot, octets in pairs]


@pytest.fixture
def story(owner: Person, grantee: Person, moved_clock: list[int]) -> Story:
    """Nothing is offered before the list that the guardian made is at every node."""
    made = Story(owner, grantee)
    moved_clock[0] += offers.UNDER_WAY
    return made


def take_over(body: Body) -> Any:
    return browser().post("/api/hand-over", body, content_type="application/json")


def signed_in(grown: Person, body: Body) -> Body:
    """Tim signs in with his own password and opens his seeds."""
    secret = body["slots"][0]["login_secret"]
    answer = grown.post("session", {"login": ADULT, "type": "password", "login_secret": secret})
    assert answer.status_code == 200, answer.content
    told = dict(answer.json())
    seed, _ = slots.open_slot(
        told["slot"], deployment=get_deployment().id, login=ADULT, secret=PASSWORD
    )
    former = handover.open_former(
        told["former"], deployment=get_deployment().id, member=told["member"]["id"], seed=seed
    )
    assert seed == grown.seed
    assert former == grown.former
    return told


def test_from_the_guardians_code_to_ones_own_record(story: Story) -> None:
    grown, body = story.prepared(story.offered())
    assert take_over(body).json() == {"member": story.child.id}
    told = signed_in(grown, body)
    assert told["member"]["id"] == story.child.id == told["slot"]["member"]
    assert selectors.parameters(ADULT)["member"] == story.child.id != str(member_id(ADULT))
    assert issuing.verification_of(story.child.id) == grown.keys.verification
    shown = selectors.fingerprint_of(grown.get("registrations").json()["registrations"][-1])
    assert shown != selectors.fingerprint_of(story.child.first)
    # What was there before is still his, and what he adds now as well.
    new = record_of(grown.deposited("medical"))
    answer = grown.access(story.record, "medical")
    assert verdicts(answer)[0] == ("medical", "allow", "owner")
    assert answer.json()["objects"][0]["document"] is not None
    # Greta reads what was dealt to her, and what is new once he deals again.
    assert verdicts(story.greta.access(story.record, "medical"))[0][:2] == ("medical", "allow")
    grown.grant(story.greta, "medical")
    answer = story.greta.access(new, "medical")
    assert story.greta.opened(answer, new, "medical") == element("medical")


def test_with_the_old_seed_nothing_can_be_written_or_opened_any_more(story: Story) -> None:
    kept = story.guarded.seal({"medical": element("medical")})
    late, rules = story.guarded.parcel(kept), story.guarded.list_body([])
    request = story.guarded.access_request({story.record: ["medical"]})
    grown, body = story.prepared(story.offered())
    take_over(body)
    story.anna.http.defaults.pop("HTTP_X_ACTING_FOR")
    assert story.anna.get("session").json()["guardian"] is None
    signed_in(grown, body)
    # Not even by somebody at Tim's own screen who has the old seed.
    assert grown.http.post("/api/deposits", late).status_code in (403, 422)
    assert grown.post("acl", rules).status_code in (403, 422)
    assert grown.post("access", {"request": request}).status_code in (403, 422)
    assert _pinned(story.child.id) == grown.keys.verification


def _pinned(author: str) -> bytes:
    """The key that the cloud knows an author by."""
    found: Any = apps.get_model("cloudstore", "Author").objects.get(pk=author)
    return bytes(found.verification)


@pytest.mark.parametrize("stop", ["cloud", "end"])
@pytest.mark.parametrize("same", [True, False])
def test_it_is_finished_wherever_the_power_went(
    story: Story, monkeypatch: pytest.MonkeyPatch, stop: str, same: bool
) -> None:
    def cut(*_: object) -> None:
        raise RuntimeError

    grown, body = story.prepared(story.offered())
    with monkeypatch.context() as patch:
        if stop == "cloud":
            patch.setattr(get_cloud(), "change_key", cut)
        else:
            patch.setattr(handing, "_give", cut)
        assert take_over(body).status_code == 500
    assert all(len(node.registrations(story.child.id)) == 2 for node in get_srs_nodes())
    found = story.found()
    assert found["begun"] is True
    if same:
        assert take_over(body).status_code == 200
    else:
        _, other = story.prepared({**found, "registrations": [story.child.first]})
        problem(take_over(other), 409, "hand-over-finished")
    signed_in(grown, body)
    assert _pinned(story.child.id) == grown.keys.verification


def test_no_guardian_says_who_may_read_once_somebody_began(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut(*_: object) -> None:
        raise RuntimeError

    grown, body = story.prepared(story.offered())
    with monkeypatch.context() as patch:
        patch.setattr(handing.fanout, "write", cut)
        assert take_over(body).status_code == 500
    problem(story.anna.post("acl", story.guarded.list_body([])), 409, "hand-over-begun")
    assert all(node.acl(story.child.id) == story.guarded.acl_head for node in get_srs_nodes())
    assert take_over(body).status_code == 200
    signed_in(grown, body)
    assert verdicts(story.greta.access(story.record, "medical"))[0][:2] == ("medical", "allow")


def test_what_the_guardian_registered_meanwhile_comes_first(story: Story) -> None:
    _, body = story.prepared(story.offered())
    more = story.guarded.registration(("dental",), seq=2, previous=digest_of(story.child.first))
    assert story.anna.post("registrations", {"registration": more}).status_code == 200
    problem(take_over(body), 409, "registration-moved")
    assert story.anna.get("registrations").status_code == 200
    grown, later = story.prepared(story.found(), 3, digest_of(more))
    # A partition lacks: the nodes say so, and the code stays good.
    problem(take_over(later), 422, "invalid")
    registration = story.guarded.key_change(grown, 3, digest_of(more), ("dental", "medical"))
    assert take_over({**later, "registration": registration}).status_code == 200
    signed_in(grown, later)


def test_a_list_that_the_guardian_signed_meanwhile_is_named_by_the_new_keys(
    story: Story, moved_clock: list[int]
) -> None:
    found = story.offered()
    _, body = story.prepared(found)
    story.guarded.revoke_all()
    # It may still be on its way to some node.
    problem(take_over(body), 503, "unavailable")
    assert story.found()["begun"] is False
    moved_clock[0] += offers.UNDER_WAY
    problem(take_over(body), 409, "registration-moved")
    assert all(len(node.registrations(story.child.id)) == 1 for node in get_srs_nodes())
    grown, later = story.prepared(found)
    assert take_over(later).status_code == 200
    signed_in(grown, later)
    assert verdicts(story.greta.access(story.record, "medical"))[0][:2] == ("medical", "deny")
