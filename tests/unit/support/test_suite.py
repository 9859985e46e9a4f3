"""The suite's runner stops at a failure and says so; a skipped test is a failure."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import suite
from tests.support.suite import Group

ROOT = Path(__file__).resolve().parents[3]
PASS, FAIL = ("true",), ("false",)


def groups(*commands: suite.Command) -> list[Group]:
    return [Group(f"g{n}", f"group {n}", (command,)) for n, command in enumerate(commands)]


def test_all_pass():
    assert [result.verdict for result in suite.run(groups(PASS, PASS))] == ["passed", "passed"]


def test_stops_at_the_first_failure(capfd):
    results = list(suite.run(groups(PASS, FAIL, PASS)))
    assert [result.verdict for result in results] == ["passed", "FAILED", "not run"]
    suite.print_summary(results)
    out = capfd.readouterr().out
    assert "*** FAILED: group 1: false" in out
    assert "not run  group 2" in out


def test_a_program_that_is_missing_is_a_failure():
    assert [r.verdict for r in suite.run(groups(("no-such-program",)))] == ["FAILED"]


def test_later_commands_of_a_failed_group_do_not_run(tmp_path):
    mark = tmp_path / "mark"
    group = Group("g", "g", (FAIL, ("touch", str(mark))))
    assert suite.first_failure(group) == FAIL
    assert not mark.exists()


def test_a_shell_cannot_change_what_is_tested(monkeypatch):
    monkeypatch.setenv("SESPHR_DB", "mariadb")
    monkeypatch.setenv("SESPHR_DATA", "/precious")
    variables = suite.environment("/fresh")
    assert "SESPHR_DB" not in variables
    assert variables["SESPHR_DATA"] == "/fresh"
    assert suite.environment(None)["SESPHR_DATA"] == "/precious"


def test_a_run_is_in_memory_where_there_is_room(monkeypatch, tmp_path):
    monkeypatch.setattr(suite, "MEMORY", tmp_path)
    monkeypatch.setattr(suite, "ROOM", 0)
    told = ("sh", "-c", f'test "$(dirname "$TMPDIR")" = "{tmp_path}" && test -d "$SESPHR_DATA"')
    assert suite.first_failure(Group("g", "g", (told,))) is None
    assert not list(tmp_path.iterdir())
    monkeypatch.setattr(suite, "ROOM", 10**18)
    assert suite.memory() is None
    monkeypatch.setattr(suite, "MEMORY", tmp_path / "nothing")
    assert suite.memory() is None


def test_unknown_group(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["suite", "nonsense"])
    assert suite.main() == 2
    assert "lint" in capsys.readouterr().err


def test_groups_keep_their_order():
    chosen = suite.choose(["mariadb", "lint"])
    assert chosen is not None
    assert [group.name for group in chosen] == ["lint", "mariadb"]


PASSES, MARKED = "def test_it(): pass", "import pytest\n@pytest.mark.skipif(True, reason='')\n"
IN_TWO = ["-n", "2"]


@pytest.mark.parametrize(
    ("text", "status", "workers"),
    [
        (PASSES, 0, []),
        ("def test_it(): assert False", 1, []),
        ("", 5, []),
        ("import pytest\ndef test_it(): pytest.skip('no')\ndef test_b(): pass", 9, []),
        ("import pytest\npytest.importorskip('no_such')\ndef test_it(): pass", 9, []),
        (MARKED + PASSES, 9, []),
        # Two workers cost seconds each: what tells them apart.
        (PASSES, 0, IN_TWO),
        (MARKED + PASSES, 9, IN_TWO),
    ],
)
def test_skips_fail_a_run(tmp_path, text, status, workers):
    (tmp_path / "test_it.py").write_text(text)
    (tmp_path / "test_other.py").write_text("def test_good(): pass" if status == 9 else "")
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    options = ["-p", "no:django", "-p", "tests.support.no_skips", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, *workers, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == status, done.stdout + done.stderr


def test_soak_report_names_failures(tmp_path):
    text = (
        "def test_good(record_property): record_property('rounds', 7)\n"
        "def test_bad(): assert False\n"
    )
    (tmp_path / "test_it.py").write_text(text)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    report = tmp_path / "docs" / "soak.md"
    options = ["-p", "no:django", "-p", "tests.support.soak_report", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, "--soak-report", str(report)]
    subprocess.run([*command, str(tmp_path)], cwd=ROOT, capture_output=True)
    written = report.read_text()
    assert "**FAILED**, 2 tests" in written
    assert "| passed |" in written
    assert "rounds 7" in written
    assert "test_bad | failed |" in written
