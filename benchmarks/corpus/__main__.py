"""`python -m benchmarks.corpus [--output FILE]`: fetch the corpus, import and render it, write docs/corpus.md.

The first run fetches about 60 MB, makes an environment for Synthea and generates its people; later ones take a minute.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.corpus import fetch, report
from benchmarks.engines import NODE

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
HEAP = "--max-old-space-size=1536"


def measured(sources: list[fetch.Source]) -> list[report.Row]:
    """What measure.mjs says of each file."""
    folders = [f"{source.name}={source.folder}" for source in sources]
    done = subprocess.run(
        [str(NODE), HEAP, str(HERE / "measure.mjs"), *folders], check=True, stdout=subprocess.PIPE
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def main() -> int:
    """Return 1 when a file broke the importer or the reader."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.corpus", description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "corpus.md")
    output = parser.parse_args().output
    data = Path(os.environ.get("SESPHR_DATA", ROOT / "var"))
    sources = fetch.everything(data / "corpus")
    rows = measured(sources)
    output.write_text(report.written(sources, rows))
    faults = [row for row in rows if row["outcome"] == "broken" or row.get("wrong")]
    print(f"{len(rows)} files, {len(faults)} faults: {output}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
