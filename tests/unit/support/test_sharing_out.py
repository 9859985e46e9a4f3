"""Long files first, the cluster's with one worker, and none forgotten."""

import re
from pathlib import Path

from tests.support.sharing_out import CLUSTER, ByFile, rank

ROOT = Path(__file__).resolve().parents[3]
# In a test of the run's cluster, or in a fixture of a file over it.
USE = r"^def test_.*(\n    )?\bcluster: Cluster|^def .*\bclusters: Callable"


def test_the_clusters_files_are_those_that_use_it():
    """A file that another worker takes would start a cluster of its own there."""
    users = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("test_*.py")
        if re.search(USE, path.read_text(), re.MULTILINE)
    }
    assert users == set(CLUSTER)


def test_what_takes_long_comes_first():
    files = [
        "tests/contract/test_cloud.py", "tests/browser/test_add.py", "tests/system/test_cluster.py",
        "tests/system/test_s3.py", "tests/unit/audit/test_tree.py", "tests/system/test_paper.py",
    ]  # fmt: skip
    assert sorted(files, key=rank) == [
        "tests/system/test_paper.py", "tests/system/test_cluster.py", "tests/browser/test_add.py",
        "tests/system/test_s3.py", "tests/contract/test_cloud.py", "tests/unit/audit/test_tree.py",
    ]  # fmt: skip


def test_the_cluster_is_of_one_worker():
    scopes = {object.__new__(ByFile)._split_scope(f"{file}::test_it") for file in CLUSTER}
    assert len(scopes) == 1
    assert object.__new__(ByFile)._split_scope("tests/system/test_s3.py::test_it") not in scopes
