"""Views of what has fields of the same names."""

from dataclasses import fields
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

View = TypeVar("View", bound="DataclassInstance")


def like(kind: type[View], told: object, /, **more: object) -> View:
    """Return a view with what `told` has under the names of its fields, and with what is given beside."""
    names = (field.name for field in fields(kind) if field.name not in more and hasattr(told, field.name))
    return kind(**{name: getattr(told, name) for name in names}, **more)
