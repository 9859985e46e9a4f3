"""`python -m tests.vectorcheck python DIR`: run a folder of vectors through the Python kernel.

One line of counts for each file; exit status 1 when any case differs, an operation is
unknown, a file holds no case or is malformed, or the folder holds no file.
"""

import sys
from pathlib import Path

from tests.vectorcheck.cases import VectorError, load
from tests.vectorcheck.check import check_file

USAGE = "usage: python -m tests.vectorcheck python DIR"


def run(folder: Path) -> int:
    """Check every *.json file of a folder; the exit status."""
    files = sorted(folder.glob("*.json"))
    if not files:
        print(f"python: no *.json file in {folder}", file=sys.stderr)
        return 1
    return max(_run_file(path) for path in files)


def _run_file(path: Path) -> int:
    try:
        report = check_file(load(path))
    except VectorError as error:
        print(f"python  {path.name}  {error}", file=sys.stderr)
        return 1
    print(f"python  {path.name}  {report.counts()}", flush=True)
    for failure in report.failures:
        print(f"python  {path.name}  FAILED {failure}", file=sys.stderr)
    return 1 if report.failures else 0


def main(arguments: list[str]) -> int:
    """Read the command line."""
    if len(arguments) != 2 or arguments[0] != "python":
        print(USAGE, file=sys.stderr)
        return 2
    folder = Path(arguments[1])
    if not folder.is_dir():
        print(f"python: not a folder: {folder}", file=sys.stderr)
        return 1
    return run(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
