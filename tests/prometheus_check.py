"""Check and test the Prometheus rules, and the PromQL of the dashboard, with promtool: `make prometheus-check`."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.dashboard_file import DEPLOY, expressions


def main() -> int:
    """Return the exit status; 0 with a word about it where promtool is not installed."""
    promtool = shutil.which("promtool")
    if not promtool:
        print("not run: promtool is not here (Debian: apt-get install promtool)")
        return 0
    folder = DEPLOY / "prometheus"
    with TemporaryDirectory() as name:
        panels = Path(name) / "panels.yml"  # rules are the form in which promtool takes an expression
        rules = [{"record": f"panel:{n}", "expr": expr} for n, expr in enumerate(expressions())]
        panels.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
        asked = (
            ["check", "config", folder / "prometheus.yml"],
            ["check", "rules", panels],
            ["test", "rules", folder / "alerts_test.yml"],
        )
        return max(subprocess.run([promtool, *map(str, one)], check=False).returncode for one in asked)


if __name__ == "__main__":
    sys.exit(main())
