"""Imported counts as text for people, and as JSON for machines."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec

from besok.model.period_counts import CountFile
from besok.model.views.imports import ImportPreview
from besok.text import import_text
from besok.text.languages import speaking
from cli.terminal.tables import json_text

SHOWN = 20  # remarks


def preview(seen: ImportPreview, file: CountFile) -> Iterator[str]:
    """Yield the content of the file, what to check, and what storing it would change."""
    what = {"gross": "visits, gross", "net": "visits, net", "passages": "passages, two a visit"}[seen.counts]
    yield f"{seen.rows:,} counts by {seen.unit}, {seen.first} to {seen.last}: {seen.visits:,.0f} {what}"
    if seen.layout:
        yield f"Layout: {seen.layout}"
    yield "By year:"
    yield from (f"  {year}  {visits:>13,.0f}" for year, visits in seen.by_year.items())
    if len(names := sorted({count.series for count in file.counts})) > 1:
        yield f"Series, added up: {', '.join(names[:SHOWN])}{' …' if len(names) > SHOWN else ''}"
    for offer in file.offers:
        yield f"{offer.text} If so: " + ", ".join(
            f"--answer '{offer.key}={choice.value}'" for choice in offer.choices if choice.value
        )
    remarks: Sequence[Any] = [*file.findings, *seen.remarks]
    if remarks:
        yield "Look at:"
        yield from (f"  {remark.text}" for remark in remarks[:SHOWN])
        if len(remarks) > SHOWN:
            yield f"  and {len(remarks) - SHOWN} more"
    with speaking("en"):
        yield "Storing:"
        yield from (f"  {line}" for line in import_text.periods(seen))
        yield f"Progress of {seen.target or seen.site}:"
        yield from (f"  {line}" for line in import_text.changes(seen))


def as_json(seen: ImportPreview, file: CountFile, number: int | None = None) -> str:
    """Return one JSON object: the preview, the remarks on the file, and the import once it is stored."""
    remarks = [{"kind": r.kind, "first": r.first, "last": r.last, "text": str(r.text)} for r in seen.remarks]
    findings = [{"kind": r.kind, "row": r.row, "text": str(r.text)} for r in file.findings]
    stored = {} if number is None else {"import": number}
    return json_text(stored | msgspec.to_builtins(seen) | {"remarks": remarks, "file": findings})
