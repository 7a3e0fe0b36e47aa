"""`python -m tests.torture`: one run on one broker, told as it goes; status 1 if anything is not explained."""

import argparse
import contextlib
import shutil
import sys
import tempfile
from pathlib import Path

from tests.torture import report
from tests.torture.ordeal import Ordeal, endure
from tests.torture.schedule import LONG, SHORT, Blow


def main() -> int:
    """Read the command line, run, tell."""
    arguments = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    arguments.add_argument("--broker", choices=("mosquitto", "rabbitmq"), default="mosquitto")
    arguments.add_argument("--readings", type=int, default=200_000)
    arguments.add_argument("--rate", type=float, default=250, help="messages a second")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--short", action="store_true", help="few blows")
    arguments.add_argument(
        "--share", action="store_true", help="the collectors share one subscription, not a site each"
    )
    arguments.add_argument("--only", choices=[b.name.lower() for b in Blow], help="this blow alone, ten times")
    arguments.add_argument("--longest", type=float, default=60, help="seconds that the database's host is lost, once")
    arguments.add_argument("--collector", default="ops.cli", help="the module that collects")
    arguments.add_argument("--keep", type=Path, help="leave the logs in this folder")
    given = arguments.parse_args()
    ordeal = Ordeal(
        broker=given.broker,
        readings=given.readings,
        rate=given.rate,
        seed=given.seed,
        blows=_blows(given),
        longest_s=given.longest,
        share=given.share,
        collector=given.collector,
    )
    with tempfile.TemporaryDirectory(prefix="besok-torture-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        try:
            outcome = endure(ordeal, folder, lambda text: print(text, flush=True))
        finally:
            if given.keep:
                given.keep.mkdir(parents=True, exist_ok=True)
                for log in folder.glob("*.log"):
                    with contextlib.suppress(OSError):
                        shutil.copy(log, given.keep)
    print("\n".join(report.told(outcome.findings, outcome.letters, outcome.course, outcome.started)))
    print(report.summary(outcome.letters, outcome.findings, outcome.course, ordeal.broker, outcome.took_s))
    return 1 if outcome.findings.unexplained else 0


def _blows(given: argparse.Namespace) -> dict[Blow, int]:
    if given.only:
        return {Blow[given.only.upper()]: 10}
    return SHORT[given.broker] if given.short else LONG


if __name__ == "__main__":
    sys.exit(main())
