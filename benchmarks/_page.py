"""Result tables of the documentation, between markers that name them."""

import argparse
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
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


def main(
    page: str, about: str | None, usual: int, tables: Callable[[int], Mapping[str, Iterable[str]]]
) -> None:
    """Measure as often as the command line says, print each line as it comes, and renew the page if asked to."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("seeds", type=int, nargs="?", default=usual, help="of each kind of world")
    parser.add_argument("--write", action="store_true", help=f"renew docs/reference/results-{page}.md")
    asked = parser.parse_args()
    blocks = {name: "\n".join(_printed(lines)) for name, lines in tables(asked.seeds).items()}
    if asked.write:
        write_tables(page, blocks)
    print(json.dumps({"seeds": asked.seeds, "rows": sum(text.count("\n") + 1 for text in blocks.values())}))


def _printed(lines: Iterable[str]) -> Iterator[str]:
    for line in lines:
        print(line, flush=True)
        yield line
