"""`make cluster RESTART=1 SEED=1`: sample people are there, and what dies comes back by itself."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from sesphr.demo import ADA, LEE, PEOPLE, passwords
from sesphr.management.health import answers
from tests.support.cluster import NAMES, Cluster, alive, running, wait_for
from tests.support.people_cli import Person

pytestmark = pytest.mark.soak
# The supervisor waits a second, and a server loads its application.
BACK = 60


@pytest.fixture(scope="module")
def restarting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    """A cluster of its own with the options that `make cluster` gives."""
    with running(tmp_path_factory.mktemp("seeded") / "data", "--seed", "--restart") as found:
        yield found


@pytest.fixture
def people(restarting: Cluster, tmp_path: Path) -> dict[str, Person]:
    """The sample people by key, each at a device of their own, with the passwords that DATA keeps."""
    known = passwords(restarting.layout.folder("portal"))
    return {
        one.key: Person(restarting.url, tmp_path / one.key, one.login, known[one.login])
        for one in PEOPLE
    }


def test_sample_people_can_sign_in_and_have_something_to_look_at(
    people: dict[str, Person], tmp_path: Path
) -> None:
    for person in people.values():
        assert person.ok("whoami")["login"] == person.login
    ada, lee = people[ADA.key], people[LEE.key]
    assert ada.ok("records")["records"]
    given = [one for one in lee.ok("records")["records"] if one["partitions"]]
    assert given
    opened = lee.ok("open", given[0]["record"], "--output", str(tmp_path / "opened"))["opened"]
    assert set(opened) == set(given[0]["partitions"])


@pytest.mark.parametrize("name", NAMES)
def test_a_server_that_dies_is_started_again(
    restarting: Cluster, people: dict[str, Person], name: str
) -> None:
    before = restarting.pid(name)
    group = os.getpgid(before)
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: not alive(group), f"{name} goes on after its master was killed")
    wait_for(lambda: running_as(restarting, name) not in (None, before), f"{name} stays away", BACK)
    data = None if name == "portal" else restarting.layout.folder(name)
    wait_for(lambda: answers(restarting.layout.url(name), data), f"{name} does not answer", BACK)
    wait_for(lambda: people[ADA.key].quick("records").code == 0, "nobody can look", BACK)
    assert f"{name} is started again." in (restarting.data / "cluster.log").read_text()


def running_as(cluster: Cluster, name: str) -> int | None:
    """A server's process id; None while it is gone."""
    try:
        return cluster.pid(name)
    except FileNotFoundError:
        return None
