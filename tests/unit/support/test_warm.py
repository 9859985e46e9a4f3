"""Commands in a warm process end as those of `manage.py` do."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import liveserver
from tests.support.warm import Warm, WarmError


@pytest.fixture
def warm(tmp_path: Path) -> Iterator[Warm]:
    found = Warm(liveserver.environment(tmp_path / "data"))
    yield found
    found.close()


def test_it_does_what_the_command_does(warm: Warm, tmp_path: Path) -> None:
    assert "made." in warm.run("init_deployment")
    assert "is already there." in warm.run("init_deployment")
    assert (tmp_path / "data" / "deployment.jws").exists()
    told = liveserver.manage(dict(warm.variables), "init_deployment")
    assert told == warm.run("init_deployment")


def test_it_fails_as_the_command_fails(warm: Warm) -> None:
    for words, said in ((("no_such",), "Unknown command"), (("authorise",), "required: email")):
        with pytest.raises(WarmError, match=said):
            warm.run(*words)
    with pytest.raises(WarmError, match="ZeroDivisionError"):
        warm.run("shell", "--no-imports", "--command", "1 / 0")
    # One that failed has no say in the next.
    assert "made." in warm.run("init_deployment")


def test_variables_of_one_command_are_gone_with_it(warm: Warm) -> None:
    show = ("shell", "--no-imports", "--command", "import os; print(os.environ.get('GIVEN'))")
    assert warm.run(*show, GIVEN="this") == "this\n"
    assert warm.run(*show) == "None\n"


def test_settings_that_are_refused_are_told(tmp_path: Path) -> None:
    wrong = Warm(liveserver.environment(tmp_path / "data", {"SESPHR_NODES": "x"}))
    with pytest.raises(WarmError, match="SESPHR_NODES is 'x'"):
        wrong.run("check")
