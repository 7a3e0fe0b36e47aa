"""`python -m tests.torture`: one run on one broker, told as it goes; status 1 if anything is not explained."""

import argparse
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from tests.torture import redelivery, report
from tests.torture.house import keep_logs
from tests.torture.ordeal import Ordeal, endure
from tests.torture.schedule import LONG, SHORT, Blow

ALONE = 10  # times that a blow falls which is asked for by its name
WRONG = "tests.torture.wrong"


def main() -> int:
    """Read the command line, run, tell."""
    given = _arguments()
    for ending in (
        signal.SIGTERM,
        signal.SIGINT,
    ):  # whoever ends us wants the servers ended and the disk unmounted
        signal.signal(ending, lambda *_: sys.exit("ended"))
    if given.redelivery:
        _tell_facts()
        return 0
    if given.self_test:
        wrong = Ordeal(
            broker="mosquitto",
            readings=4000,
            rate=600,
            seed=3,
            blows=SHORT["mosquitto"],
            longest_s=1.5,
            collector=WRONG,
        )
        found = _run(wrong, None)
        print("found out, as it must be" if found else "THE HARNESS IS BLIND: it found nothing")
        return 0 if found else 1
    ordeal = Ordeal(
        broker=given.broker,
        readings=given.readings,
        rate=given.rate,
        seed=given.seed,
        blows=_blows(given.blows, given.broker),
        longest_s=given.longest,
        share=given.share,
    )
    return 1 if _run(ordeal, given.keep) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--broker", choices=("mosquitto", "rabbitmq"), default="mosquitto")
    parser.add_argument("--readings", type=int, default=200_000)
    parser.add_argument("--rate", type=float, default=250, help="messages a second")
    parser.add_argument("--seed", type=int, default=1)
    named = [blow.name.lower() for blow in Blow]
    parser.add_argument(
        "--blows", choices=("long", "short", *named), default="long", help=f"or one alone, {ALONE} times"
    )
    parser.add_argument(
        "--share", action="store_true", help="one subscription for both collectors, not a site each"
    )
    parser.add_argument(
        "--longest", type=float, default=60, help="seconds that the database's host is lost, once"
    )
    parser.add_argument("--keep", type=Path, help="leave the logs in this folder")
    parser.add_argument(
        "--self-test", action="store_true", help="see that a collector that loses is found out"
    )
    parser.add_argument("--redelivery", action="store_true", help="tell how the brokers send messages again")
    return parser.parse_args()


def _tell_facts() -> None:
    for kind in ("mosquitto", "rabbitmq"):
        print(kind)
        with tempfile.TemporaryDirectory(prefix="besok-torture-") as name:
            Path(name).chmod(0o755)
            for line in redelivery.facts(Path(name), kind):
                print(f"  {line}", flush=True)


def _blows(name: str, broker: str) -> Mapping[Blow, int]:
    known = {"long": LONG, "short": SHORT[broker]}
    return known.get(name) or {Blow[name.upper()]: ALONE}


def _run(ordeal: Ordeal, keep: Path | None) -> int:
    """How many faults nothing explains."""
    with tempfile.TemporaryDirectory(prefix="besok-torture-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        try:
            outcome = endure(ordeal, folder, lambda text: print(text, flush=True))
        finally:
            if keep:
                keep_logs(folder, keep)
    print("\n".join(report.told(outcome.findings, outcome.letters, outcome.course, outcome.started)))
    print(report.summary(outcome.letters, outcome.findings, outcome.course, ordeal.broker, outcome.took_s))
    return len(outcome.findings.unexplained)


if __name__ == "__main__":
    sys.exit(main())
