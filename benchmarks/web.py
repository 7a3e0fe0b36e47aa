"""How heavy each page is, and how soon it is read and used: in Chromium, by a fast line and by a slow phone line.

    python -m benchmarks.web [--address http://127.0.0.1:8050] [--visits N] [--write]

Asks a demo that runs already (`make demo`) and has its past. Each visit is a first one, with an empty cache. A page is
read once its figures are painted, or itself where it has none yet; it is used once its charts are drawn, too, and no
task of 50 ms or longer follows. The last line is JSON.
"""

import argparse
import json
from statistics import median
from typing import Any, Final, NamedTuple

from playwright.sync_api import Browser, sync_playwright

from benchmarks._page import write_tables
from benchmarks.wall import FLAGS

SITE: Final = "stadsbiblioteket"
PAGES: Final = {
    "Overview": "/overview",
    "Now": f"/now/{SITE}",
    "Spaces": f"/spaces/{SITE}",
    "Space": f"/spaces/{SITE}/reading-room",
    "Progress, Target": f"/progress/{SITE}",
    "Progress, Forecast": f"/progress/{SITE}/forecast",
    "Progress, Impact": f"/progress/{SITE}/impact",
    "Scenarios": f"/scenarios/{SITE}",
    "Sensors": f"/sensors/{SITE}",
    "Alerts": f"/alerts/{SITE}",
    "Open data": f"/data/{SITE}",
    "Wall": f"/wall/{SITE}",
    "Public page": f"/free/{SITE}",
}
LIGHTER: Final = {"Now": 350, "Public page": 50}  # kB; of the others HEAVIEST
HEAVIEST: Final = 700
READ_S, USED_S, SLOW_S = 1.0, 2.0, 4.0
SLOW: Final = {
    "offline": False,
    "latency": 150,
    "downloadThroughput": 200_000,
    "uploadThroughput": 94_000,
}  # 1.6 Mbit/s
NO_FIGURES_MS: Final = 10_000  # after it is painted, a page has none
# Notes when the page is painted, when its figures are, when all charts are, and the end of the last long task.
WATCH: Final = """(() => {
  const seen = window.seen = { shown: 0, read: 0, drawn: 0, busy: 0 };
  new PerformanceObserver((list) => list.getEntries().forEach((task) => {
    seen.busy = task.startTime + task.duration;
  })).observe({ type: "longtask", buffered: true });
  const painted = (name) => requestAnimationFrame(() => setTimeout(() => { seen[name] ||= performance.now(); }));
  const look = () => {
    const page = document.querySelector("#page [data-title], body > main");
    if (!page) return;
    painted("shown");
    if (!/\\d/.test(page.textContent)) return;
    painted("read");
    if (page.querySelector(".waiting")) return;
    if (![...document.querySelectorAll(".graph")].every((graph) => graph.querySelector(".main-svg"))) return;
    painted("drawn");
    if (document.readyState === "complete") observer.disconnect();
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true });
  addEventListener("load", look);
})()"""


class Visit(NamedTuple):
    """What a first visit took: bytes as they came over the line, and seconds."""

    size: int
    read_s: float
    used_s: float


def main() -> None:
    """Measure, print, and renew the page if asked to."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--address", default="http://127.0.0.1:8050", help="of a demo that runs")
    parser.add_argument("--visits", type=int, default=5, help="of each page by each line")
    parser.add_argument("--only", choices=PAGES, help="one page")
    parser.add_argument("--write", action="store_true", help="renew docs/reference/results-web.md")
    args = parser.parse_args()
    rows = {}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        for name, path in PAGES.items():
            if args.only in (None, name):
                fast, slow = (
                    _usual(browser, args.address + path, args.visits, slow) for slow in (False, True)
                )
                rows[name] = fast, slow
                print(row(name, fast, slow), flush=True)
        browser.close()
    if args.write:
        write_tables("web", {"web": "\n".join([*HEAD, *(row(name, *both) for name, both in rows.items())])})
    print(json.dumps(rows))


def _usual(browser: Browser, address: str, visits: int, slow: bool) -> Visit:
    """Return the median of several first visits; one before them warms the server."""
    _visit(browser, address, slow=False)
    found = [_visit(browser, address, slow=slow) for _ in range(visits)]
    return Visit(*(median(values) for values in zip(*found, strict=True)))


def _visit(browser: Browser, address: str, *, slow: bool) -> Visit:
    context = browser.new_context(locale="sv-SE", viewport={"width": 390 if slow else 1280, "height": 844})
    page = context.new_page()
    line, sizes = context.new_cdp_session(page), []
    line.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    line.send("Network.enable")
    if slow:
        line.send("Network.emulateNetworkConditions", SLOW)
    page.add_init_script(WATCH)
    page.goto(address, wait_until="load")
    seen = _settled(page)
    context.close()
    return Visit(sum(sizes), seen["read"] / 1000, max(seen["drawn"], seen["busy"]) / 1000)


def _settled(page: Any) -> dict[str, float]:
    """Return what was noted once everything is drawn and a second has passed without a long task."""
    while True:
        seen: dict[str, float] = page.evaluate("() => ({ ...window.seen, now: performance.now() })")
        if seen["drawn"] and seen["now"] - max(seen["drawn"], seen["busy"]) > 1000:
            return seen
        if not seen["read"] and seen["shown"] and seen["now"] - seen["shown"] > NO_FIGURES_MS:
            return {**seen, "read": seen["shown"], "drawn": seen["shown"]}
        page.wait_for_timeout(100)


HEAD: Final = (
    "| page | kB | budget | read, s | used, s | read by phone, s | used by phone, s |",
    "|---|---|---|---|---|---|---|",
)


def row(name: str, fast: Visit, slow: Visit) -> str:
    """Return a line of the table; what exceeds its budget is bold."""
    most = LIGHTER.get(name, HEAVIEST)
    cells = [
        _cell(fast.size / 1000, most, 0),
        str(most),
        _cell(fast.read_s, READ_S, 2),
        _cell(fast.used_s, USED_S, 2),
        _cell(slow.read_s, SLOW_S, 2),
        f"{slow.used_s:.2f}",
    ]
    return f"| *{name}* | {' | '.join(cells)} |"


def _cell(value: float, most: float, digits: int) -> str:
    return f"{value:.{digits}f}" if value <= most else f"**{value:.{digits}f}**"


if __name__ == "__main__":
    main()
