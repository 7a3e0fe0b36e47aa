"""Who may what: every route, page, callback and stream, as every role. A new one without an entry here fails."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

import httpx2
import pytest
from fastapi import Depends, FastAPI
from starlette.testclient import TestClient
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from api import errors
from api.deps import needs
from api.opendata import is_open
from api.routing import _declared
from besok.model.access import LOCAL, PUBLIC, RIGHTS, Caller, Grant, Role
from besok.model.findings import Finding
from besok.model.settings import Settings
from besok.services import access, sign_in
from besok.store import quality, sessions, sites
from besok.store.database import Database, StoreRefused
from cli.serving.web import compose
from dashboard.router import PAGES
from tests.at_work import on, serving
from tests.databases import FreshUrl
from tests.patience import ANSWER_S
from tests.routes import routes
from tests.small_sites import example_file

LIBRARY, PARK = "stadsbiblioteket", "stadsparken"

ROLES: Final = ("public", "viewer", "manager", "planner", "technician", "admin")
ALL, STAFF = set(ROLES), set(ROLES) - {"public"}
ADMIN = {"admin"}
PLANNERS = {"planner", "admin"}
WRITERS, HANDS = {"manager", "admin"}, {"technician", "admin"}
SEES_FAULTS = WRITERS | HANDS

V1, SITE = "/api/v1", "/api/v1/sites/{site}"
TABLE: Final[dict[str, set[str]]] = {
    # Public by its nature: places, opening hours, programme, what was asked for; what programs need to find their way.
    **dict.fromkeys(
        (
            f"GET {V1}/sites", f"GET {V1}/catalogue", f"GET {SITE}/portals",
            f"GET {SITE}/spaces", f"GET {SITE}/calendar", f"GET {SITE}/events",
            f"GET {SITE}/actions", f"GET {V1}/health", f"GET {SITE}/free",
            "GET /free", "GET /free/", "GET /free/privacy", "GET /free/accessibility", "GET /free/{site}",
            "GET /free/{site}/widget", "GET /free/{site}/poster.svg", "GET /free/{site}/poster.pdf",
            "GET /free/{site}/manifest.webmanifest", "GET /free/offline.html",
            *(f"{method} /free/{name}" for method in ("GET", "HEAD")
              for name in ("free.css", "free.js", "worker.js", "logo.svg", "icon-192.png", "icon-512.png")),
            f"GET {V1}/schema/native", f"GET {V1}/me",
            f"GET {V1}", "GET /api", "GET /api/", "GET /api/docs", "GET /api/openapi.json",
            "GET /api/{rest:path}", "GET /login",
            "POST /login", "POST /login/screen", "GET /login/provider", "GET /login/callback",
            "POST /login/backchannel", "POST /logout", "GET /login/invitation",
            "POST /login/invitation", "GET /_dash-layout", "GET /_dash-dependencies",
            "POST /_dash-update-component",
            "GET /_dash-component-suites/{package_name}/{fingerprinted_path:path}",
            # The page on which people count is a shell without figures: it must open when a session is over.
            "GET /count", "GET /count/", "GET /count/{site}",
            *(f"{method} /count/{name}" for method in ("GET", "HEAD")
              for name in ("count.css", "count.js", "keep.js", "rounds.js", "days.js", "worker.js", "logo.svg",
                           "inter.woff2", "colours.js", "words.json")),
        ),
        ALL,
    ),
    **dict.fromkeys(
        (
            f"GET {SITE}/live", f"GET {SITE}/live/stream", f"WS {SITE}/live/ws", "GET /live/{site}/stream",
            "GET /live/stream", "WS /live/ws",
            "WS /live/{site}/ws", f"GET {SITE}/flows", f"GET {SITE}/visits", f"GET {SITE}/occupancy",
            f"GET {SITE}/occupancy/heatmap", f"GET {SITE}/occupancy/compared", f"GET {SITE}/occupancy/next",
            f"GET {SITE}/progress", f"GET {SITE}/annual", f"GET {SITE}/council",
            f"GET {SITE}/monthly",
            f"GET {SITE}/unusual",
            f"GET {SITE}/events/effects", f"GET {SITE}/actions/effects", f"GET {SITE}/forecast",
            f"GET {SITE}/forecast/record", f"GET {SITE}/calibration", f"GET {SITE}/counts/doors",
            f"GET {SITE}/counts/{{count}}", f"PUT {SITE}/counts/{{count}}", f"GET {SITE}/findings",
            f"GET {SITE}/coverage", f"GET {SITE}/wiring", f"GET {SITE}/usage", f"GET {SITE}/usage/together",
            f"GET {V1}/devices", f"GET {SITE}/levers", f"GET {SITE}/voids", f"GET {SITE}/headcounts",
            f"GET {V1}/quarantine", f"GET {SITE}/alerts", f"GET {SITE}/announcement",
            f"GET {SITE}/maintenance", f"GET {SITE}/quarantine/decisions", f"GET {SITE}/imports",
            f"GET {SITE}/visits/sampled", f"GET {SITE}/periods", f"PUT {SITE}/counts/doors",
            f"POST {SITE}/visits/counted", f"GET {SITE}/headcounts/rooms", f"POST {SITE}/headcounts",
            f"POST {SITE}/headcounts/{{count}}/undo",
            f"GET {SITE}/plans/{{space}}/picture",
            f"GET {SITE}/scenarios", f"GET {SITE}/scenarios/{{number}}", f"GET {SITE}/scenarios/{{number}}/spaces",
            f"GET {SITE}/scenarios/{{number}}/recording",
        ),
        STAFF,
    ),
    f"POST {SITE}/actions": WRITERS,
    f"PATCH {SITE}/actions/{{action}}": WRITERS,
    f"POST {V1}/findings/{{number}}/acknowledgement": SEES_FAULTS,
    **dict.fromkeys(
        (f"POST {SITE}/imports", f"POST {SITE}/imports/preview", f"POST {SITE}/imports/{{number}}/undo",
         f"POST {SITE}/imports/{{number}}/redo"),
        WRITERS,
    ),
    **dict.fromkeys(
        (f"POST {SITE}/calendars", f"POST {SITE}/calendars/preview", f"DELETE {SITE}/calendars"), WRITERS
    ),
    f"POST {SITE}/scenarios": PLANNERS, f"DELETE {SITE}/scenarios/{{number}}": PLANNERS,
    f"POST {SITE}/scenarios/{{number}}/cancel": PLANNERS, f"POST {SITE}/scenarios/{{number}}/play": PLANNERS,
    f"POST {SITE}/scenarios/{{number}}/play/end": PLANNERS,
    f"POST {SITE}/alerts/{{number}}/acknowledge": SEES_FAULTS,
    **dict.fromkeys(
        (f"GET {SITE}/alerts/rules", f"POST {SITE}/alerts/rules", f"DELETE {SITE}/alerts/rules/{{number}}",
         f"GET {V1}/alerts/targets", f"POST {V1}/alerts/targets", f"POST {V1}/alerts/targets/{{name:path}}/test",
         f"DELETE {V1}/alerts/targets/{{name:path}}",
         f"GET {V1}/alerts/deliveries"),
        ADMIN,
    ),
    **dict.fromkeys(
        (f"POST {V1}/sites", f"POST {SITE}/parts/{{part}}/preview", f"PUT {SITE}/parts/{{part}}",
         f"DELETE {SITE}/parts/{{part}}", f"GET {V1}/site-file", f"PUT {SITE}/plans/{{space}}/picture",
         f"DELETE {SITE}/plans/{{space}}/picture"),
        ADMIN,
    ),
    f"POST {SITE}/calibration/{{number}}": SEES_FAULTS, f"POST {SITE}/calibration/{{number}}/undo": SEES_FAULTS,
    f"POST {SITE}/maintenance": SEES_FAULTS,
    f"PUT {SITE}/announcement": SEES_FAULTS, f"POST {SITE}/announcement/end": SEES_FAULTS,
    f"POST {SITE}/maintenance/{{number}}/end": SEES_FAULTS,
    f"POST {SITE}/quarantine": SEES_FAULTS,
    f"POST {SITE}/quarantine/{{number}}/undo": SEES_FAULTS,
    f"POST {SITE}/voids": SEES_FAULTS,
    f"POST {SITE}/voids/preview": SEES_FAULTS,
    f"POST {SITE}/voids/{{number}}/undo": SEES_FAULTS,
    f"GET {V1}/devices/unknown": HANDS,
    f"GET {V1}/devices/unplaced": HANDS,
    f"GET {V1}/rejected": HANDS,
    f"POST {SITE}/mappings": HANDS,
    f"POST {SITE}/mappings/preview": HANDS,
    f"GET {V1}/audit": ADMIN,
    "GET /admin/audit": ADMIN,
    "GET /admin/people": ADMIN,
    "GET /admin/people/{change}": ADMIN,
    "POST /admin/people/{change}": ADMIN,
    "WS /_dash-ws-callback": set(),
    # The pages: whoever has to sign in is led there.
    "GET /": STAFF,
    "GET /_favicon.ico": STAFF,
    "GET /_reload-hash": STAFF,
    "GET /{path:path}": STAFF,
}  # fmt: skip
CALLBACKS: Final = {"page.children": STAFF}  # by its first output


@pytest.fixture(scope="module")
def installed(fresh_url: FreshUrl) -> Iterator[tuple[Database, str]]:
    """The example's database, and the address of its web service: nothing that is asked here changes a role."""
    with fresh_url() as url, Database(url) as db:
        sites.apply(db, example_file())
        with serving(on(url)) as address:
            yield db, address


@pytest.fixture
def ask(installed: tuple[Database, str]) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=installed[1], timeout=ANSWER_S) as client:
        yield client


@pytest.fixture(scope="module")
def finding(installed: tuple[Database, str]) -> int:
    """Something that is wrong at the library."""
    now = datetime.now(UTC)
    with installed[0].transaction() as conn:
        ((site_id,),) = conn.execute("select site_id from site where slug = %s", (LIBRARY,)).fetchall()
        wrong = Finding(
            kind="silent", device="", channel="", portal="", space="", since=now, odds=0.0, evidence={}
        )
        quality.note(conn, site_id, [(None, wrong)], now)
        ((number,),) = conn.execute("select finding_id from finding").fetchall()
    return int(number)


@pytest.fixture(scope="module")
def keys(installed: tuple[Database, str]) -> dict[str, dict[str, str]]:
    """The header of each role at all sites and at the library, and of a viewer at the park; none for the public."""
    now = datetime.now(UTC)
    public = {"Authorization": "Bearer nothing"}
    found = {"public": public, "public at the library": public}
    roles: dict[str, tuple[Role, str | None]] = {
        **{role: (role, None) for role in ROLES[1:]},  # type: ignore[misc]
        **{f"{role} at the library": (role, LIBRARY) for role in ROLES[1:]},  # type: ignore[misc]
        "park": ("viewer", PARK),
    }
    for name, (role, site) in roles.items():
        key, digest = sign_in.make_key()
        grant = Grant(role=role, site=site)
        assert sessions.add_key(installed[0], name, digest, grant, "test", now, now + timedelta(days=1))
        found[name] = {"Authorization": f"Bearer {key}"}
    return found


def test_every_route_has_an_entry() -> None:
    assert set(routes(compose(Settings()))) - set(TABLE) == set(), "say in TABLE who may use it"


def test_pages_elsewhere_may_read_only_what_everybody_may() -> None:
    for entry, allowed in TABLE.items():
        method, path = entry.split(" ")
        if is_open({"type": "http", "method": method, "path": path}):
            assert allowed == ALL, entry


def test_a_route_that_names_no_right_is_for_administrators() -> None:
    server = FastAPI(dependencies=[Depends(_declared)])
    errors.install(server)
    server.add_api_route("/forgotten", lambda: "figures")
    server.add_api_route("/told", lambda: "figures", dependencies=[needs("open")])
    with TestClient(server) as client, access.acting(PUBLIC):
        assert (client.get("/told").status_code, client.get("/forgotten").status_code) == (200, 401)
        with access.acting(Caller(kind="key", grants=(Grant(role="manager"),))):
            assert client.get("/forgotten").status_code == 403
        with access.acting(LOCAL):
            assert client.get("/forgotten").status_code == 200


def test_every_role_gets_what_the_table_says_and_nothing_elsewhere(
    ask: httpx2.Client, keys: dict[str, dict[str, str]], finding: int, subtests: pytest.Subtests
) -> None:
    """Where a site is asked about, a role at the library, which is none at the park: admins may all that others may."""
    for entry, allowed in TABLE.items():
        method, path = entry.split(" ")
        bound = " at the library" if "{site}" in path else ""
        here, elsewhere = _filled(path, LIBRARY, finding), _filled(path, PARK, finding)
        with subtests.test(entry):
            if allowed == ALL:
                assert all(_reaches(ask, method, here, keys[who]) for who in ("public", "park"))
                continue
            for role in ROLES:
                assert _reaches(ask, method, here, keys[role + bound]) == (role in allowed), role
            assert not bound or not _reaches(ask, method, elsewhere, keys["admin at the library"])


def test_what_names_its_site_otherwise_asks_for_the_role_there(
    ask: httpx2.Client, keys: dict[str, dict[str, str]], finding: int
) -> None:
    for path in (f"{V1}/devices", f"{V1}/audit", "/admin/audit", "/admin/people"):
        assert not _reaches(ask, "GET", path, keys["admin at the library"]), path
    assert _reaches(ask, "GET", f"{V1}/audit?site={LIBRARY}", keys["admin at the library"])
    assert _reaches(ask, "GET", f"{SITE}/visits".replace("{site}", LIBRARY), keys["viewer"])
    other = f"{SITE}/visits?site={PARK}".replace("{site}", LIBRARY)
    # the site asked about is that of the path
    assert ask.get(other, headers=keys["park"]).status_code in (403, 422)
    compared = f"{SITE}/occupancy/compared?with={PARK}/{PARK}".replace("{site}", LIBRARY)
    assert _reaches(ask, "GET", compared, keys["viewer"])
    assert not _reaches(ask, "GET", compared, keys["admin at the library"])
    here = f"/admin/audit?site={LIBRARY}"
    shown = ask.get(here, headers=keys["admin at the library"]).text
    assert PARK not in shown and "/admin/people" not in shown
    assert here in ask.get("/login", headers=keys["admin at the library"]).text
    assert not _reaches(ask, "POST", f"{V1}/findings/{finding}/acknowledgement", keys["park"])
    assert not _opens(_socket(ask, f"/live/{'a' * 3000}/ws"), keys["park"])


ELSEWHERE: Final = (
    {"Origin": "https://evil.example"},  # as older browsers say it
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"},  # a form
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"},  # another name under the same domain
)


def test_pages_elsewhere_write_nothing_and_open_no_stream(
    ask: httpx2.Client, finding: int, subtests: pytest.Subtests
) -> None:
    """The browser is at this machine, whose administrator is signed in by itself: what a page asks would be done."""
    ours = {"Origin": str(ask.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    for entry in TABLE:
        method, path = entry.split(" ")
        if method in ("GET", "HEAD"):
            continue
        address = _filled(path, LIBRARY, finding)
        with subtests.test(entry):
            for headers in ELSEWHERE:
                assert _status(ask, method, address, headers) == 403, headers
            if TABLE[entry] and not path.startswith("/login"):  # where 403 says that the form is wrong
                assert _status(ask, method, address, ours) not in (401, 403)


def _status(client: httpx2.Client, method: str, address: str, headers: dict[str, str]) -> int:
    if method != "WS":
        body = {"json": {}} if method in ("POST", "PUT", "PATCH") else {}
        return client.request(method, address, headers=headers, **body).status_code
    try:
        with connect(
            _socket(client, address), additional_headers=headers, origin=None, open_timeout=ANSWER_S
        ) as socket:
            socket.recv(timeout=ANSWER_S)
            return 101
    except InvalidStatus as exc:
        return exc.response.status_code


def test_health_tells_the_public_nothing_of_messages(
    ask: httpx2.Client, keys: dict[str, dict[str, str]], installed: tuple[Database, str]
) -> None:
    """A device that sends as somebody passes would tell of each that passes at night."""
    with installed[0].transaction() as conn:
        conn.execute("update channel set last_received = now()")
        conn.execute(
            "insert into service (name, heard, detail) values ('collector', now(), '{\"readings\": 4711}')"
            " on conflict (name) do update set heard = excluded.heard, detail = excluded.detail"
        )
    told = ask.get(f"{V1}/health", headers=keys["admin at the library"]).json()
    assert told["rejected"] == 0 and "4711" in str(told["services"])
    public = ask.get(f"{V1}/health", headers=keys["public"]).json()
    assert public["last_received"] is None and public["rejected"] is None
    assert [service["detail"] for service in public["services"]] == [{} for _ in public["services"]] != []


def _filled(path: str, site: str, finding: int) -> str:
    values = {"{site}": site, "{count}": str(UUID(int=7)), "{action}": "none", "{number}": str(finding)}
    values |= {
        "{name}": "desk",
        "{name:path}": "desk",
        "{change}": "role",
        "{rest:path}": "none",
        "{path:path}": f"now/{site}",
        "{package_name}": "dash",
    }
    values["{fingerprinted_path:path}"] = "x"
    for name, value in values.items():
        path = path.replace(name, value)
    return path + (f"?space={site}" if path.endswith("together") else "")


def _reaches(client: httpx2.Client, method: str, address: str, key: dict[str, str]) -> bool:
    """Tell whether a caller gets past the question who it is, whatever is answered then."""
    if method == "WS":
        return _opens(_socket(client, address), key)
    if address == "/_dash-update-component":
        return True  # each callback has its own entry
    body = {"json": {}} if method in ("POST", "PUT", "PATCH") and address.startswith(V1) else {}
    with client.stream(method, address, headers={**key, "Accept": "text/html"}, **body) as answer:
        led = answer.status_code == 303 and answer.headers["location"].startswith(("/login?next=", "/free"))
        ours = address.startswith(("/login", "/logout"))  # where 403 says that nobody was signed in
        return ours or (answer.status_code not in (401, 403) and not led)


def _socket(client: httpx2.Client, path: str) -> str:
    return str(client.base_url).replace("http", "ws").rstrip("/") + path


def _opens(address: str, key: dict[str, str]) -> bool:
    try:
        with connect(address, additional_headers=key, open_timeout=ANSWER_S) as socket:
            socket.recv(timeout=ANSWER_S)
            return True
    except InvalidStatus:
        return False
    except ConnectionClosed as exc:
        assert exc.rcvd and exc.rcvd.code == 4401
        return False


def test_every_callback_shows_each_role_what_it_may_see(
    ask: httpx2.Client, keys: dict[str, dict[str, str]], subtests: pytest.Subtests
) -> None:
    """The site and the page travel in the body: they are asked about as any other."""
    callbacks = ask.get("/_dash-dependencies", headers=keys["admin"]).json()
    outputs = [entry["output"].strip(".").split("...")[0] for entry in callbacks]
    assert sorted(outputs) == sorted(CALLBACKS), "say in CALLBACKS who may use it"
    assert all(RIGHTS["viewer"] <= rights for rights in RIGHTS.values())
    for page in PAGES:
        administers = page.startswith("admin/")
        allowed = ADMIN if administers else CALLBACKS["page.children"]
        for role, site, sees in [
            *((role, LIBRARY, role in allowed) for role in (ROLES if administers else ("public", "viewer"))),
            ("park", LIBRARY, False),
            ("park", PARK, not administers),
            ("park", "", not administers),
        ]:
            with subtests.test(f"{page} {site} as {role}"):
                text = shown(ask, callbacks[0], f"/{page}/{site}".rstrip("/"), keys[role])
                assert ('"data-title"' in text and "/login" not in text.split('"navigation"')[0]) == sees, (
                    text[:500]
                )
                assert role != "park" or "tadsbiblioteket" not in text.replace(LIBRARY, "")


def shown(client: httpx2.Client, callback: dict[str, Any], pathname: str, key: dict[str, str]) -> str:
    """What the page's callback answers, the name of whose session it is apart."""
    values = {"pathname": pathname, "search": "", "n_clicks": 0}
    inputs = [{**one, "value": values[one["property"]]} for one in callback["inputs"]]
    outputs = [
        dict(zip(("id", "property"), name.rsplit(".", 1), strict=True))
        for name in callback["output"].strip(".").split("...")
    ]
    body = {
        "output": callback["output"],
        "outputs": outputs,
        "inputs": inputs,
        "changedPropIds": [],
        "state": [],
    }
    answer = client.post("/_dash-update-component", json=body, headers=key)
    assert answer.status_code == 200, answer.text
    return json.dumps(answer.json(), ensure_ascii=False)


def test_the_layout_tells_who_is_signed_in_and_no_figure(
    ask: httpx2.Client, keys: dict[str, dict[str, str]]
) -> None:
    for role in ROLES:
        text = ask.get("/_dash-layout", headers=keys[role]).text
        assert "iblioteket" not in text
        assert role == "public" or f'"{role}"' in text


def test_the_audit_cannot_be_changed(installed: tuple[Database, str]) -> None:
    for statement in ("update audit set actor = 'x'", "delete from audit", "truncate audit"):
        with pytest.raises(StoreRefused, match="only grows"), installed[0].transaction() as conn:
            assert conn.execute("select count(*) from audit").fetchone() != (0,)
            conn.execute(statement)
