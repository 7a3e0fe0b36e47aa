"""How soon a person who goes through a door is on every screen: from the sensor's MQTT message to the pixel.

    python -m benchmarks.live [--screens 200] [--messages 100] [--interval 1.0]

Collector, jobs and web work on a private database and broker. One person after another enters a branch with two doors;
so many screens follow its page *Now* over WebSockets, and Chromium (Debian's) shows it on one more. Measured is, from
the publisher's call, when each screen is sent the visits of the day with that person, when a stream of the API is sent
the people inside with them, by way of the jobs, and when Chromium has drawn the visits. The last line is JSON.
"""

import argparse
import asyncio
import contextlib
import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles

from playwright.sync_api import Page, sync_playwright
from websockets.asyncio.client import connect

from benchmarks import _rig
from benchmarks._rig import Rig
from benchmarks.hostile import service
from benchmarks.wall import DAYS, FLAGS
from besok.model.sitefile import parse
from besok.store import sites
from besok.store.database import Database
from cli.stack import ports

SITE = "branch"
DOORS = 2
WAIT_S = 60
# Notes when the drawn number of visits changed: in the frame after the one in which the script has written it.
WATCH = """() => {
  const shown = [...document.querySelectorAll('[data-part="visits"]')].find((node) => node.offsetParent);
  window.drawn = {};
  new MutationObserver(() => requestAnimationFrame(() => setTimeout(() => {
    window.drawn[shown.textContent.replace(/\\D/g, "")] ??= Date.now() / 1000;
  }))).observe(shown, { subtree: true, childList: true, characterData: true });
}"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--screens", type=int, default=200)
    parser.add_argument("--messages", type=int, default=100)
    parser.add_argument("--interval", type=float, default=1.0, help="seconds from one person to the next")
    args = parser.parse_args()
    with (
        branch() as rig,
        service(rig.url, "collect", 0, rig.port),
        service(rig.url, "work", 0),
        service(rig.url, "serve", port := ports.free()[0]),
        sync_playwright() as driver,
    ):
        page = driver.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS).new_page()
        page.goto(f"http://{ports.HOST}:{port}/now/{SITE}")
        page.wait_for_selector("[data-connection=live]")
        pages, figures_of = (
            f"ws://{ports.HOST}:{port}/live/{SITE}/ws",
            f"ws://{ports.HOST}:{port}/api/v1/sites/{SITE}/live/ws",
        )
        with following([*[pages] * args.screens, figures_of]) as screens:
            enter(rig, 2 * DOORS, 1.0)  # the first make the day known, and the page a number
            page.wait_for_timeout(5_000)
            page.evaluate(WATCH)
            published = enter(rig, args.messages, args.interval)
            page.wait_for_timeout(5_000)
        figures = {
            "screens": args.screens,
            "visits_ms": summary(published, [screen.sent for screen in screens[:-1]]),
            "people_ms": summary(published, [screens[-1].sent]),
            "pixel_ms": summary(published, [drawn(page)]),
        }
    print(json.dumps(figures))


@contextlib.contextmanager
def branch() -> Iterator[Rig]:
    """Run the servers, with a small library of its own."""
    hours = "\n".join(f'{day} = "always"' for day in DAYS)
    names = 'name = { sv = "Filialen", en = "The branch" }'
    doors = "".join(
        f'[[sites.portals]]\nid = "door-{n}"\nname = {{ sv = "D", en = "D" }}\nouter = "outside"\ninner = "hall"\n'
        f'[[sites.sensors]]\nportal = "door-{n}"\ndevice = "door-{n}"\n'
        for n in range(DOORS)
    )
    text = (
        f'[[sites]]\nid = "{SITE}"\nkind = "library"\n{names}\n'
        f'timezone = "Europe/Stockholm"\n[sites.opening]\n{hours}\n'
        f'[[sites.spaces]]\nid = "hall"\nname = {{ sv = "Hall", en = "Hall" }}\n{doors}'
    )
    with _rig.rig() as rig:
        with Database(rig.url) as db:
            sites.apply(db, parse(text))
        yield rig


class Screen:
    """When a screen was first sent each number: of visits, or of people inside by counts, which are as many."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.sent: dict[int, float] = {}

    async def follow(self, ready: asyncio.Event) -> None:
        """Take what the server sends."""
        async with connect(self.address) as socket:
            async for text in socket:
                now, message = time.time(), json.loads(text)
                ready.set()
                if "parts" in message:
                    digits = "".join(filter(str.isdigit, message["parts"]["visits"]))
                    self.sent.setdefault(int(digits or 0), now)
                elif "spaces" in message:
                    self.sent.setdefault(round(message["spaces"][0]["raw"] or 0), now)


@contextlib.contextmanager
def following(addresses: list[str]) -> Iterator[list[Screen]]:
    """Have a screen follow each of the addresses."""
    screens, there = [Screen(address) for address in addresses], threading.Event()

    async def run() -> None:
        readies = [asyncio.Event() for _ in screens]
        tasks = [asyncio.create_task(one.follow(ready)) for one, ready in zip(screens, readies, strict=True)]
        await asyncio.wait_for(asyncio.gather(*(ready.wait() for ready in readies)), WAIT_S)
        there.set()
        await asyncio.gather(*tasks, return_exceptions=True)

    threading.Thread(target=asyncio.run, args=(run(),), daemon=True).start()
    assert there.wait(WAIT_S), "not every screen was sent something"
    yield screens


def enter(rig: Rig, people: int, interval_s: float) -> dict[int, float]:
    """Let people enter one after the other; return when each was published, by the number of visits with them."""
    published = {}
    with _rig.client(rig, "publisher") as sender:
        for _ in range(people):
            number = len(rig.runs) + 1
            rig.runs.append(str(number))
            at = datetime.now(UTC)
            item = {"time": at.isoformat(), "period_s": 1, "in": 1, "out": 0}
            published[number] = time.time()
            topic = f"besok/v1/{SITE}/door-{number % DOORS}/flow"
            sender.publish(topic, json.dumps(item), qos=1)
            ends = at + timedelta(seconds=interval_s)
            time.sleep(max((ends - datetime.now(UTC)).total_seconds(), 0))
    return published


def drawn(page: Page) -> dict[int, float]:
    """Return when each number of visits was drawn."""
    return {int(number): at for number, at in page.evaluate("window.drawn").items() if number}


def summary(published: dict[int, float], shown: list[dict[int, float]]) -> dict[str, float]:
    """Return the quantiles of the milliseconds until each person was shown: as that number, or in a later one."""
    took = [
        1000 * (min(at for number, at in one.items() if number >= person) - then)
        for one in shown
        for person, then in published.items()
        if any(number >= person for number in one)
    ]
    missing = len(shown) * len(published) - len(took)
    return {
        "n": len(took), "never": missing, "p50": round(median(took)), "p95": round(quantiles(took, n=20)[-1]),
        "longest": round(max(took)),
    }  # fmt: skip


if __name__ == "__main__":
    main()
