"""The OpenAPI document: FastAPI's, with descriptions of fields and every status."""

import json
import re
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import compile_path

from api.fields import describe
from api.problems import TYPE

OF_BODIES = {
    "409": "It cannot be so any more: another has this id, or its cause is gone",
    "413": "The request is larger than a megabyte",
}
METHODS = ("get", "put", "post", "patch", "delete")


def install(server: FastAPI) -> None:
    """Replace the OpenAPI document of `server`."""

    def openapi() -> dict[str, Any]:
        if server.openapi_schema is None:
            server.openapi_schema = _document(server)
        return server.openapi_schema

    server.openapi = openapi  # type: ignore[method-assign]


def methods_of(server: FastAPI, path: str) -> set[str]:
    """Return the documented methods of a path; none if it is not documented, or `server` has no document."""
    described = server.openapi()["paths"]
    forms = sorted(
        (form for form in described if compile_path(form)[0].match(path)), key=lambda form: form.count("{")
    )
    methods = {method.upper() for method in described[forms[0]]} if forms else set()
    return methods | {"HEAD"} if "GET" in methods else methods


def _document(server: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=server.title, version=server.version, description=server.description, routes=server.routes,
        separate_input_output_schemas=False, servers=[{"url": "/"}],
    )  # fmt: skip
    for path in document["paths"].values():
        for operation in (path[method] for method in METHODS if method in path):
            answers = operation["responses"]
            if "requestBody" in operation:
                answers |= {status: {"description": description} for status, description in OF_BODIES.items()}
            for status, answer in answers.items():
                _problem(status, answer)
            operation["responses"] = dict(sorted(answers.items()))
    for name in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(name, None)
    describe(document)
    _open_answers(document)
    return document


def _open_answers(document: dict[str, Any]) -> None:
    """Let answers get more fields one day, also those whose schemas are parts of bodies."""
    schemas = document["components"]["schemas"]
    answers = [
        path[method]["responses"]
        for path in document["paths"].values()
        for method in METHODS
        if method in path
    ]
    reached: set[str] = set()
    found = _named(answers)
    while found:
        reached |= found
        found = _named([schemas[name] for name in found]) - reached
    for name in reached:
        if schemas[name].get("additionalProperties") is False:
            del schemas[name]["additionalProperties"]


def _named(parts: Any) -> set[str]:
    return set(re.findall(r"#/components/schemas/(\w+)", json.dumps(parts)))


def _problem(status: str, answer: dict[str, Any]) -> None:
    """Name the media type of problems, and the header that says when to ask again."""
    if status >= "400":
        answer["content"] = {TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    if status in ("429", "503"):
        seconds = {"type": "integer", "examples": [3]}
        answer["headers"] = {
            "Retry-After": {"description": "Seconds until it is worth asking again", "schema": seconds}
        }
