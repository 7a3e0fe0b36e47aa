"""Pictures of the running demo for the README and docs: `python tests/browser/shots.py [address] [folder]`.

With Debian's `pngquant` at hand they are packed to a palette of 200 colours.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
SHOTS = (  # name, path, width, height, colours, language, and what is scrolled to
    ("now", "/now/stadsbiblioteket", 1280, 900, "light", "en-GB", ""),
    ("floor-plan", "/now/stadsbiblioteket", 1280, 900, "light", "en-GB", ".plan"),
    ("overview", "/overview", 1280, 880, "light", "en-GB", ""),
    ("wall", "/wall/stadsbiblioteket", 1600, 900, "light", "en-GB", ""),
    ("wall-upright", "/wall/stadsbiblioteket", 1080, 1920, "light", "sv-SE", ""),
    ("space", "/spaces/stadsbiblioteket/reading-room?range=7d", 1280, 900, "light", "en-GB", ""),
    ("progress", "/progress/stadsbiblioteket", 1280, 900, "light", "en-GB", ""),
    ("scenarios", "/scenarios/stadsbiblioteket", 1280, 900, "light", "en-GB", ""),
    ("sensors", "/sensors/stadsbiblioteket", 1280, 900, "light", "en-GB", ""),
    ("guide", "/admin/site/stadsbiblioteket/spaces", 1280, 900, "light", "en-GB", ""),
    ("public", "/free/stadsbiblioteket", 390, 844, "light", "sv-SE", ""),
)


def shoot(browser: Browser, address: str, folder: Path) -> None:
    """Take every picture."""
    for name, path, width, height, colours, locale, scrolled_to in SHOTS:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=colours,
            locale=locale,
            reduced_motion="reduce",
        )
        page = context.new_page()
        page.goto(address + path)
        page.wait_for_selector("h1")
        page.wait_for_load_state("networkidle" if path.startswith(("/spaces", "/progress")) else "load")
        page.wait_for_timeout(1500)  # charts draw themselves
        if scrolled_to:
            page.locator(scrolled_to).first.evaluate("node => node.scrollIntoView()")
        target = folder / f"{name}.png"
        page.screenshot(path=target)
        pack(target)
        context.close()


def pack(picture: Path) -> None:
    """Make the file small enough to be read over a slow line."""
    if shutil.which("pngquant"):
        subprocess.run(["pngquant", "--force", "--ext", ".png", "200", str(picture)], check=True)


if __name__ == "__main__":
    where = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8050"
    into = Path(sys.argv[2] if len(sys.argv) > 2 else "docs/img")
    into.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as driver:
        shoot(driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS), where, into)
