"""Visits on the way to the target, and the days from which they are counted otherwise."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from besok.model.views.sample_weeks import SampledYear


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodBreak:
    """A day from which visits are counted otherwise. What was counted before it, times `factor`, is what would be now.

    `kind`: another sensor, a definition of a visit, a door that was not counted before (or is no more), a step that
    nobody told of ("found"), or counts that people brought, from the `source` ("source"; `counter` is the one that
    counts since, empty for sensors). `method`: both side by side ("overlap"), each with counts by hand ("counts"),
    the step against other doors ("level"), the same readings by the new definition ("recounted"), not known but for how
    far counters differ ("prior"), or none, where it cannot be told. `error` is half the width of the factor's 95 %
    interval. `site` is the one whose visits are counted otherwise, and whose file names the
    door, where it is not the site of the target itself.
    """

    day: date
    door: str | None
    kind: Literal["sensor", "definition", "door", "found", "source"]
    method: Literal["overlap", "counts", "level", "recounted", "prior", "none"]
    factor: float | None
    error: float | None
    site: str | None = None
    source: str = ""
    counter: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SoFar:
    """The visits of a site so far, together with those of the other sites that its target counts, if it has one.

    `visits` were counted on `days` business days before `today`, the first of them `first`. `last_365` are those of the
    last 365 days `until`, scaled for missing ones, of which `coverage_365` were counted whole; `growth` compares the
    last 364 days with the 364 before, by the `growth_days` that were observed whole in both (None with less history).
    `last_365` is None where less than 75 % of them are known. `sampled_365` is the share of them that is estimated
    from sample weeks, which is not part of `coverage_365`. `uncounted` are sites that are counted together
    with it and of which nothing is known yet: until then nothing is.
    """

    today: date
    until: date
    measure: str
    first: date | None
    days: int
    visits: float | None
    last_365: float | None
    coverage_365: float
    growth: float | None
    growth_days: int = 0
    sampled_365: float = 0.0
    uncounted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Visits on the way to the target.

    `baseline_visits` are a year's worth, scaled from the days of the baseline period that are known, or as they are
    stated; `baseline_coverage` of these days were counted whole, and besides them `baseline_sampled` are estimated from
    sample weeks. `goal_visits` is the factor times that. `last_365` are the visits of the 365 business days up to
    `until`, which is yesterday, or the last day that people brought and nobody counted after; scaled for missing days.
    `growth` compares the last 364 days with comparable ones a year before, by the `growth_days` of them that were known
    whole in both (None with less history). `needed_growth` is the growth a year from then to the deadline.
    `baseline_source` and `source_365` are where days were brought from, empty where sensors counted them;
    `coverage_365` and `sampled_365` are of these days what the two are of the baseline's; the years estimated are
    `sampled`, and `growth_sampling` half the width of the 95 % interval that this gives to the growth; `left_out` are
    days that baseline and growth do without.

    Nothing is compared with too little: `baseline_visits` and `last_365`, and what rests on them, are None where less
    than 75 % of their days are known whole, as growth is. `uncounted` are sites that count for the target and of which
    nothing is known.

    The figures called `bridged` are what they would be had every day been counted as it is now, over the `breaks`;
    `growth_error` is half the width of the 95 % interval of `growth_bridged`, and holds `growth_unseen`, what changes
    of counters too small to be found may do. `also` are the other sites whose visits count; a day counts if it was
    observed at all of them.

    Once the deadline is over, `deadline_365` are the visits of the 365 days up to it, scaled for missing days (None as
    long as it is not, or where fewer than nine days of ten were observed).
    """

    site: str
    today: date
    until: date
    baseline_first: date
    baseline_last: date
    baseline_visits: float | None
    baseline_coverage: float
    factor: float
    deadline: date
    goal_visits: float | None
    last_365: float | None
    coverage_365: float
    growth: float | None
    needed_growth: float | None
    measure: str
    growth_bridged: float | None = None
    growth_error: float | None = None
    growth_unseen: float | None = None
    baseline_bridged: float | None = None
    goal_bridged: float | None = None
    needed_growth_bridged: float | None = None
    breaks: tuple[MethodBreak, ...] = ()
    also: tuple[str, ...] = ()
    deadline_365: float | None = None
    growth_days: int = 0
    baseline_source: str = ""
    source_365: str = ""
    baseline_sampled: float = 0.0
    sampled_365: float = 0.0
    sampled: tuple[SampledYear, ...] = ()
    growth_sampling: float | None = None
    left_out: tuple[date, date] | None = None
    uncounted: tuple[str, ...] = ()

    @property
    def standing(self) -> float | None:
        """The last 365 days' visits as a multiple of the baseline's; None where one of the two is not known."""
        if self.last_365 is None or not self.baseline_visits:
            return None
        return self.last_365 / self.baseline_visits

    def trajectory(self) -> list[tuple[date, float]]:
        """Return the target trajectory once a month from the end of the baseline to the deadline."""
        if self.baseline_visits is None:
            return []
        months = range((self.deadline - self.baseline_last).days // 30 + 1)
        days = [*(self.baseline_last + timedelta(days=30 * n) for n in months), self.deadline]
        return [(day, self.baseline_visits * self.target_factor(day)) for day in days]

    def target_factor(self, day: date) -> float:
        """Return how many times the baseline a year's visits should be when the year ends on `day`.

        1 up to the end of the baseline, the factor at the deadline, by the same percentage every day between:
        a factor of 2 from 2024-12-31 to 2030-12-31 asks for 1.26 on 2026-12-31.
        """
        total = (self.deadline - self.baseline_last).days
        elapsed = max((day - self.baseline_last).days, 0)
        return float(self.factor ** (elapsed / total)) if total > 0 else self.factor
