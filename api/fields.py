"""Descriptions of response fields, with units and examples: `fields.toml`, for the OpenAPI document."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

EXAMPLES: Final = {
    "date": "2026-11-25",
    "date-time": "2026-11-25T08:15:00Z",
    "uuid": "7f3c3a3e-5d0c-4d8e-9a4e-2f6b3f0e8d11",
    "boolean": True,
}
ANYWHERE: Final = "any"  # the fields that mean the same wherever they stand


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """The meaning of a field; `unit` is empty where it has none."""

    text: str
    example: Any
    unit: str

    @property
    def described(self) -> str:
        """The text with its unit."""
        return f"{self.text} [{self.unit}]" if self.unit else self.text


@cache
def _meanings() -> Mapping[str, Mapping[str, Meaning]]:
    raw = tomllib.loads(files("api").joinpath("fields.toml").read_text("utf-8"))
    return {
        schema: {name: _meaning(*([row] if isinstance(row, str) else row)) for name, row in part.items()}
        for schema, part in raw.items()
    }


def _meaning(text: str, example: Any = None, unit: str = "") -> Meaning:
    return Meaning(text=text, example=example, unit=unit)


def meaning(schema: str, field: str) -> Meaning | None:
    """Return the meaning of a field, None where it is not described."""
    known = _meanings()
    return known.get(schema, {}).get(field) or known[ANYWHERE].get(field)


@cache
def units(field: str) -> frozenset[str]:
    """Return the units of all fields of this name."""
    return frozenset(part[field].unit for part in _meanings().values() if field in part)


def describe(document: dict[str, Any]) -> None:
    """Add the descriptions of fields to an OpenAPI document."""
    for name, schema in document["components"]["schemas"].items():
        for field, properties in schema.get("properties", {}).items():
            known = meaning(name, field)
            if known is None:
                continue
            properties.setdefault("description", known.described)
            example = known.example if known.example is not None else _by_form(properties)
            if example is not None:
                properties.setdefault("examples", [example])


def _by_form(schema: Mapping[str, Any]) -> Any:
    """Return an example of a date, a time, an id or a boolean: any value explains these."""
    forms = [one.get("format") or one.get("type") for one in (schema, *schema.get("anyOf", ()))]
    return next((EXAMPLES[form] for form in forms if form in EXAMPLES), None)
