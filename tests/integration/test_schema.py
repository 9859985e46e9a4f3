"""The OpenAPI document: valid, complete, and honest about types."""

import re
from typing import Any

import pytest
import schemathesis
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from jsonschema import Draft202012Validator
from jsonschema_rs import ValidationError

PROBLEM = "application/problem+json"
UNSAFE = ("post", "put", "patch", "delete")


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    answer = Client().get("/api/openapi.json")
    assert answer.headers["Content-Type"] == "application/json"
    found: dict[str, Any] = answer.json()
    return found


def operations(schema: dict[str, Any]) -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (path, method, operation)
        for path, methods in schema["paths"].items()
        for method, operation in methods.items()
    ]


def test_it_is_valid_openapi_3_1(schema: dict[str, Any]) -> None:
    assert schema["openapi"].startswith("3.1.")
    schemathesis.openapi.from_dict(schema).validate()


def test_the_check_of_validity_can_fail(schema: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        schemathesis.openapi.from_dict(
            {**schema, "paths": {"/x": {"get": {"responses": []}}}}
        ).validate()


def test_every_route_of_the_resolver_is_described(schema: dict[str, Any]) -> None:
    routes = {re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", route) for route in _routes(get_resolver(), "")}
    ours = {f"/{route}" for route in routes if route.startswith("api/")}
    assert ours - {"/api/openapi.json", "/api/"} == set(schema["paths"])


def _routes(resolver: URLResolver, before: str) -> list[str]:
    found = []
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        found += _routes(one, route) if isinstance(one, URLResolver) else [route]
        assert isinstance(one, URLPattern | URLResolver)
    return found


def test_every_route_has_a_summary_of_its_own(schema: dict[str, Any]) -> None:
    summaries = [one["summary"] for _, _, one in operations(schema)]
    assert all(len(one.split()) >= 3 for one in summaries)
    assert len(set(summaries)) == len(summaries)
    names = [one["operationId"] for _, _, one in operations(schema)]
    assert len(set(names)) == len(names)


def test_every_refusal_is_a_problem_document(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        refusals = {code: one for code, one in operation["responses"].items() if int(code) >= 400}
        assert refusals, (method, path)
        for one in refusals.values():
            assert list(one["content"]) == [PROBLEM]
            assert one["content"][PROBLEM]["schema"] == {"$ref": "#/components/schemas/ProblemOut"}


def test_what_any_route_may_answer_is_declared(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        declared = set(operation["responses"])
        expected = {"500", "503"}
        expected |= {"403"} if method in UNSAFE else set()
        expected |= {"401", "403"} if "security" in operation else set()
        expected |= {"400", "413", "415", "422"} if "requestBody" in operation else set()
        expected |= {"422"} if operation["parameters"] else set()
        expected |= {"404"} if "{" in path else set()
        assert expected <= declared, (method, path)


def test_every_success_has_a_type_or_no_content(schema: dict[str, Any]) -> None:
    for path, method, operation in operations(schema):
        successes = {code: one for code, one in operation["responses"].items() if int(code) < 300}
        ranged = any(one["name"] == "Range" for one in operation["parameters"])
        assert len(successes) == 1 or (ranged and set(successes) == {"200", "206"}), (method, path)
        for code, one in successes.items():
            assert ("content" in one) == (code != "204"), (method, path)


def test_only_the_doors_are_open_without_a_session(schema: dict[str, Any]) -> None:
    opened = {(method, path) for path, method, one in operations(schema) if "security" not in one}
    assert opened == {
        ("get", "/api/deployment"), ("post", "/api/sign-in/parameters"), ("post", "/api/members"),
        ("post", "/api/members/confirm"), ("post", "/api/activation"), ("post", "/api/session"), ("delete", "/api/session"),
        ("post", "/api/hand-over/find"), ("post", "/api/hand-over"),
    }  # fmt: skip


def test_the_session_cookie_is_named_as_it_is_set(schema: dict[str, Any], settings: Any) -> None:
    schemes = schema["components"]["securitySchemes"]
    assert {(one["type"], one["in"], one["name"]) for one in schemes.values()} == {
        ("apiKey", "cookie", settings.SESSION_COOKIE_NAME)
    }


def test_every_shape_is_valid_json_schema_and_referenced(schema: dict[str, Any]) -> None:
    text = str(schema)
    for name, shape in schema["components"]["schemas"].items():
        Draft202012Validator.check_schema(shape)
        assert f"#/components/schemas/{name}'" in text, name
        assert shape.get("description") or "enum" in shape, name


def test_what_is_sent_takes_no_unknown_members(schema: dict[str, Any]) -> None:
    shapes = schema["components"]["schemas"]
    for path, method, operation in operations(schema):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json")
        if content is not None:
            name = content["schema"]["$ref"].rsplit("/", 1)[1]
            assert shapes[name]["additionalProperties"] is False, (method, path)
