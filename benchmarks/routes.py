"""How soon the routes answer, by the number of sites in the database.

    python -m benchmarks.routes [--sites 2,10,50] [--asks N] [--folder FOLDER] [--write]

Sites come in pairs, a library and its park, with three years of figures (`benchmarks/_many_sites.py`). The real web
process is asked for one site, one question after another; a page is what the browser's script asks for when its
address changes. FOLDER keeps the databases for another time. The last line is JSON.
"""

import argparse
import contextlib
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks import _many_sites
from benchmarks._page import write_tables
from benchmarks.hostile import ask, service
from benchmarks.servers import wait_until
from cli.stack import ports, postgres, program

V1 = f"/api/v1/sites/{_many_sites.PAIR[0]}"
PAGE = "/_dash-update-component"
PAGES = {
    "Overview": "/",
    "Now": "/now/",
    "Spaces": "/spaces/",
    "Progress": "/progress/",
    "Sensors": "/sensors/",
}


def main() -> None:
    """Measure, print, and renew the page if asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sites", default="2,10", help="numbers of sites, even ones")
    parser.add_argument("--asks", type=int, default=10, help="for each route")
    parser.add_argument("--folder", type=Path, help="keep the databases here")
    parser.add_argument("--write", action="store_true", help="renew docs/reference/results-routes.md")
    args = parser.parse_args()
    counts = [int(number) for number in args.sites.split(",")]
    with contextlib.ExitStack() as kept:
        folder = args.folder or Path(kept.enter_context(tempfile.TemporaryDirectory(prefix="besok-routes-")))
        with running(folder, fast=True) as cluster:
            began = time.monotonic()
            _many_sites.make(cluster, counts)
            print(f"databases made in {time.monotonic() - began:.0f} s", flush=True)
        took = {}
        with running(folder) as cluster:
            for count in counts:
                took[count] = measured(cluster.url(_many_sites.name_of(count)), args.asks)
                print(count, json.dumps(took[count]), flush=True)
    lines = table(took)
    print("\n".join(lines))
    if args.write:
        write_tables("routes", {"routes": "\n".join(lines)})
    print(json.dumps({str(count): own for count, own in took.items()}))


@contextlib.contextmanager
def running(place: Path, *, fast: bool = False) -> Iterator[postgres.Cluster]:
    """Run a database server in a folder, set as the embedded one is; a `fast` one could lose what it is given."""
    place.mkdir(exist_ok=True)
    place.chmod(0o755)
    user = program.unprivileged("postgres")
    cluster = postgres.Cluster(folder=place, port=ports.free()[0], user=user, fast=fast)
    server = cluster.program()
    process = program.start(server, place / "log")
    try:
        wait_until(cluster.ready, process, "postgres", limit_s=60)
        yield cluster
    finally:
        program.stop(process, server)


def measured(url: str, asks: int) -> dict[str, tuple[float, float]]:
    """Return of each route the median and the 95th percentile of the seconds until its answer came."""
    port = ports.free()[0]
    with service(url, "serve", port):
        return {name: _timed(question, asks) for name, question in questions(port).items()}


def questions(port: int) -> dict[str, Callable[[], bytes]]:
    """Return what is asked, by name."""
    today = datetime.now(UTC).date()
    year = f"from={today - timedelta(days=364)}&to={today}"
    five = f"from={today - timedelta(days=5 * 365)}&to={today}"
    paths = {
        "`/live`": f"{V1}/live",
        "`/free`": f"{V1}/free",
        "`/flows`, a door's year by hour": f"{V1}/flows?{year}&step=hour&portal=town-entrance",
        "`/flows`, all doors' year by hour": f"{V1}/flows?{year}&step=hour&format=csv",
        "`/occupancy`, a year by hour": f"{V1}/occupancy?{year}&step=hour",
        "`/usage`, a year": f"{V1}/usage?{year}",
        "`/visits`, five years by day": f"{V1}/visits?{five}&step=day",
        "`/flows`, five years by day": f"{V1}/flows?{five}&step=day",
        "`/progress`": f"{V1}/progress",
    }
    found = {name: _asking(port, path) for name, path in paths.items()}
    (callback,) = json.loads(ask(port, "/_dash-dependencies")[1])
    for name, path in PAGES.items():
        own = path if path == "/" else path + _many_sites.PAIR[0]
        found[f"page *{name}*"] = _asking(port, PAGE, _opened(callback, own))
    return found


def _opened(callback: dict[str, Any], path: str) -> bytes:
    """Return what the browser's script asks for once the address is `path`."""
    values = {"pathname": path, "search": "", "n_clicks": 1}
    names = [name.rsplit(".", 1) for name in callback["output"].strip(".").split("...")]
    return json.dumps({
        "output": callback["output"],
        "outputs": [{"id": name, "property": kind} for name, kind in names],
        "inputs": [{**one, "value": values[one["property"]]} for one in callback["inputs"]],
        "changedPropIds": ["address.pathname"],
        "parsedChangedPropsIds": ["address.pathname"],
    }).encode()  # fmt: skip


def _asking(port: int, path: str, body: bytes | None = None) -> Callable[[], bytes]:
    def question() -> bytes:
        status, answer = ask(port, path, "POST" if body else "GET", body)
        if status != 200:
            raise AssertionError(f"{path}: {status} {answer[:300]!r}")
        return answer

    return question


def _timed(question: Callable[[], bytes], asks: int) -> tuple[float, float]:
    question()  # what a process does once
    took = []
    for _ in range(asks):
        began = time.perf_counter()
        question()
        took.append(time.perf_counter() - began)
    return round(median(took), 4), round(quantiles(took, n=20)[-1], 4)


def table(took: dict[int, dict[str, tuple[float, float]]]) -> list[str]:
    """Return the lines of the table: milliseconds, median and 95th percentile."""
    heads = [f"{count} sites" for count in took]
    first = next(iter(took.values()))
    lines = ["| | " + " | ".join(heads) + " |", "|---" * (1 + len(took)) + "|"]
    for name in first:
        cells = (f"{own[name][0] * 1000:,.0f} / {own[name][1] * 1000:,.0f}" for own in took.values())
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return lines


if __name__ == "__main__":
    main()
