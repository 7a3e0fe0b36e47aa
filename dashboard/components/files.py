"""How the files of a page are asked for, so that the reader's spreadsheet opens them."""

from besok.text.languages import language


def form() -> str:
    """The `format` of a file: with semicolons and decimal commas where the reader's language has them."""
    return "semicolons" if language() == "sv" else "csv"
