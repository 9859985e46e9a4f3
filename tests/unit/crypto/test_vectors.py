"""The reference vectors, and that their runner cannot be satisfied by nothing."""

import json
from pathlib import Path

import pytest

from tests.vectorcheck.__main__ import main
from tests.vectorcheck.cases import load
from tests.vectorcheck.check import check_file

VECTORS = Path(__file__).parents[2] / "vectors"
TOPICS = {
    "access", "acl", "attachments", "delegation", "deposit", "encodings", "keys", "log", "proofs",
    "slots", "statements",
}  # fmt: skip
UUID = {"id": "a", "input": {"op": "uuid", "text": "390597f8-182b-4387-8564-9c4ba805d4a6"}}


def test_every_topic_is_there():
    assert {path.stem for path in VECTORS.glob("*.json")} == TOPICS


@pytest.mark.parametrize("topic", sorted(TOPICS))
def test_vectors(topic):
    report = check_file(load(VECTORS / f"{topic}.json"))
    assert report.failures == []
    assert report.results + report.accepted + report.rejected == report.cases > 0


def write(folder, content):
    (folder / "some.json").write_text(content if isinstance(content, str) else json.dumps(content))
    return main(["python", str(folder)])


def cases(*many):
    return {"suite": "s", "topic": "encodings", "cases": list(many)}


def test_runner_counts(tmp_path, capsys):
    assert write(tmp_path, cases({**UUID, "expect": "accept"})) == 0
    assert (
        capsys.readouterr().out == "python  some.json  1 cases: 0 results, 1 accepted, 0 rejected\n"
    )


@pytest.mark.parametrize(
    "content",
    [
        cases(),
        "",
        "[]",
        '{"topic": "log"}',
        cases({**UUID, "expect": "reject"}),
        cases({**UUID, "expect": "perhaps"}),
        cases({**UUID, "expect": {}}),
        cases({**UUID, "expect": "accept", "input": {"op": "uuid"}}),
        cases({**UUID, "expect": "reject", "input": {"op": "uuid"}}),
        cases({**UUID, "expect": "reject", "input": {"op": "unheard-of"}}),
        cases({**UUID, "expect": "accept"}, {**UUID, "expect": "accept"}),
        cases({"id": "x", "expect": "reject"}),
        cases({"id": "x", "expect": {"octets": "00"}, "input": {"op": "base64url", "text": "AQ"}}),
    ],
)
def test_runner_fails(tmp_path, content, capsys):
    assert write(tmp_path, content) == 1
    assert "some.json" in capsys.readouterr().err


def test_runner_wants_files(tmp_path, capsys):
    assert main(["python", str(tmp_path)]) == 1
    assert main(["python", str(tmp_path / "none")]) == 1
    assert main(["python"]) == 2
    assert main(["perl", str(tmp_path)]) == 2
    assert capsys.readouterr().out == ""
