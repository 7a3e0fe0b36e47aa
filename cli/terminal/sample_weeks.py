"""Sample weeks on a terminal."""

from besok.model.plurals import many
from besok.model.views.sample_weeks import SampledYear


def summary(year: SampledYear) -> str:
    """Return `2026, ...: 52,000 visits, estimated from 2 of 52 weeks (80 % interval 44,000 to 60,000)`."""
    between = f"80 % interval {year.lower:,.0f} to {year.upper:,.0f}"
    weeks = f"estimated from {year.counted} of {year.weeks} weeks ({between})"
    presumed = ", ".join(kind.kind for kind in year.kinds if kind.presumed)
    text = f"{year.year}, {year.first} to {year.last}: {many(year.visits, 'visit')}, {weeks}"
    return f"{text}; no week counted in: {presumed}" if presumed else text
