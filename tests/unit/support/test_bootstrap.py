"""The bootstrap's shell scripts and its small functions; real installations are `make`'s matter."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]
BOOTSTRAP = ROOT / "scripts" / "bootstrap.sh"
SETUP = ROOT / "tests" / "support" / "setup.sh"
# What the scripts need of a machine that has nothing to install with.
TOOLS = ["dirname", "find", "grep", "id", "sort", "test", "tr"]


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder for PATH with only the commonest tools: no apt-get, no python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found
        (folder / tool).symlink_to(found)
    return folder


@pytest.fixture
def bootstrap() -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", ROOT / "scripts" / "bootstrap.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def script(path: Path, text: str) -> Path:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)
    return path


def sh(command: list[str | Path], **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", *command], env=environment, capture_output=True, text=True, timeout=30
    )


def test_no_python_at_all(bare):
    done = sh([BOOTSTRAP, "requirements.txt"], PATH=str(bare))
    assert done.returncode == 1
    assert "apt-get install python3 python3-venv" in done.stderr


def test_an_old_python_is_passed_over(bare):
    script(bare / "python3", "exit 1")
    script(bare / "python3.12", 'case "$2" in *) [ "$1" = -c ] || echo "$1"; exit 0;; esac')
    done = sh([BOOTSTRAP, "requirements.txt"], PATH=str(bare))
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("scripts/bootstrap.py")


def test_python_without_venv_says_what_to_install(bare):
    python = script(bare / "python3", 'case "$2" in *ensurepip*) exit 1;; esac; exit 0')
    done = sh([BOOTSTRAP, "requirements.txt"], PATH=str(bare), PYTHON=str(python))
    assert done.returncode == 1
    assert "apt-get install python3-venv" in done.stderr


def test_setup_lists_every_missing_package(bare):
    done = sh([SETUP, "database", "xml"], PATH=str(bare))
    if Path("/usr/sbin/mariadbd").exists():
        # The server is looked for where Debian keeps it, whatever PATH says.
        assert "mariadb-server" in done.stderr  # for mariadb-install-db
    assert done.returncode == 1
    assert "apt-get install --no-install-recommends mariadb-client mariadb-server xmlsec1" in (
        done.stderr
    )


def test_setup_refuses_an_unknown_group(bare):
    done = sh([SETUP, "nonsense"], PATH=str(bare))
    assert done.returncode == 2
    assert "nonsense" in done.stderr


def test_setup_is_content_where_nothing_is_missing():
    done = sh([SETUP, "database", "xml", "browser"], **os.environ)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("arguments", [[], ["no-such-file.txt"], ["requirements.txt", "nope"]])
def test_bootstrap_refuses_odd_arguments(bootstrap, monkeypatch, capsys, arguments):
    monkeypatch.setattr("sys.argv", ["bootstrap.py", *arguments])
    assert bootstrap.main() == 2
    assert "Usage" in capsys.readouterr().err


def test_pip_is_told_of_certificates_only_when_nobody_else_did(bootstrap, monkeypatch, tmp_path):
    for name in bootstrap.PIP_TRUST:
        monkeypatch.delenv(name, raising=False)
    bundle = tmp_path / "ca.crt"
    monkeypatch.setattr(bootstrap, "DEBIAN_CERTIFICATES", bundle)
    assert bootstrap.pip_trust() == {}
    bundle.touch()
    assert bootstrap.pip_trust() == {"REQUESTS_CA_BUNDLE": str(bundle)}
    monkeypatch.setenv("PIP_CERT", "/elsewhere")
    assert bootstrap.pip_trust() == {}


def test_node_trusts_the_machine_unless_told_otherwise(bootstrap, monkeypatch):
    monkeypatch.delenv("NODE_USE_SYSTEM_CA", raising=False)
    assert bootstrap.node_variables()["NODE_USE_SYSTEM_CA"] == "1"
    assert bootstrap.node_variables()["PATH"].startswith(str(ROOT / ".venv" / "bin"))
    monkeypatch.setenv("NODE_USE_SYSTEM_CA", "0")
    assert bootstrap.node_variables()["NODE_USE_SYSTEM_CA"] == "0"


def test_digest_tells_texts_apart_that_join_alike(bootstrap):
    assert bootstrap.digest("ab", "c") != bootstrap.digest("a", "bc")


def test_a_venv_of_another_place_is_not_ours(bootstrap, monkeypatch, tmp_path):
    assert bootstrap.venv_version() is not None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(ROOT / ".venv" / "bin" / "python")
    monkeypatch.setattr(bootstrap, "VENV", tmp_path)
    monkeypatch.setattr(bootstrap, "PYTHON", tmp_path / "bin" / "python")
    assert bootstrap.venv_version() is None


def test_every_requirement_is_pinned_exactly():
    for path in ROOT.glob("requirements*.txt"):
        lines = [line for line in path.read_text().splitlines() if line and line[0] != "#"]
        assert lines
        for line in lines:
            name, _, version = line.partition("==")
            assert name, line
            assert version, line
            assert not set("<>~!*; ") & set(line), line


def test_no_package_is_pinned_twice():
    names = [
        line.partition("==")[0].lower().replace("_", "-")
        for path in ROOT.glob("requirements*.txt")
        for line in path.read_text().splitlines()
        if line and line[0] != "#"
    ]
    assert len(names) == len(set(names))
