"""The description of the API: every field says what it means, in what unit, with an example; every status is there."""

from typing import Any

import pytest

from api import fields
from api.app import create_app
from besok.model.settings import Settings

METHODS = ("get", "put", "post", "patch", "delete")


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return create_app(Settings()).openapi()


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [(f"{m} {path}", ops[m]) for path, ops in document["paths"].items() for m in METHODS if m in ops]


def undescribed(document: dict[str, Any]) -> list[str]:
    """Return the fields and parameters that say not what they mean, or give no example."""
    found = [
        f"{name}.{field}"
        for name, schema in document["components"]["schemas"].items()
        for field, said in schema.get("properties", {}).items()
        if not said.get("description") or not _has_example(said)
    ]
    operations = [(path, op) for path, ops in document["paths"].items() for op in ops.values()]
    return found + [
        f"{path}?{one['name']}"
        for path, operation in operations
        for one in operation.get("parameters", [])
        if not one.get("description")
    ]


def _has_example(said: dict[str, Any]) -> bool:
    """Tell whether a field has one, or is made of parts that have."""
    return "examples" in said or "const" in said or "enum" in said or "$ref" in str(said)


def test_every_field_and_parameter_is_described_with_an_example(document: dict[str, Any]) -> None:
    assert undescribed(document) == [], "say it in api/fields.toml"


def test_every_number_has_its_unit(document: dict[str, Any]) -> None:
    numbers = [
        (schema, field)
        for schema, said in document["components"]["schemas"].items()
        for field, form in said.get("properties", {}).items()
        if "number" in {part.get("type") for part in (form, *form.get("anyOf", ()))}
    ]
    assert len(numbers) > 150
    assert [f"{s}.{f}" for s, f in numbers if not (known := fields.meaning(s, f)) or not known.unit] == []


def test_answers_may_get_more_fields_while_bodies_may_not(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    asked = schemas["ScenarioSpec"]["properties"]
    parts = [
        part["$ref"].rpartition("/")[2]
        for one in asked.values()
        for part in one.get("anyOf", ())
        if "$ref" in part
    ]
    assert len(parts) == 5 and all("additionalProperties" not in schemas[name] for name in parts)
    assert schemas["ScenarioIn"]["additionalProperties"] is False


def test_nothing_is_described_that_is_not_there(document: dict[str, Any]) -> None:
    there = {
        name: set(schema.get("properties", {})) for name, schema in document["components"]["schemas"].items()
    }
    everywhere = set().union(*there.values())
    stale = [
        f"{schema}.{field}"
        for schema, said in fields._meanings().items()
        for field in said
        if field not in (everywhere if schema == fields.ANYWHERE else there.get(schema, ()))
    ]
    assert stale == []


def test_every_problem_is_documented_as_one(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        answers = operation["responses"]
        assert {"400", "403", "404", "422", "429", "500", "503"} <= answers.keys(), name
        for status, answer in answers.items():
            if status >= "400":
                assert list(answer["content"]) == ["application/problem+json"], name
        if "requestBody" in operation:
            assert "413" in answers, name
        assert "Retry-After" in answers["429"]["headers"]


def test_dates_are_dates(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        for one in operation.get("parameters", []):
            if one["name"] in ("from", "to"):
                assert "date" in str(one["schema"]), name
