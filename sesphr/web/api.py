"""The one HTTP API, for the browser and for the command-line client."""

from django.http import HttpRequest
from ninja import Schema

from accounts.api import router as accounts_router
from phr.api import router as phr_router
from phr.api_attachments import router as attachments_router
from phr.api_credentials import router as credentials_router
from phr.api_emergency import router as emergency_router
from sesphr import clock
from sesphr.crypto.encoding import b64u_encode
from sesphr.deployment import get_deployment
from sesphr.web import problems
from sesphr.web.bodies import JsonParser
from sesphr.web.openapi import Api

api = Api(
    title="SeSPHR",
    version="1",
    description="Sharing of personal health records. The servers relay signed, encrypted octets.",
    openapi_url="/openapi.json",
    docs_url=None,
    parser=JsonParser(),
    urls_namespace="api",
)
problems.install(api)


class DeploymentOut(Schema):
    """The signed configuration, the operator's key (b64u), the server's time (Unix seconds)."""

    configuration: str
    operator_key: str
    now: int


@api.get("/deployment", response=DeploymentOut, tags=["deployment"])
def deployment(request: HttpRequest) -> DeploymentOut:
    """The deployment that clients pin: nodes, threshold and keys, signed by the operator."""
    found = get_deployment()
    return DeploymentOut(
        configuration=found.jws, operator_key=b64u_encode(found.operator_key), now=clock.now()
    )


api.add_router("", accounts_router)
api.add_router("", phr_router)
api.add_router("", emergency_router)
api.add_router("", credentials_router)
api.add_router("/attachments", attachments_router)
