"""Every screen: which page, in which state of what it shows, language, colours and size; and a sample of them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from fcntl import LOCK_EX, flock
from functools import partial
from itertools import combinations, groupby, product
from operator import itemgetter
from pathlib import Path
from typing import Final, NamedTuple
from unittest.mock import patch

from fastapi import FastAPI
from playwright.sync_api import Browser, Page, expect

from api import app
from api.sign_in import admin
from api.sign_in import routes as sign_in_routes
from besok.model.access import Grant
from besok.model.settings import Settings
from besok.model.sitefile import parse
from besok.services import sign_in
from besok.store import sessions, sites
from besok.store.database import Database
from besok.text.languages import PUBLIC_LANGUAGES
from cli.backup.database import restore, save
from cli.serving import web
from cli.stack import ports
from dashboard import counting, public, router
from dashboard.pages import progress, site
from tests.at_work import on, serving
from tests.databases import FreshUrl
from tests.golden.golden_site import NOW, SITE_FILE, TODAY, build
from tests.routes import routes

HERE, ELSEWHERE = "lib", "park"  # the site of the screens, and another one
SIZES: Final = {"phone": (390, 844), "desk": (1280, 900), "wide": (1920, 1080), "upright": (1080, 1920)}
COLOURS: Final = ("light", "dark")
LANGUAGES: Final = ("sv", "en")
BELOW: Final[Mapping[str, Iterable[str]]] = {  # what is looked at below a site, by page
    "spaces": ("reading",), "doors": ("main",), "progress": progress.TABS, "admin/site": [*site.STEPS][1:],
}  # fmt: skip
CHOICES: Final = (  # of pages that show something else by their query
    f"/spaces/{HERE}/hall?with=reading&range=7d",
    f"/wall/{HERE}?show=progress",
)
LEADS_ON: Final = ("/free", "/count", "/login/provider", "/login/callback", "/admin/audit.csv")
LIVE: Final = ("/overview", f"/now/{HERE}", f"/wall/{HERE}")
FREE: Final = f"/free/{HERE}"
LATER: Final = timedelta(minutes=50)  # by which all sensors are offline
# Pages that lead to each other; a wall is opened alone.
OF_APP: Final = ("/overview", *(f"/{page}/{HERE}" for page in router.PAGES if page != "wall"))
FOLLOW: Final = """path => {
  document.title = "Besök";  // until the page has its own
  document.getElementById("redraw").removeAttribute("disabled");
  history.pushState({}, "", path);
  dispatchEvent(new PopStateEvent("popstate"));
}"""
# A page that tries again by itself stays as it is: its timer looks for the very element that started it.
NO_RETRY: Final = """stop();
document.querySelectorAll('[data-retry]').forEach((one) => one.replaceWith(one.cloneNode(true)))"""
STILL: Final = (
    "document.getElementById('redraw')?.setAttribute('disabled', '')"  # what draws a page again presses it
)
UNHEARD: Final = timedelta(seconds=30)  # by which a connection that says nothing is lost


class Screen(NamedTuple):
    """A page as somebody sees it."""

    path: str
    state: str
    language: str
    colours: str
    size: str

    def __str__(self) -> str:
        return " ".join(self)


def pages() -> list[str]:
    """Return the address of every page, taken from the routes."""
    of_site = [f"/{page}/{HERE}" for page in router.PAGES if page != "overview"]
    below = [f"/{page}/{HERE}/{part}" for page in router.BELOW for part in BELOW[page] if part]
    plain = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    counting.install(plain)
    public.install(plain, Settings())
    plain.include_router(sign_in_routes.router)
    plain.include_router(admin.router)
    paths = [
        address.partition(" ")[2].format(site=HERE)
        for address in routes(plain)
        if address.startswith("GET") and "{" not in address.replace("{site}", "")
    ]
    others = [path for path in paths if "." not in path and path.rstrip("/") not in LEADS_ON]
    return list(
        dict.fromkeys(["/overview", *of_site, *below, *CHOICES, "/admin/site", "/no/such/page", *others])
    )


def states(path: str) -> Iterator[str]:
    """Yield the states that a page has."""
    yield "full"
    if path.startswith((*LIVE, FREE)) and "?" not in path:
        yield from ("stale", "lost")
    if HERE in path.split("/")[-2:] or path == "/overview":
        yield "new"
    if path in (f"/now/{HERE}", f"/progress/{HERE}", f"/admin/site/{HERE}/doors"):
        yield "forbidden"
    if path in (f"/now/{HERE}", f"/wall/{HERE}", FREE):
        yield "down"
    if path in ("/overview", "/admin/site", "/login"):
        yield "empty"


def screens() -> list[Screen]:
    """Return every screen, by page."""
    return [
        Screen(path, state, language, colours, size)
        for path in pages()
        for state in states(path)
        for language, colours, size in product(
            PUBLIC_LANGUAGES if path.startswith("/free") and state != "down" else LANGUAGES,
            COLOURS,
            ("wide", "upright") if path.startswith("/wall") else ("phone", "desk"),
        )
    ]


def pairwise(every: Sequence[Screen]) -> list[Screen]:
    """Return a few in which each two values occur together that do so in any: the one with most new pairs, again and
    again.
    """
    left = {screen: set(combinations(enumerate(screen), 2)) for screen in every}
    chosen = []
    while left:
        best = max(left, key=lambda screen: len(left[screen]))
        chosen.append(best)
        known = left.pop(best)
        left = {screen: new for screen, pairs in left.items() if (new := pairs - known)}
    return chosen


class Installations:
    """Web services of the site of the goldens, each in another state, started when they are first asked for.

    Their clocks stand still, so that they show the same each time.
    """

    def __init__(self, stack: ExitStack, fresh_url: FreshUrl, of_run: Path) -> None:
        self._stack, self._fresh_url, self._of_run = stack, fresh_url, of_run
        self._urls: dict[str, str] = {}
        self._addresses: dict[str, str] = {}
        self.key = ""

    def address(self, state: str) -> str:
        """Return where the pages in a state are."""
        service = {"lost": "full", "forbidden": "full"}.get(state, state)
        if service not in self._addresses:
            self._addresses[service] = self._stack.enter_context(self._serving(service))
        return self._addresses[service]

    @contextmanager
    def _serving(self, service: str) -> Iterator[str]:
        settings = on(self._database({"stale": "full"}.get(service, service)))
        time = NOW + LATER if service == "stale" else NOW
        with ExitStack() as running:
            with (  # until it runs: other tests start services with clocks that go on
                patch.object(app, "WAIT_S", 0.1 if service == "down" else app.WAIT_S),
                patch.object(web, "create_app", partial(app.create_app, clock=lambda: time)),
            ):
                address = running.enter_context(serving(settings))
            yield address

    def _database(self, filled: str) -> str:
        if filled == "down":
            return f"postgresql://besok@127.0.0.1:{ports.free()[0]}/besok"
        if filled not in self._urls:
            self._urls[filled] = url = self._stack.enter_context(self._fresh_url(empty=filled == "full"))
            if filled == "full":
                restore(url, self._built())
                self._admit(url)
            elif filled == "new":
                with Database(url) as db:
                    sites.apply(db, parse(SITE_FILE.read_text("utf-8")))
        return self._urls[filled]

    def _built(self) -> Path:
        """Return a backup of the full site: the first process of a run that asks makes it, others wait for it."""
        backup = self._of_run.with_suffix(".backup")
        with self._of_run.with_suffix(".lock").open("w") as lock:
            flock(lock, LOCK_EX)
            if not backup.exists():
                with self._fresh_url() as url:
                    build(url, TODAY - timedelta(days=15))
                    save(url, backup)
        return backup

    def _admit(self, url: str) -> None:
        """Make a key for the other site alone."""
        self.key, digest = sign_in.make_key()
        with Database(url) as db:
            grant = Grant(role="viewer", site=ELSEWHERE)
            assert sessions.add_key(db, "elsewhere", digest, grant, "Kim", NOW, NOW + timedelta(days=1))


def shown(
    wanted: Iterable[Screen], browser: Browser, at: Installations
) -> Iterator[tuple[Screen, Page, list[str]]]:
    """Open screens and wait until each is drawn; gives it with its page and what that complains of in the console.

    Those of a state and a language share a tab, in which one page leads to the next as a link does: what a browser
    does to load a page costs more than to look at it.
    """
    complaints = list[str]()
    for (state, language), some in groupby(sorted(wanted, key=itemgetter(1, 2)), itemgetter(1, 2)):
        address = at.address(state)
        with browser.new_context(
            locale={"sv": "sv-SE", "en": "en-GB", "ar": "ar"}[language],
            timezone_id="Europe/Stockholm",
            service_workers="block",
            bypass_csp=True,
            extra_http_headers={"Authorization": f"Bearer {at.key}"} if state == "forbidden" else {},
        ) as context:
            page = context.new_page()
            page.on("pageerror", lambda error: complaints.append(str(error)))
            for screen in some:
                complaints.clear()
                _show(page, address, screen)
                yield screen, page, complaints


def _show(page: Page, address: str, screen: Screen) -> None:
    width, height = SIZES[screen.size]
    page.set_viewport_size({"width": width, "height": height})
    page.emulate_media(color_scheme=screen.colours, reduced_motion="reduce")  # type: ignore[arg-type]
    page.context.set_offline(False)
    page.clock.set_fixed_time(NOW + LATER if screen.state == "stale" else NOW)
    alone = screen.state in ("lost", "down") or not screen.path.startswith(OF_APP)
    before = page.url.removeprefix(address)
    if alone or before == screen.path or not before.startswith(OF_APP):
        page.goto(address + screen.path)
    else:
        follow(page, screen.path)
    settle(page)
    if screen.state == "lost":
        page.context.set_offline(True)
        page.clock.set_fixed_time(NOW + UNHEARD)
        expect(
            page.locator(".lost:not(:empty), #pill[data-state=lost], #offline:visible").first
        ).to_be_attached()
    if screen.state == "down":
        page.evaluate(NO_RETRY)


def follow(page: Page, path: str) -> None:
    """Lead to another page of the app, as a link does."""
    page.evaluate(FOLLOW, path)
    expect(page.locator("#page")).to_have_attribute("data-drawn", re.compile(rf"\d+ {re.escape(path)}"))


def settle(page: Page) -> None:
    """Wait until all of a page is there; from then on it is not drawn again, which would be between two looks at it."""
    expect(page.locator("h1:visible").first).to_be_attached()
    expect(page).not_to_have_title("Besök")
    expect(page.locator("#page .waiting")).to_have_count(0)  # the rest of it is asked for by drawing it again
    page.evaluate(STILL)
    expect(page.locator("[data-dash-is-loading], .waiting, [aria-busy=true]")).to_have_count(0)
    expect(page.locator(".dash-graph:not(:has(.main-svg))")).to_have_count(0)
    expect(page.locator("[data-connection=connecting]")).to_have_count(0)
    page.evaluate("document.fonts.ready.then(() => null)")
