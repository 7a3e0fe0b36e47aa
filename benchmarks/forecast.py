"""Score the forecast beside simple rivals on real series and simulated ones, into results-forecast.md.

    python -m benchmarks.forecast [--half design] [--packages FOLDER] [--write]
    python -m benchmarks.forecast --label besok-2 --tree PATH --out old.csv
    python -m benchmarks.forecast --table new.csv old.csv

Each series, origin and method is one line of `--out`, of which `--table` makes a table; `--tree` takes the forecast
from another checkout, so that two versions are scored on the same cases.
"""

import argparse
import csv
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

PATHS = 1000
FIELDS = ("group", "name", "origin", "method", "mase28", "mase365", "crps28", "crps365", "total", "held", "cover28",
          "cover365", "cpu_s", "odds")  # fmt: skip
GOALS = (0.85, 0.95, 1.0, 1.05, 1.15)  # times last year's visits


def main(args: argparse.Namespace) -> None:
    """Score, print the table, and write it if asked to."""
    if not args.table:
        if args.tree:
            sys.path.insert(0, str(args.tree))
        args.out.parent.mkdir(parents=True, exist_ok=True)
        with args.out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, FIELDS)
            writer.writeheader()
            writer.writerows(scored(args.half, args.packages, args.shared, args.only, args.label))
    lines = [row for path in args.table or [args.out] for row in csv.DictReader(path.open(encoding="utf-8"))]
    print(found := table(lines))
    if args.write:
        from benchmarks._page import write_tables

        write_tables("forecast", {"scores": found})


def scored(
    half: str, packages: Path, shared: Path | None = None, only: str = "", label: str = "besok"
) -> Iterator[dict[str, object]]:
    """Yield the scores of each series, origin and method."""
    from benchmarks import _ridge
    from benchmarks._forecast_cases import SHARED, cases
    from besok.analytics.forecast import forecast

    for case in cases(half, shared or SHARED, packages):
        if only and only not in case.group:
            continue
        past, daily = case.past, case.past.step == "D"
        year = 365 if daily else 12
        for n in case.origins:
            came = past.visits[n : n + year]
            rng = np.random.default_rng(1)
            begun = time.process_time()
            known = past.head(n)
            paths = forecast(known, len(came), case.calendar, rng=rng, paths=PATHS).visits
            spent = time.process_time() - begun
            told = {label: paths}
            told["ridge"] = _ridge.futures(known, len(came), case.calendar, np.random.default_rng(1))
            again = last_year(known.visits, len(came), daily)
            told |= {"last year": again} if again is not None else {}
            for method, drawn in told.items():
                yield {
                    "group": case.group, "name": case.name, "origin": n, "method": method,
                    "cpu_s": round(spent, 4) if method == label else "",
                    **score(drawn, came, known.visits, daily),
                }  # fmt: skip


def last_year(visits: np.ndarray, rows: int, daily: bool) -> np.ndarray | None:
    """Return last year's days (or months) again, with the spread of such errors in the past; None before a year."""
    lag = 364 if daily else 12
    if len(visits) < lag:
        return None
    filled = np.where(np.isfinite(visits), visits, np.nanmean(visits[-lag:]))
    again = np.resize(filled[-lag:], rows)
    ratio = np.log(np.maximum(visits[lag:], 1)) - np.log(np.maximum(visits[:-lag], 1))
    spread = 1.4826 * float(np.nanmedian(np.abs(ratio))) if np.isfinite(ratio).sum() > 3 else 0.2
    rng = np.random.default_rng(1)
    noise = 0.7 * rng.standard_normal((1, 400)) + 0.7 * rng.standard_normal((rows, 400))
    return again[:, None] * np.exp(spread * noise - 0.49 * spread**2)


def score(paths: np.ndarray, came: np.ndarray, past: np.ndarray, daily: bool) -> dict[str, object]:
    """Return errors by the mean difference of a week (months: of a year), and what intervals held."""
    season, near = (7, 28) if daily else (12, 3)
    unit = float(np.nanmean(np.abs(past[season:] - past[:-season]))) if len(past) > season else np.nan
    seen = np.isfinite(came)
    low, high = np.quantile(paths, (0.1, 0.9), axis=1)
    mean = np.clip(paths.mean(axis=1), low, high)
    inside = np.where(seen, (low <= came) & (came <= high), np.nan)
    ordered = np.sort(paths, axis=1)
    many = paths.shape[1]
    rank = 2 * np.arange(1, many + 1) - many - 1
    crps = np.abs(ordered - came[:, None]).mean(axis=1) - (ordered * rank).sum(axis=1) / many**2
    sums, truth = paths[seen].sum(axis=0), came[seen].sum()
    year = 365 if daily else 12
    whole = seen.sum() > 0.9 * year and truth > 0
    sum_low, sum_high = np.quantile(sums, (0.1, 0.9))
    last = past[-year:]
    goal = np.nanmean(last) * seen.sum() if np.isfinite(last).any() else np.nan
    odds = [f"{(sums >= g * goal).mean():.3f}:{int(truth >= g * goal)}" for g in GOALS] if whole else []

    def average(values: np.ndarray, first: int) -> float:
        return float(np.nanmean(values[:first])) if np.isfinite(values[:first]).any() else np.nan

    return {
        "mase28": average(np.abs(mean - came), near) / unit, "mase365": average(np.abs(mean - came), year) / unit,
        "crps28": average(crps, near) / unit, "crps365": average(crps, year) / unit,
        "total": float(np.clip(sums.mean(), sum_low, sum_high) / truth - 1) if whole else np.nan,
        "held": float(sum_low <= truth <= sum_high) if whole else np.nan,
        "cover28": average(inside, near), "cover365": average(inside, year), "odds": " ".join(odds),
    }  # fmt: skip


def table(rows: list[dict[str, str]]) -> str:
    """Return a Markdown table by group and method, of the cases that every method can tell of."""
    methods = list(dict.fromkeys(row["method"] for row in rows))
    by_case: dict[tuple[str, str, str], dict[str, dict[str, str]]] = {}
    for row in rows:
        by_case.setdefault((row["group"], row["name"], row["origin"]), {})[row["method"]] = row
    groups = list(dict.fromkeys(row["group"] for row in rows))
    heads = [
        "series", "method", "forecasts", "MASE 28 d", "365 d", "CRPS 28 d", "365 d", "year total", "median",
        "worst", "bias", "covers 28 d", "365 d", "year held", "of odds 80-100 %", "of 0-20 %", "s",
    ]  # fmt: skip
    lines = ["| " + " | ".join(heads) + " |", "| --- " * len(heads) + "|"]
    for group in (*groups, "all real"):
        real = group == "all real"
        some = [
            found for key, found in by_case.items() if key[0] == group or (real and "simulated" not in key[0])
        ]
        for method in methods:
            own = [found[method] for found in some if method in found and len(found) >= len(methods)]
            if own:
                lines.append("| " + " | ".join([group, method, str(len(own)), *_cells(own)]) + " |")
    return "\n".join(lines)


def _cells(own: list[dict[str, str]]) -> list[str]:
    def numbers(field: str) -> np.ndarray:
        return np.array([float(row[field] or "nan") for row in own])

    def mean(field: str) -> float:
        return float(np.nanmean(numbers(field)))

    def geometric(field: str) -> float:
        found = numbers(field)
        return float(np.exp(np.nanmean(np.log(found[np.isfinite(found) & (found > 0)]))))

    total = numbers("total")
    said, came = np.array(
        [pair.split(":") for row in own for pair in row["odds"].split()] or [["nan", "nan"]], dtype=np.float64
    ).T
    calls = [
        f"{said[some].mean():.0%}: {came[some].mean():.0%} ({some.sum()})" if some.any() else "-"
        for some in (said >= 0.8, said <= 0.2)
    ]
    spent = f"{np.nanmean(numbers('cpu_s')):.2f}" if own[0]["cpu_s"] else "-"
    return [
        *(f"{geometric(field):.3f}" for field in ("mase28", "mase365", "crps28", "crps365")),
        f"{np.nanmean(np.abs(total)):.1%}", f"{np.nanmedian(np.abs(total)):.1%}",
        f"{total[np.nanargmax(np.abs(total))]:+.0%}", f"{np.nanmean(total):+.1%}",
        *(f"{mean(field):.2f}" for field in ("cover28", "cover365", "held")), *calls, spent,
    ]  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--half", choices=("design", "test"), default="test")
    parser.add_argument("--shared", type=Path, default=None)
    parser.add_argument("--packages", type=Path, default=Path("packages"))
    parser.add_argument("--tree", type=Path)
    parser.add_argument("--label", default="besok")
    parser.add_argument("--only", default="")
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--out", type=Path, default=Path("build/forecast_scores.csv"))
    parser.add_argument("--table", type=Path, nargs="+")
    main(parser.parse_args())
