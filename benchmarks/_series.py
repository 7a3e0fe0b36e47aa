"""Real counts beside the clone (`../shared/data`), as arrays; none where the folder is absent."""

import csv
from pathlib import Path

import numpy as np

DATA = Path(__file__).parents[2] / "shared" / "data"
STREETS = {
    "Leeds": "leeds_footfall/counts_hourly.csv",
    "Auckland": "auckland_pedestrians/counts_hourly.csv",
    "Melbourne": "melbourne_pedestrians/counts_hourly.csv",
}

Times = np.ndarray
Counts = np.ndarray


def streets(city: str) -> tuple[Times, dict[str, Counts]]:
    """Return the hours of a city, and the counts of each of its sensors; NaN where nothing was counted."""
    with (DATA / STREETS[city]).open(encoding="utf-8") as file:
        head, *lines = csv.reader(file)
    times = np.array([line[0] for line in lines], "datetime64[s]")
    counts = np.array([[float(cell) if cell else np.nan for cell in line[1:]] for line in lines])
    return times, dict(zip(head[1:], counts.T, strict=True))


def by_day(times: Times, counts: Counts) -> tuple[np.datetime64, Counts]:
    """Return the first day and the sums by day, NaN unless at least 20 hours were counted."""
    day = (times.astype("datetime64[D]") - times[0].astype("datetime64[D]")).astype(int)
    known = ~np.isnan(counts)
    seen = np.bincount(day[known], minlength=day[-1] + 1)
    total = np.bincount(day[known], counts[known], day[-1] + 1)
    return times[0].astype("datetime64[D]"), np.where(seen >= 20, total, np.nan)


def calit2() -> tuple[Times, Counts, list[tuple[np.datetime64, np.datetime64]]]:
    """People into the building by half-hours, and its known events."""
    with (DATA / "calit2/counts_30min.csv").open(encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    times = np.array([line["interval_start_local"] for line in lines], "datetime64[s]")
    with (DATA / "calit2/events.csv").open(encoding="utf-8") as file:
        events = [
            (np.datetime64(e["begin_local"]), np.datetime64(e["end_local"])) for e in csv.DictReader(file)
        ]
    return times, np.array([float(line["in"]) for line in lines]), events
