"""What each role's process has: its own apps, routes, databases and keys, and nothing of others."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SHOW = """
import json, django
django.setup()
from django.apps import apps
from django.conf import settings
from django.db import router
from django.urls import get_resolver
from sesphr import adapters
from sesphr.roles import own_databases
routes = sorted({str(one.pattern) for one in get_resolver().url_patterns})
print(json.dumps({
    "apps": sorted(one.label for one in apps.get_app_configs()),
    "databases": own_databases(),
    "routes": routes,
    "ports": [type(one).__module__ for one in
              (*adapters.get_srs_nodes(), adapters.get_cloud(), adapters.get_log())],
}))
"""
OWN = {"portal": {"accounts", "phr"}, "srs": {"srs"}, "cloud": {"cloudstore"}, "audit": {"audit"}}
HTTP = "sesphr.adapters.http"


def process(data: Path, role: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SESPHR_")}
    node = {"SESPHR_NODE": "2"} if role == "srs" else {}
    variables = {
        **clean, "DJANGO_SETTINGS_MODULE": "sesphr.settings.local", "SESPHR_DATA": str(data),
        "SESPHR_ROLE": role, "SESPHR_NODES": "3", "SESPHR_THRESHOLD": "2", **node, **more,
    }  # fmt: skip
    return subprocess.run(
        [sys.executable, *words], env=variables, capture_output=True, text=True, check=False
    )


def shown(data: Path, role: str) -> dict[str, Any]:
    done = process(data, role, "-c", SHOW)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_portal_has_no_tables_and_no_port_of_others(tmp_path: Path) -> None:
    found = shown(tmp_path, "portal")
    assert set(found["apps"]) & {"accounts", "phr", "srs", "cloudstore", "audit"} == OWN["portal"]
    assert found["databases"] == ["default"]
    assert "api/" in found["routes"]
    assert not any("port/" in route for route in found["routes"])
    assert set(found["ports"]) == {HTTP}


@pytest.mark.parametrize(
    ("role", "database", "local"),
    [("srs", "srs-2", 1), ("cloud", "cloud", 3), ("audit", "audit", 4)],
)
def test_a_port_server_has_its_tables_and_its_port_alone(
    tmp_path: Path, role: str, database: str, local: int
) -> None:
    found = shown(tmp_path, role)
    assert set(found["apps"]) == {"sesphr", *OWN[role]}
    assert found["databases"] == [database]
    assert {route.split("/")[0] for route in found["routes"]} == {"port", "healthz"}
    assert {route.split("/")[1] for route in found["routes"] if "/" in route} == {role}
    elsewhere = [index for index, module in enumerate(found["ports"]) if module == HTTP]
    assert elsewhere == [index for index in range(5) if index != local]


@pytest.mark.parametrize("node", ["", "0", "4", "one", "-1"])
def test_a_node_must_say_which_it_is(tmp_path: Path, node: str) -> None:
    done = process(tmp_path, "srs", "manage.py", "check", SESPHR_NODE=node)
    assert done.returncode == 1
    assert "SESPHR_NODE" in done.stderr


def test_others_must_not_say_that_they_are_a_node(tmp_path: Path) -> None:
    done = process(tmp_path, "cloud", "manage.py", "check", SESPHR_NODE="1")
    assert "Unknown variables: SESPHR_NODE" in done.stderr


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders of all servers, their keys made, and the operator's, who has signed."""
    found = tmp_path_factory.mktemp("servers")
    made = ("manage.py", "server_keys", "--url", "https://server.example")
    for role in ("portal", "cloud", "audit"):
        process(found / role, role, *made)
    for index in "123":
        process(found / f"srs-{index}", "srs", *made, SESPHR_NODE=index)
    signed = process(found / "operator", "portal", "manage.py", "sign_deployment", *cards(found))
    assert signed.returncode == 0, signed.stderr
    return found


def cards(place: Path) -> list[str]:
    return sorted(str(path) for path in place.glob("*/card.json"))


def install(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """At node 2."""
    jws = str(place / "operator" / "deployment.jws")
    return process(place / "srs-2", "srs", "manage.py", "install_deployment", jws, *words)


def test_each_server_has_its_own_keys_alone(place: Path) -> None:
    kept = {
        path.parent.name: {one.name for one in path.iterdir()} for path in place.glob("*/secrets")
    }
    assert [name for name in kept if "operator-sign" in kept[name]] == ["operator"]
    assert [name for name in kept if "log-sign" in kept[name]] == ["audit"]
    for name, keys in kept.items():
        index = name.removeprefix("srs-")
        own = {f"node-{index}-sign", f"node-{index}-hpke"} if name != index else set()
        assert {one for one in keys if one.startswith("node-")} == own


def test_a_deployment_is_installed_whole_or_not_at_all(place: Path) -> None:
    key = (place / "operator" / "operator.pub").read_text()
    assert "Give --operator" in install(place, *cards(place)).stderr
    wrong = install(place, *cards(place), "--operator", "A" * 43)
    assert "not demo.sesphr.example's" in wrong.stderr
    few = install(place, *cards(place)[:-1], "--operator", key)
    assert "missing: srs-3" in few.stderr
    assert not (place / "srs-2" / "peers.json").exists()
    assert install(place, *cards(place), "--operator", key).returncode == 0
    assert install(place, *cards(place)).returncode == 0


def test_what_is_signed_is_replaced_only_on_purpose(place: Path) -> None:
    words = ("manage.py", "sign_deployment", *cards(place))
    assert "is signed already" in process(place / "operator", "portal", *words).stderr


def test_a_server_without_its_keys_does_not_start_and_makes_no_others(place: Path) -> None:
    key = (place / "operator" / "operator.pub").read_text()
    assert install(place, *cards(place), "--operator", key).returncode == 0
    serve = ("manage.py", "serve", "--bind", "127.0.0.1:1")
    secret = place / "srs-2" / "secrets" / "node-2-hpke"
    before = secret.read_bytes()
    secret.unlink()
    assert "has no node-2-hpke" in process(place / "srs-2", "srs", *serve).stderr
    assert not secret.exists()
    secret.touch(mode=0o600)
    secret.write_bytes(bytes(32))
    assert "other keys of node 2" in process(place / "srs-2", "srs", *serve).stderr
    secret.write_bytes(before)


def test_a_certificate_is_followed_by_the_next_without_a_gap(place: Path) -> None:
    key = (place / "operator" / "operator.pub").read_text()
    cloud, card = place / "cloud", place / "cloud" / "card.json"

    def certificates(*step: str) -> list[str]:
        done = process(cloud, "cloud", "manage.py", "server_keys", *step)
        assert done.returncode == 0, done.stderr
        assert json.loads(card.read_text()) == json.loads(done.stdout)
        found: list[str] = json.loads(done.stdout)["certificates"]
        return found

    (first,) = certificates()
    both = certificates("--next")
    assert both[0] == first
    assert certificates("--next") == both
    assert install(place, *cards(place), "--operator", key).returncode == 0
    assert certificates("--switch") == both[1:]
    # Peers that have the card with both know this server before and after.
    known = json.loads((place / "srs-2" / "peers.json").read_text())["peers"]
    assert [one["certificates"] for one in known if one["server"] == "cloud"] == [both]
    again = process(cloud, "cloud", "manage.py", "server_keys", "--switch")
    assert "There is no successor" in again.stderr


def test_one_process_for_all_has_no_card(tmp_path: Path) -> None:
    done = process(tmp_path, "all", "manage.py", "server_keys", "--url", "https://x.example")
    assert done.returncode == 1
    assert "init_deployment" in done.stderr


ADMINISTRATION = """
import django
django.setup()
from django.core.management import call_command
from tests.support import staff
call_command("migrate_all", verbosity=0)
http, lists = staff.verified(), staff.lists()
print(len(lists), *{http.get(url).status_code for url in ["/admin/", *lists]})
"""


def test_the_portal_administers_its_own_tables_alone(tmp_path: Path) -> None:
    more = {"DJANGO_SETTINGS_MODULE": "sesphr.settings.test", "PYTHONPATH": "."}
    done = process(tmp_path, "portal", "-c", ADMINISTRATION, **more)
    assert done.stdout.split()[1:] == ["200"], done.stderr
