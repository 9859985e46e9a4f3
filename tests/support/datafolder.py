"""A pytest plugin that must come first: this run's DATA folder, before Django reads its settings.

Each parallel worker has a folder of its own below it; a folder that was not
given is removed at the end.
"""

import os
import tempfile
from pathlib import Path

_WORKER = "PYTEST_XDIST_WORKER"
_temporary = None

if not os.environ.get("SESPHR_DATA"):
    _temporary = tempfile.TemporaryDirectory(prefix="sesphr-test-")
    os.environ["SESPHR_DATA"] = _temporary.name
os.environ["SESPHR_DATA"] = str(Path(os.environ["SESPHR_DATA"]) / os.environ.get(_WORKER, "main"))
