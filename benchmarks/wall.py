"""What the wall's browser holds after weeks: its heap after 10,000 updates, and after 100,000.

    python -m benchmarks.wall [--updates N] [--address URL/wall/SITE]

Chromium (Debian's) opens the wall of a site with 40 spaces, in each of which another number of people is at every
update; the page gets them as from the server. `--address` is that of a wall which runs already. The last line is JSON.
"""

import argparse
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import CDPSession, Page, sync_playwright

from benchmarks import _rig
from benchmarks.hostile import service
from besok.model.sitefile import parse
from besok.store import sites
from besok.store.database import Database
from cli.stack import ports

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run"]
FIRST, LAST = 10_000, 100_000
AT_ONCE = 250  # updates between two pauses, in which the browser draws
SPACES = 40
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# Keeps the socket that the page opens, and its last message, and then plays the server.
KEEP = """(() => {
  const Real = window.WebSocket;
  window.WebSocket = class extends Real {
    constructor(...args) {
      super(...args);
      window.kept = this;
      this.addEventListener("message", ({ data }) => { if (data.includes('"spaces"')) window.last = data; });
    }
  };
})()"""
PLAY = """async ([from, many]) => {
  const message = JSON.parse(window.last), levels = ["calm", "moderate", "busy", "full"];
  for (let n = from; n < from + many; n++) {
    message.time = new Date().toISOString();
    Object.values(message.spaces).forEach((space, i) => {
      const people = (n * 7 + i * 13) % 120;
      Object.assign(space.parts, { people: String(people), range: `(${people}–${people + 9})` });
      const time = message.time, level = levels[(n + i) % 4];
      Object.assign(space.data, { level, time, state: "live", known: "1", heard: time });
      space.fill = `${people % 100}%`;
    });
    window.kept.onmessage({ data: JSON.stringify(message) });
  }
  await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
}"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=LAST)
    parser.add_argument("--address", default="")
    args = parser.parse_args()
    with wall(args.address) as address, sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.add_init_script(KEEP)
        page.goto(address)
        page.wait_for_selector(".wall[data-connection=live]")
        print(json.dumps(measured(page, args.updates)))
        browser.close()


def measured(page: Page, updates: int) -> dict[str, object]:
    """Send the updates; return heap and nodes after the first tenth and after all."""
    cdp, began = page.context.new_cdp_session(page), time.perf_counter()
    play(page, 0, min(FIRST, updates))
    first = held(cdp)
    play(page, FIRST, updates - FIRST)
    last = held(cdp)
    told = {"first": first, "last": last, "grown": round(last["heap_kb"] / first["heap_kb"] - 1, 4)}
    return {"updates": updates, "seconds": round(time.perf_counter() - began, 1), **told}


def play(page: Page, first: int, many: int) -> None:
    """Send updates to the page as the server does."""
    for n in range(first, first + many, AT_ONCE):
        page.evaluate(PLAY, [n, AT_ONCE])


def held(cdp: CDPSession) -> dict[str, int]:
    """Return what the page holds once everything is thrown away that can be."""
    for _ in range(3):
        cdp.send("HeapProfiler.collectGarbage")
    found = cdp.send("Memory.getDOMCounters")
    heap = cdp.send("Runtime.getHeapUsage")["usedSize"]
    return {"heap_kb": round(heap / 1024), "nodes": found["nodes"], "listeners": found["jsEventListeners"]}


@contextmanager
def wall(address: str) -> Iterator[str]:
    """Return the address of a wall; without one it runs for as long as it is measured."""
    if address:
        yield address
        return
    with _rig.rig() as rig:
        with Database(rig.url) as db:
            sites.apply(db, parse(site()))
        port = ports.free()[0]
        with service(rig.url, "serve", port):
            yield f"http://{ports.HOST}:{port}/wall/large"


def site() -> str:
    """Return a library with many spaces."""
    hours = "\n".join(f'{day} = "always"' for day in DAYS)
    head = '[[sites]]\nid = "large"\nkind = "library"\nname = { sv = "Stora", en = "Large" }\n'
    spaces = "".join(
        f'[[sites.spaces]]\nid = "s{n}"\nname = {{ sv = "Rum {n}", en = "Room {n}" }}\ncapacity = {60 + n}\n'
        for n in range(SPACES)
    )
    return f'{head}timezone = "Europe/Stockholm"\n[sites.opening]\n{hours}\n{spaces}'


if __name__ == "__main__":
    main()
