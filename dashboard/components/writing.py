"""The fields that forms have in common. `forms.js` knows a field by what its id begins with: that of its form."""

from typing import Any, Final

import dash_mantine_components as dmc

from besok.text.languages import _

LONGEST_NAME: Final = 60  # characters, as in the API


def line(here: str, name: str, label: str, longest: int, completed: str = "off") -> Any:
    """A line that has to be written; `completed` is what the browser may know of it."""
    attributes = {"input": {"maxLength": longest}}
    return dmc.TextInput(
        label=label,
        id=f"{here}-{name}",
        name=name,
        required=True,
        autoComplete=completed,
        attributes=attributes,
    )


def who(here: str) -> Any:
    """Who writes."""
    return line(here, "who", _("Your name or initials"), LONGEST_NAME, "name")
