"""The deployment's public identity: who the nodes and the log are, signed once.

`manage.py init_deployment` makes the keys under DATA/secrets and the signed
configuration DATA/deployment.jws, which clients pin. Every server reads it
here; private keys are read by the server that owns them, nowhere else.
"""

import json
import uuid
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from sesphr.crypto import statements
from sesphr.crypto.deployment import Deployment, of_configuration
from sesphr.crypto.encoding import SUITE, b64u_encode
from sesphr.secretfiles import secret


def _verification(name: str) -> bytes:
    key = Ed25519PrivateKey.from_private_bytes(secret(settings.SESPHR_DATA, name))
    return key.public_key().public_bytes_raw()


def _node(index: int) -> dict[str, Any]:
    hpke = X25519PrivateKey.from_private_bytes(secret(settings.SESPHR_DATA, f"node-{index}-hpke"))
    return {
        "index": index,
        "id": str(uuid.uuid4()),
        "verification": b64u_encode(_verification(f"node-{index}-sign")),
        "hpke": b64u_encode(hpke.public_key().public_bytes_raw()),
    }


def _configuration(now: int) -> dict[str, Any]:
    return {
        "suite": SUITE,
        "deployment": settings.SESPHR_DEPLOYMENT,
        "iss": str(uuid.uuid4()),
        "iat": now,
        "n": settings.SESPHR_NODES,
        "t": settings.SESPHR_THRESHOLD,
        "nodes": [_node(index) for index in range(1, settings.SESPHR_NODES + 1)],
        "log": {
            "name": f"{settings.SESPHR_DEPLOYMENT}/log",
            "key": b64u_encode(_verification("log-sign")),
        },
        "witnesses": [],
    }


def _path() -> Path:
    return Path(settings.SESPHR_DATA) / "deployment.jws"


def exists() -> bool:
    """Whether DATA holds a deployment."""
    return _path().exists()


def create(now: int) -> bool:
    """Make keys and configuration unless they are there; whether anything was made."""
    if exists():
        return False
    payload = json.dumps(_configuration(now), separators=(",", ":")).encode()
    jws = statements.sign(
        secret(settings.SESPHR_DATA, "operator-sign"), "sesphr-deployment", payload
    )
    draft = _path().with_suffix(".draft")
    draft.write_text(jws, encoding="ascii")
    draft.replace(_path())
    return True


def read(jws: str, operator_key: bytes, deployment: str) -> Deployment:
    """Check a signed configuration against the operator's key.

    Raises:
        CryptoError: signature or payload are not right.
    """
    issuer = statements.payload_of_unverified(jws)["iss"]
    checked = statements.verify(
        jws, typ="sesphr-deployment", deployment=deployment, directory={issuer: operator_key}
    )
    return of_configuration(checked, operator_key)


@lru_cache(maxsize=1)
def get_deployment() -> Deployment:
    """This server's deployment, as DATA/deployment.jws says.

    Raises:
        ImproperlyConfigured: there is none, or the settings say something else.
    """
    if not exists():
        raise ImproperlyConfigured("No deployment yet: run `manage.py init_deployment` first.")
    found = read(
        _path().read_text(encoding="ascii"),
        _verification("operator-sign"),
        settings.SESPHR_DEPLOYMENT,
    )
    if (found.n, found.t) != (settings.SESPHR_NODES, settings.SESPHR_THRESHOLD):
        raise ImproperlyConfigured(
            f"DATA/deployment.jws says {found.t} of {found.n} nodes, the settings say "
            f"{settings.SESPHR_THRESHOLD} of {settings.SESPHR_NODES}: they must agree."
        )
    return found
