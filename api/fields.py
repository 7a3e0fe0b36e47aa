"""What each field of an answer means, with its unit and an example: `fields.toml`, for the description of the API."""

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
    """What a field means; `unit` is empty where it has none."""

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
        schema: {name: _meaning(*([said] if isinstance(said, str) else said)) for name, said in part.items()}
        for schema, part in raw.items()
    }


def _meaning(text: str, example: Any = None, unit: str = "") -> Meaning:
    return Meaning(text=text, example=example, unit=unit)


def meaning(schema: str, field: str) -> Meaning | None:
    """Return what a field means, None where nobody has said."""
    known = _meanings()
    return known.get(schema, {}).get(field) or known[ANYWHERE].get(field)


@cache
def units(field: str) -> frozenset[str]:
    """Return the units that fields of this name have."""
    return frozenset(part[field].unit for part in _meanings().values() if field in part)


def describe(document: dict[str, Any]) -> None:
    """Write what is known of the fields into a description of the API."""
    for name, schema in document["components"]["schemas"].items():
        for field, said in schema.get("properties", {}).items():
            known = meaning(name, field)
            if known is None:
                continue
            said.setdefault("description", known.described)
            example = known.example if known.example is not None else _by_form(said)
            if example is not None:
                said.setdefault("examples", [example])


def _by_form(said: Mapping[str, Any]) -> Any:
    """Return an example of a date, a time, an id, yes or no: of these every one says as much."""
    forms = [one.get("format") or one.get("type") for one in (said, *said.get("anyOf", ()))]
    return next((EXAMPLES[form] for form in forms if form in EXAMPLES), None)
