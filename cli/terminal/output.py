"""Printing without control characters, which could come with a message or a note."""

import builtins
import sys
from typing import Any

from besok.model.controls import has_controls, visible

_print = builtins.print


def install() -> None:
    """Make every `print` of this process write out control characters; rich and typer, which colour, do not use it.

    Raises SystemExit where the command was given one.
    """
    builtins.print = say
    if any(map(has_controls, sys.argv)):
        sys.exit("Control characters are not accepted: take them out of what you wrote after the command")


def say(*parts: object, sep: str | None = None, **more: Any) -> None:
    """Print as `print` does, control characters written out."""
    _print(visible((" " if sep is None else sep).join(map(str, parts))), **more)
