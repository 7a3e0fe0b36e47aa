"""Scores of a backtest as a Markdown table, for documentation."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from besok.analytics.forecast.scoring import summary
from cli.standalone.backtest import OURS, Outcome
from cli.standalone.scores import headings, summary_cells, table_rows


def as_markdown(
    outcomes: Sequence[Outcome], apart: Mapping[str, Callable[[date], bool]] | None = None
) -> str:
    """Return one table of all series together; `apart` selects origins whose scores of Besök get a row of that name."""
    heads = headings(outcomes[0].step)
    rows = [heads, ["---"] * len(heads), *table_rows(outcomes)]
    for name, selects in (apart or {}).items():
        scores = [
            score
            for outcome in outcomes
            for day, score in zip(outcome.origins, outcome.scores[OURS], strict=True)
            if selects(day)
        ]
        rows.append(summary_cells(f"{OURS}, {name}", summary(scores)))
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)
