"""Result tables of the documentation, between markers that name them."""

import re
from collections.abc import Mapping
from pathlib import Path

RESULTS = Path(__file__).parents[1] / "docs" / "reference"


def write_tables(name: str, blocks: Mapping[str, str]) -> None:
    """Replace the blocks that were made in `results-{name}.md`. Raise KeyError for one without markers."""
    page = RESULTS / f"results-{name}.md"
    text = page.read_text("utf-8")
    for block, table in blocks.items():
        marks = re.compile(rf"(<!-- {block} begins -->\n).*?(<!-- {block} ends -->)", re.DOTALL)
        text, found = marks.subn(lambda m, table=table: f"{m[1]}{table.strip()}\n{m[2]}", text)  # type: ignore[misc]
        if found != 1:
            raise KeyError(
                f"{page} has no place for {block}: <!-- {block} begins --> and <!-- {block} ends -->"
            )
    page.write_text(text, "utf-8")
