"""`python -m tests.month`: a month of operation on a page; status 1 if any day's figure is not what sensors sent."""

import argparse
import signal
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

from besok.model import calendar
from tests.month import page
from tests.month.clocks import LIBRARY, PACKAGE, Clocks
from tests.month.course import Course, scenes
from tests.month.events import drawn
from tests.month.installation import COMMANDS, SERVICES, earlier, installed
from tests.month.operator import listening
from tests.month.sensors import Sensors, library
from tests.torture.house import keep_logs

# A Monday; clocks are put forward on the 25th. It must be later than the real time, which PostgreSQL sees in a signal's
# handler in spite of the library: of an earlier time it would believe that all its timeouts had passed.
FIRST = date(2035, 3, 12)


def main() -> int:
    """Read the command line, play, write the page."""
    given = _arguments()
    if LIBRARY is None:
        print(f"not run: libfaketime is not here (Debian: apt-get install {PACKAGE})")
        return 0
    for ending in (signal.SIGTERM, signal.SIGINT):  # servers are ended and the disk is unmounted
        signal.signal(ending, lambda *_: sys.exit("ended"))
    with tempfile.TemporaryDirectory(prefix="besok-month-") as name:
        Path(name).chmod(0o755)
        try:
            text, faults = _played(Path(name), given)
        finally:
            if given.keep:
                keep_logs(Path(name), given.keep)
    given.write.parent.mkdir(parents=True, exist_ok=True)
    given.write.write_text(text)
    print(f"{given.write} tells it; {faults} figures differ")
    return 1 if faults else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.month", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--scenes", type=int, default=8, help="scenes a day, of 8 seconds or so each")
    parser.add_argument("--write", type=Path, default=Path("build/month.md"), help="where the page goes")
    parser.add_argument("--keep", type=Path, help="leave the logs in this folder")
    return parser.parse_args()


def _played(folder: Path, given: argparse.Namespace) -> tuple[str, int]:
    began = time.monotonic()
    last = FIRST + timedelta(days=given.days - 1)
    moments = scenes(FIRST, last, given.scenes)
    events = drawn(Random(given.seed), len(moments))
    begins = calendar.day_bounds(FIRST, library())[0]
    clocks = Clocks(folder)
    clocks.set(begins, "database", *SERVICES, COMMANDS)
    code, revision = earlier(folder / "earlier")
    print(
        f"seed {given.seed}: {FIRST} to {last} in {len(moments)} scenes, begun with {revision or 'this version'}"
    )
    sensors = Sensors(begins, moments[-1], given.seed)
    with listening(clocks) as operator, installed(folder, clocks, code, operator.url) as place:
        course = Course(place, sensors, operator, lambda text: print(text, flush=True))
        place.command("alert", "target", "put", "operator", said=operator.target)
        for kind in ("service", "sensor_offline", "job_failed", "backup_old"):
            place.command("alert", "add", kind, "--to", "operator", "--by", "month")
        for number, until in enumerate(moments):
            course.play(until, events.get(number))
        faults = list(course.end(FIRST, last))
    errors = page.errors(folder)
    story = page.Story(
        seed=given.seed,
        first=FIRST,
        last=last,
        begun_with=revision,
        made=datetime.now(UTC),
        took_s=time.monotonic() - began,
        readings=sensors.readings,
        days=len(sensors.days),
        lines=operator.lines,
        faults=faults,
        errors=errors,
    )
    return page.written(story), len(faults)


if __name__ == "__main__":
    sys.exit(main())
