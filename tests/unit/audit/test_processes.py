"""Several processes append at once; one is killed; nothing is lost, doubled or torn."""

import time
import uuid
from pathlib import Path

import pytest

from tests.unit.audit.fresh import fresh

WORKER = ("-m", "tests.unit.audit.worker")

pytestmark = pytest.mark.django_db(databases="__all__")


def test_concurrent_appends_leave_a_whole_log(tmp_path: Path) -> None:
    shared, own = str(uuid.uuid4()), str(uuid.uuid4())
    with fresh(tmp_path, "audit") as server:
        # Two append the very same entries: each must be told the same index.
        workers = [server.start(*WORKER, stream, "15") for stream in (shared, shared, own)]
        answers = [worker.communicate(timeout=120)[0].split() for worker in workers]
        assert [worker.returncode for worker in workers] == [0, 0, 0]
        assert answers[0] == answers[1]
        assert len({*answers[0], *answers[2]}) == 30
        verified = server.run("manage.py", "verify_log")
        assert "The log is whole: 30 entries, 2 streams" in verified.stdout, verified.stderr


@pytest.mark.parametrize(
    "rests", [(0.0, 0.031), pytest.param((0.0, 0.013, 0.031), marks=pytest.mark.soak)], ids=len
)
def test_a_killed_append_leaves_a_whole_log_and_every_answer_stands(
    tmp_path: Path, rests: tuple[float, ...]
) -> None:
    stream = str(uuid.uuid4())
    told: list[str] = []
    with fresh(tmp_path, "audit") as server:
        for rest in rests:
            worker = server.start(*WORKER, stream, "0")
            assert worker.stdout is not None
            answers = [worker.stdout.readline().strip() for _ in range(len(told) + 5)]
            time.sleep(rest)
            worker.kill()
            answers += worker.communicate()[0].split()
            # Whatever was answered before the kill is answered again.
            assert answers[: len(told)] == told
            told = answers
            verified = server.run("manage.py", "verify_log")
            assert verified.returncode == 0, verified.stderr
        assert told == [str(index) for index in range(len(told))]
