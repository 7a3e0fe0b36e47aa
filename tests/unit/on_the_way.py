"""What the tests of *Progress* and its charts share: a house on its way to its target, and the words of a component."""

from datetime import UTC, date, datetime, timedelta

from besok.model.outlook import Expected, ExpectedTotal, Outlook
from besok.model.views.forecast import Scored
from besok.model.views.progress import Progress

DAY = timedelta(days=1)
FIRST = date(2025, 1, 1)
COMING = tuple(
    Expected(day=date(2026, 11, 25) + n * DAY, mean=100, low80=80, high80=120, low95=60, high95=140)
    for n in range(60)
)
OUTLOOK = Outlook(
    origin=date(2026, 11, 24), made=datetime(2026, 11, 25, 3, tzinfo=UTC), afterwards=False, measure="gross",
    model="test", goal=73_000, deadline=date(2030, 12, 31), odds=0.42, even_from=None, likely_from=None,
    needed_growth=0.1, expected_growth=0.05, days=COMING, years=COMING,
    totals=(
        ExpectedTotal(
            first=COMING[0].day, last=COMING[27].day, mean=2800, low80=2500, high80=3100, low95=1, high95=2
        ),
    ),
)  # fmt: skip
WAY = Progress(
    site="lib", today=date(2026, 11, 25), until=date(2026, 11, 24),
    baseline_first=FIRST, baseline_last=date(2025, 12, 31),
    baseline_visits=36_500, factor=2.0, deadline=date(2030, 12, 31), goal_visits=73_000, last_365=40_000,
    baseline_coverage=1.0, coverage_365=1.0, growth=0.1,
    needed_growth=0.15, measure="gross",
)  # fmt: skip


def scored(truth: float | None, observed: float = 1.0) -> Scored:
    return Scored(origin=FIRST, made=datetime(2025, 1, 2, tzinfo=UTC), afterwards=True, model="test", first=FIRST + DAY,
                  last=FIRST + 28 * DAY, mean=280, low80=250, high80=310, low95=200, high95=350, observed=observed,
                  truth=truth)  # fmt: skip


def texts(part: object) -> str:
    """All text of a component."""
    children = getattr(part, "children", part)
    if isinstance(children, list | tuple):
        return " ".join(texts(child) for child in children)
    return texts(children) if hasattr(children, "children") else str(children or "")
