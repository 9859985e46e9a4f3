"""Runs groups of checks in order, stops at the first that fails, and sums up.

Without arguments it runs all groups: python -m tests.support.suite [GROUP ...]
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = ROOT / ".venv" / "bin"
PYTHON = str(BIN / "python")
MANAGE = (PYTHON, "manage.py")
TEST_SETTINGS = "--settings=sesphr.settings.test"
PYTEST = (PYTHON, "-m", "pytest", "-p", "tests.support.no_skips", "-p", "tests.support.sharing_out",
          "-n", "3", "--dist", "loadfile", "--no-loadscope-reorder", "--durations=30",
          "--durations-min=3")  # fmt: skip
ON_MARIADB = (PYTHON, "-m", "tests.support.mariadb", "run", "--")
# They touch no database, or look at what is the same whatever database is behind: `make test` runs
# them on SQLite alone, `make soak` on MariaDB too.
ONCE = tuple(
    f"--ignore={path.relative_to(ROOT)}"
    for pattern in (
        # The servers' own tests ask MariaDB; what pages look like does not depend on it.
        "browser",
        "integration/api",
        "contract/test_cloud_s3.py",
        "unit/adapters",
        "unit/benchmarks",
        "unit/client",
        "unit/crypto",
        "unit/demo",
        "unit/fanout",
        "unit/pages",
        "unit/staff/test_admin_organisations.py",
        "unit/staff/test_admin_pages.py",
        "unit/support",
        "unit/web",
        "integration/test_*_agree*.py",
        "integration/test_acl_oracle.py",
        "integration/test_migrations.py",
        "integration/test_private_mariadb.py",
        "integration/test_roundtrip*.py",
        "integration/test_schema.py",
        "system/test_browser_endpoint.py",
        "system/test_canary.py",
        "system/test_cluster*.py",
        "system/test_cut_link.py",
        "system/test_kill_deposit.py",
        "system/test_kill_sharing.py",
        "system/test_paper.py",
        "system/test_random_operations.py",
        "system/test_samples.py",
        # By processes of their own on MariaDB the cluster's tests tell the story.
        "system/test_story.py",
        "system/test_tampering*.py",
        "system/test_replay.py",
        "system/test_s3.py",
        "system/test_xmlsec.py",
    )
    for path in sorted((ROOT / "tests").glob(pattern))
)
THREE_NODES = ("env", "SESPHR_NODES=3", "SESPHR_THRESHOLD=2")
MEMORY = Path("/dev/shm")
# Profiles of browsers, databases and attachments of a run; Chromium wants 4 GB there besides.
ROOM = 8 * 10**9
Command = tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """Commands that are one line of the summary.

    `uses_bundle`: they read the browser bundle that make built in SESPHR_DATA. All
    others get an empty folder, so that no check touches anybody's data. `long`: only by its name.
    """

    name: str
    title: str
    commands: tuple[Command, ...]
    uses_bundle: bool = False
    long: bool = False


GROUPS = (
    Group(
        "lint",
        "lint and types",
        (
            (str(BIN / "ruff"), "check", "."),
            (str(BIN / "ruff"), "format", "--check", "."),
            (str(BIN / "mypy"),),
            (str(BIN / "lint-imports"), "--no-cache"),
            (str(BIN / "npm"), "run", "--silent", "check"),
        ),
    ),
    Group("migrations", "migrations", ((*MANAGE, "makemigrations", "--check", TEST_SETTINGS),)),
    Group("vectors", "vectors", (("tests/support/vectors.sh", "tests/vectors"),), True),
    Group("node", "JavaScript tests", ((str(BIN / "npm"), "test", "--silent"),), True),
    Group("sqlite", "tests on SQLite", (PYTEST,)),
    Group("mariadb", "tests on MariaDB", ((*ON_MARIADB, *PYTEST, *ONCE),)),
    Group(
        "all-on-mariadb",
        "everything on MariaDB",
        ((*ON_MARIADB, *PYTEST), (*ON_MARIADB, *THREE_NODES, *PYTEST, "tests/nodes")),
        long=True,
    ),
    Group(
        "nodes",
        "three nodes, two enough",
        (
            (
                *THREE_NODES,
                *PYTEST,
                "tests/contract",
                "tests/nodes",
                # The cloud and the log are one each, however many nodes there are.
                *(
                    f"--ignore=tests/contract/test_{name}.py"
                    for name in ("cloud", "cloud_s3", "log")
                ),
            ),
        ),
    ),
)


@dataclass(frozen=True)
class Result:
    """How a group ended."""

    group: Group
    verdict: str
    seconds: float


def main() -> int:
    """Run the groups that the arguments name; 1 when one of them fails."""
    chosen = choose(sys.argv[1:])
    if chosen is None:
        names = ", ".join(group.name for group in GROUPS)
        print(f"Unknown group. There are: {names}", file=sys.stderr)
        return 2
    results = list(run(chosen))
    print_summary(results)
    return 0 if all(result.verdict == "passed" for result in results) else 1


def choose(names: list[str]) -> list[Group] | None:
    """The named groups in their own order; None when a name is unknown."""
    if set(names) - {group.name for group in GROUPS}:
        return None
    return [group for group in GROUPS if group.name in names or not (names or group.long)]


def run(groups: list[Group]) -> Iterator[Result]:
    """Run until one fails; the others are reported as not run."""
    failed = False
    for group in groups:
        if failed:
            yield Result(group, "not run", 0.0)
            continue
        print(f"\n=== {group.title}", flush=True)
        start = time.monotonic()
        broken = first_failure(group)
        failed = broken is not None
        if broken is not None:
            print(f"\n*** FAILED: {group.title}: {readable(broken)}", flush=True)
        yield Result(group, "FAILED" if failed else "passed", time.monotonic() - start)


def first_failure(group: Group) -> Command | None:
    """The first command of a group that does not exit with 0."""
    with tempfile.TemporaryDirectory(prefix="sesphr-suite-", dir=memory()) as folder:
        # The private MariaDB's account must find its way to the folders below.
        # As /tmp is: a database server is another user, and has temporary files of its own.
        Path(folder).chmod(0o1777)
        Path(folder, "data").mkdir(mode=0o700)
        variables = environment(None if group.uses_bundle else f"{folder}/data")
        variables["TMPDIR"] = folder
        for command in group.commands:
            print(f"--- {readable(command)}", flush=True)
            if not succeeds(command, variables):
                return command
    return None


def memory() -> str | None:
    """A folder in memory with room for a run: servers wait for a disk at every commit. None: /tmp it is."""
    roomy = MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    return str(MEMORY) if roomy and shutil.disk_usage(MEMORY).free >= ROOM else None


def succeeds(command: Command, variables: dict[str, str]) -> bool:
    """Whether a command can be started and exits with 0."""
    try:
        return subprocess.run(command, cwd=ROOT, env=variables).returncode == 0
    except OSError as error:
        print(f"Cannot start it: {error}", flush=True)
        return False


def environment(folder: str | None) -> dict[str, str]:
    """Our Node first on the PATH, and of SESPHR_ variables only SESPHR_DATA.

    What a developer's shell has set must not decide what is tested.
    """
    path = os.pathsep.join([str(BIN), os.environ.get("PATH", os.defpath)])
    kept = {name: text for name, text in os.environ.items() if not name.startswith("SESPHR_")}
    data = folder or os.environ.get("SESPHR_DATA", str(ROOT / "var"))
    return {**kept, "PATH": path, "SESPHR_DATA": data}


def readable(command: Command) -> str:
    """A command as one would type it in the root folder."""
    return " ".join(command).replace(f"{ROOT}/", "")


def print_summary(results: list[Result]) -> None:
    """One line a group, and the whole time."""
    print("\n=== Summary")
    for result in results:
        seconds = f"{result.seconds:6.0f} s" if result.verdict != "not run" else ""
        print(f"{result.verdict:>8}  {result.group.title:<20} {seconds}")
    print(f"{'in all':>8}  {'':<20} {sum(result.seconds for result in results):6.0f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
