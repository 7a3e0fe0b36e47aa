"""`make ha-check`: three machines and a branch, failing; status 1 if anything is lost that may not be."""

import argparse
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

from tests.ha import branch, machines, scenario
from tests.ha.result import Result


def main() -> int:
    """Run what the packages allow, and tell."""
    parser = argparse.ArgumentParser(prog="python -m tests.ha", description=__doc__)
    parser.add_argument("--keep", type=Path, help="leave the logs in this folder")
    parser.add_argument("--only", choices=("machines", "branch"), help="one part alone")
    given = parser.parse_args()
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: sys.exit("ended"))
    if lacking := machines.missing():
        print(f"not run: {', '.join(lacking)} not installed (as root: deploy/setup ha)")
        return 0
    began, result = time.monotonic(), Result()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:7.1f} s  {text}", flush=True)

    with tempfile.TemporaryDirectory(prefix="besok-ha-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        try:
            if given.only != "branch":
                scenario.run(folder, say, result)
            if given.only != "machines":
                for kind in ("mosquitto", "rabbitmq"):
                    branch.run(folder, kind, say, result)
        finally:
            if given.keep:
                given.keep.mkdir(parents=True, exist_ok=True)
                for log in folder.glob("*.log"):
                    shutil.copy(log, given.keep)
    print("\n".join(result.lines))
    print("\n".join(f"WRONG: {what}" for what in result.wrong) or "all as it must be")
    return bool(result.wrong)


if __name__ == "__main__":
    sys.exit(main())
