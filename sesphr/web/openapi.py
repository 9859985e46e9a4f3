"""The API object: JSON in, and a schema that declares every answer.

Routes name the refusals of their own; what the edges can answer for any route
(not signed in, wrong kind of body, a crash) is added here, in one place.
"""

from http import HTTPStatus
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

from sesphr.web import problems
from sesphr.web.middleware import SAFE

REFERENCE = "#/components/schemas/ProblemOut"
Operation = dict[str, Any]


class Api(NinjaAPI):
    """NinjaAPI whose schema tells all answers, refusals as problem documents."""

    def get_openapi_schema(self, **more: Any) -> OpenAPISchema:
        """The OpenAPI 3.1 document."""
        schema = super().get_openapi_schema(**more)
        schema["components"]["schemas"]["ProblemOut"] = problems.ProblemOut.json_schema()
        for methods in schema["paths"].values():
            for method, operation in methods.items():
                _complete(operation, method)
        return schema


def _complete(operation: Operation, method: str) -> None:
    answers = operation["responses"]
    refusals = {status for status in answers if int(status) >= HTTPStatus.BAD_REQUEST}
    answers.update({status: _problem(status) for status in refusals | _of_edges(operation, method)})
    # A view's docstring begins with a sentence that says what it is for.
    operation["summary"] = operation.get("description", "").split("\n")[0].rstrip(".")


def _of_edges(operation: Operation, method: str) -> set[int]:
    """The refusals that no view makes itself."""
    found = {500, 503}
    if method.upper() not in SAFE:
        found |= {403}
    if "security" in operation:
        found |= {401, 403}
    if "requestBody" in operation:
        found |= {400, 413, 415, 422}
    for parameter in operation["parameters"]:
        found |= {404, 422} if parameter["in"] == "path" else {422}
    return found


def _problem(status: int) -> dict[str, Any]:
    content = {problems.CONTENT_TYPE: {"schema": {"$ref": REFERENCE}}}
    return {"description": HTTPStatus(status).phrase, "content": content}
