"""Makes what a fresh clone lacks: the virtual environment and the Node packages.

Runs before anything is installed, so it may use the standard library alone. Each
step is stamped with a hash of all that it depends on, so that a second run only
compares hashes. It must never install anything that no pinned file names.

    python3 scripts/bootstrap.py requirements.txt [requirements-dev.txt ...]
"""

import contextlib
import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MODULES = ROOT / "node_modules"
DEBIAN_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
# What tells pip whom to trust. REQUESTS_CA_BUNDLE yields to pip's configuration.
PIP_TRUST = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


def main() -> int:
    """Bring the environment up to date; returns the exit status."""
    requirements = sys.argv[1:]
    if not requirements or not all((ROOT / name).is_file() for name in requirements):
        print("Usage: bootstrap.py REQUIREMENTS.txt ...", file=sys.stderr)
        return 2
    try:
        with one_at_a_time():
            make_venv()
            install(requirements)
            install_node_packages()
    except subprocess.CalledProcessError as error:
        command = " ".join(str(part) for part in error.cmd)
        print(f"Setting up failed (exit {error.returncode}): {command}", file=sys.stderr)
        return 1
    return 0


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Let a second start in the same clone wait for the first."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def make_venv() -> None:
    """Make .venv, again when the clone was moved or its Python is gone."""
    if venv_version() is None:
        print(f"Making .venv with Python {sys.version.split()[0]}.", flush=True)
        run([sys.executable, "-m", "venv", "--clear", str(VENV)])
        if venv_version() is None:
            raise subprocess.CalledProcessError(1, [sys.executable, "-m", "venv", VENV])


def venv_version() -> str | None:
    """The version of the Python in .venv; None when it does not run as it should."""
    ask = "import pip, sys; print(sys.prefix); print(sys.version)"
    try:
        answer = subprocess.run([PYTHON, "-c", ask], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    prefix, _, version = answer.stdout.partition("\n")
    moved = Path(prefix) != VENV or not (VENV / "bin" / "pip").is_file()
    return None if moved or scripts_belong_elsewhere() else version


def scripts_belong_elsewhere() -> bool:
    """Installed scripts name their interpreter by absolute path; a moved clone breaks them."""
    with contextlib.suppress(OSError):
        return str(VENV).encode() not in (VENV / "bin" / "pip").read_bytes()
    return True


def install(requirements: list[str]) -> None:
    """Install the pinned Python packages, all files in one resolution."""
    files = [ROOT / name for name in requirements]
    stamp = VENV / f".stamp-{'-'.join(path.stem for path in files)}"
    wanted = digest(venv_version() or "", *(path.read_text("utf-8") for path in files))
    if read(stamp) == wanted:
        return
    print(f"Installing {', '.join(requirements)}.", flush=True)
    arguments = [argument for path in files for argument in ("-r", str(path))]
    run(
        [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *arguments],
        {**os.environ, **pip_trust()},
    )
    stamp.write_text(wanted, "utf-8")


def pip_trust() -> dict[str, str]:
    """An older pip brings its own certificates and cannot know the machine's."""
    if any(name in os.environ for name in PIP_TRUST) or not DEBIAN_CERTIFICATES.is_file():
        return {}
    return {"REQUESTS_CA_BUNDLE": str(DEBIAN_CERTIFICATES)}


def install_node_packages() -> None:
    """Install what package-lock.json pins, with the Node that pip installed."""
    inputs = [ROOT / "package-lock.json", ROOT / "package.json", ROOT / "requirements.txt"]
    wanted = digest(str(MODULES), *(path.read_text("utf-8") for path in inputs))
    stamp = MODULES / ".stamp"
    if read(stamp) == wanted:
        return
    print("Installing package-lock.json.", flush=True)
    run([VENV / "bin" / "npm", "ci", "--ignore-scripts", "--no-fund"], node_variables())
    stamp.write_text(wanted, "utf-8")


def node_variables() -> dict[str, str]:
    """npm starts `node` by name; and Node does not trust the machine unless told to."""
    path = os.pathsep.join([str(VENV / "bin"), os.environ.get("PATH", os.defpath)])
    quiet = {"NPM_CONFIG_UPDATE_NOTIFIER": "false", "NPM_CONFIG_AUDIT": "false"}
    return {"NODE_USE_SYSTEM_CA": "1", **quiet, **os.environ, "PATH": path}


def run(command: list[str | Path], environment: Mapping[str, str] | None = None) -> None:
    """Run in the clone's root; CalledProcessError when it fails."""
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def digest(*texts: str) -> str:
    """One hash of several texts, which cannot run into each other."""
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def read(path: Path) -> str | None:
    """A small file's text; None when it is not there."""
    return path.read_text("utf-8") if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main())
