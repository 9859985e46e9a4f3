"""`python -m benchmarks --output FILE`: measure, then write the report.

Reads the browser bundle of SESPHR_DATA/static; everything else goes to a folder of
its own beside it, which is removed. The report is replaced only by a whole one.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from benchmarks import machine, plaintext, plan, report, rows
from benchmarks.engines import Engine, EngineError, Python, chromium, node

# A hung engine must not hang whoever waits for the figures.
MOST_SECONDS = 15 * 60


def _too_long(signum: int, frame: FrameType | None) -> None:
    raise TimeoutError(f"no end after {MOST_SECONDS // 60} minutes; nothing was written")


def measure(bundles: Path, folder: Path) -> report.Report:
    """Run everything; databases and plaintexts go below `folder`."""
    started, load = time.monotonic(), machine.load()
    _say("re-encryption on stored rows")
    rows.start(folder / "data")
    results = plan.on_rows(rows.Rows())
    plaintext.write_all(folder / "plaintexts")
    with (
        node(bundles, folder / "plaintexts") as in_node,
        chromium(bundles, folder / "plaintexts") as (in_chromium, version),
    ):
        engines: dict[str, Engine] = {
            engine.name: engine for engine in (Python(folder / "plaintexts"), in_node, in_chromium)
        }
        for title, measured in (
            ("grants, statements, password slots", plan.small),
            ("sealing and opening", plan.whole),
            ("their steps", plan.steps),
            ("keys", plan.keys),
        ):
            _say(title)
            results |= measured(engines)
    facts = machine.describe(version, rows.filesystem(folder))
    facts["load"] = f"{load} before, {machine.load()} after; this run makes about 1"
    facts["duration"] = f"{(time.monotonic() - started) / 60:.1f} minutes"
    return report.Report(facts, results)


def _say(title: str) -> None:
    print(f"measuring: {title}", flush=True)


def main(arguments: list[str]) -> int:
    """Write the report; 0 when all was measured."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="the report, in Markdown")
    output: Path = parser.parse_args(arguments).output
    data = Path(os.environ.get("SESPHR_DATA", "var")).resolve()
    bundles = data / "static" / "js"
    if not (bundles / "crypto" / "index.js").is_file():
        print(f"benchmarks: no bundle in {bundles}: run `make bench`", file=sys.stderr)
        return 2
    signal.signal(signal.SIGALRM, _too_long)
    signal.alarm(MOST_SECONDS)
    try:
        with tempfile.TemporaryDirectory(prefix="bench-", dir=data) as folder:
            text = report.render(measure(bundles, Path(folder)))
    except (EngineError, TimeoutError) as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    draft = output.with_suffix(".draft")
    draft.write_text(text, encoding="utf-8")
    draft.replace(output)
    print(f"wrote {output}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
