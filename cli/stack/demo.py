"""The whole system in one terminal, with simulated sensors: `besok demo`."""

import http.client
import json
import sys
from collections.abc import Container, Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from besok.model import calendar, open_now
from besok.model.errors import EditedInPages, StackError
from besok.model.scenario_sandbox import simulated_world
from besok.model.site import Site, SiteFile, Text
from besok.services.health import get_health
from besok.store.database import Database
from besok.store.migrate import migrate
from besok.store.sites import apply, edit, load_all
from cli.broker import accounts
from cli.simulation import history, scenario_files
from cli.simulation.history import Gap
from cli.stack import doctor, example
from cli.stack import home as home_module
from cli.stack.conditions import PROBLEM
from cli.stack.home import Home
from cli.stack.mosquitto import Broker
from cli.stack.postgres import Cluster
from cli.stack.program import ROOT, Program
from cli.stack.supervisor import Interrupted, Supervisor
from collectors.receive.folder import Folder
from collectors.receive.metrics import ReceiverCounters
from sensors_sim import placing

NOTE = Text(sv="Demo: öppet så att det finns något att se", en="Demo: open so that there is something to see")
REMEMBERED_DAYS = 14  # days for which exceptions of earlier demos are kept
SERVICES = ("collect", "work", "serve", "receive", "run-scenarios")
REPLACED = (
    "database_url",
    "database_password",
    "mqtt_host",
    "mqtt_port",
    "mqtt_user",
    "mqtt_password",
    "mqtt_tls",
    "host",
)  # settings: it has its own
AWAITED = {"collector", "jobs"}  # by their own names; other collectors of the past do not matter


def run(sites: SiteFile, history_days: int, scenario: str, receive_folder: str) -> None:
    """Run everything, with sandboxes as a `scenario` makes them, until Ctrl-C or SIGTERM.

    Raises ScenarioError, SettingsError, and StackError if something cannot be started.
    """
    for one in doctor.servers():
        if one.state == PROBLEM:
            raise StackError(f"{one.text}: {one.advice}")
    today = calendar.business_day(datetime.now(UTC), sites.sites[0])
    sites = placing.applied(sites, scenario_files.at_work(scenario_files.find(scenario), today))
    home = home_module.find()
    with home.locked(), Supervisor(home.logs, _print) as supervisor:
        try:
            _run(home, supervisor, sites, history_days, scenario, receive_folder)
        except Interrupted:
            _print("Ending ...")
    _print("Ended; the next start finds the data.")


def _run(
    home: Home, supervisor: Supervisor, sites: SiteFile, history_days: int, scenario: str, receive_folder: str
) -> None:
    web_port, receive_port = home.web_port(), home.receive_port()  # first, to report a wrong setting at once
    if receive_folder:  # last of what may be wrong: it makes folders in it
        Folder(ROOT / receive_folder, ReceiverCounters())
    cluster, broker = home.servers()
    if home.data.is_symlink():
        _print(f"Data: {cluster.folder.parent} ({home.path} is closed to the database's own account)")
    else:
        _print(f"Data: {home.data}")
    _start_servers(supervisor, cluster, broker)
    environment = _environment(cluster, broker, web_port, receive_port)
    simulated = _applied(cluster.url(), sites)
    today = calendar.business_day(datetime.now(UTC), sites.sites[0])
    gaps: list[Gap] = []
    if simulated.sites:
        with Database(cluster.url(), pool_size=1) as db:
            example.put(db, simulated, today - timedelta(days=history_days), today, datetime.now(UTC))
        _note_last_live_day(home, cluster.url(), sites.sites[0])
        gaps = history.gaps(history.load(home.history), today, history_days)
    behind = not any(gap.live for gap in gaps)  # live days are finished before the next ones begin
    if not behind:
        _fill_history(home, supervisor, environment, gaps)
    programs = {name: _service(name, environment | _account(home, name), name) for name in SERVICES}
    for name in ("work", "run-scenarios"):  # jobs work through the whole past as it comes
        programs[name] = _yielding(programs[name])
    supervisor.add(*programs.values())
    if simulated.sites:
        history.save(home.history, replace(history.load(home.history), live_since=today, live_until=None))
        play = ("simulate", "live", *(("--scenario", scenario) if scenario else ()))
        supervisor.add(_service("simulate", environment | _account(home, "simulate"), *play))
    else:
        _print("All sites are real ones: nothing is simulated.")
    port = int(environment["BESOK_PORT"])
    supervisor.wait_for(lambda: _health(port) is not None, "The web server does not answer", 300)
    supervisor.wait_for(lambda: _at_work(_health(port)) >= AWAITED, "Not every service is heard", 300)
    pushed = f"Counters that push by HTTP: http://127.0.0.1:{environment['BESOK_RECEIVE_PORT']}/in/DEVICE"
    _print(f"\nBesök is ready: http://127.0.0.1:{port}\n{pushed}\nCtrl-C ends it.\n")
    if behind and gaps:
        _print("It shows live numbers; their past is simulated now, and pages fill as it goes.")
        _fill_history(home, supervisor, environment, gaps)
        _print("The past is complete; forecasts and effects follow within minutes.")
    supervisor.watch()


def _start_servers(supervisor: Supervisor, cluster: Cluster, broker: Broker) -> None:
    supervisor.add(cluster.program())
    supervisor.add(broker.program())
    supervisor.wait_for(cluster.ready, "The database does not answer", 120)
    supervisor.wait_for(broker.ready, "The broker does not answer", 20)
    _print(f"PostgreSQL on port {cluster.port}, Mosquitto on port {broker.port}")


def _environment(cluster: Cluster, broker: Broker, web_port: int, receive_port: int) -> dict[str, str]:
    return {
        "BESOK_DATABASE_URL": cluster.url(),
        "BESOK_DATABASE_PASSWORD": "",
        "BESOK_DATABASE_PASSWORD_FILE": "",
        "BESOK_MQTT_HOST": "127.0.0.1",
        "BESOK_MQTT_PORT": str(broker.port),
        "BESOK_MQTT_USER": "",
        "BESOK_MQTT_PASSWORD_FILE": "",
        "BESOK_MQTT_TLS": "false",
        "BESOK_HOST": "127.0.0.1",
        "BESOK_PORT": str(web_port),
        "BESOK_RECEIVE_PORT": str(receive_port),
    }


def _account(home: Home, service: str) -> dict[str, str]:
    """Return the account of a service at the broker; the collector's session has a secret name."""
    names = {
        "collect": accounts.COLLECTOR,
        "receive": accounts.RECEIVER,
        "simulate": accounts.SIMULATOR.name,
        "run-scenarios": accounts.SCENARIOS,
    }
    if service not in names:
        return {}
    environment = {f"BESOK_{key.upper()}": value for key, value in home.account(names[service]).items()}
    return environment | ({"BESOK_MQTT_CLIENT_ID": home.session()} if service == "collect" else {})


def _service(name: str, environment: dict[str, str], *arguments: str) -> Program:
    return Program(name=name, command=(sys.executable, "-m", "cli.main", *arguments), env=environment)


def _yielding(program: Program) -> Program:
    """Return the program with what is left of the processors: what people look at goes first."""
    return replace(program, command=("nice", *program.command))


def _applied(url: str, sites: SiteFile) -> SiteFile:
    """Bring the database up to date, with the sites as the demo wants them; return what is simulated: maybe nothing.

    Once one of them was edited, they stay as they are and are only opened; real sites and all others are left alone.
    """
    migrate(url)
    with Database(url, pool_size=1) as db:
        now, known = datetime.now(UTC), load_all(db)
        real = {site.id for site in known if not site.sandbox}
        shown = SiteFile(sites=tuple(site for site in sites.sites if site.id not in real))
        names = {site.id for site in shown.sites}
        try:
            if names:
                apply(db, open_for_demo(shown, known, now))
        except EditedInPages:
            edit(db, lambda stored: _reopened(stored, names, now), now=now)
        return simulated_world(load_all(db))


def _reopened(stored: SiteFile, names: Container[str], now: datetime) -> SiteFile:
    """Return the sites, with those of these names opened around `now`."""

    def reopened(site: Site) -> Site:
        own = tuple(e for e in site.opening.exceptions if e.note != NOTE)
        return _opened(replace(site, opening=replace(site.opening, exceptions=own)), site, now)

    return SiteFile(sites=tuple(reopened(site) if site.id in names else site for site in stored.sites))


def _fill_history(
    home: Home, supervisor: Supervisor, environment: dict[str, str], gaps: Iterable[Gap]
) -> None:
    """Simulate the days that are missing up to yesterday; after an interruption, the rest of them."""
    for gap in gaps:
        options = ("--first", str(gap.first), "--last", str(gap.last), "--remember", str(home.history))
        arguments = ("simulate", "backfill", *options, *(("--as-live",) if gap.live else ()))
        for _ in range(3):  # the database may be ended under it, and comes back
            if supervisor.run(_yielding(_service("backfill", environment, *arguments))) == 0:
                break
        else:
            raise StackError("The history could not be simulated; the next start goes on where it ended")


def _note_last_live_day(home: Home, url: str, site: Site) -> None:
    """Before anything is added, remember how far the live simulator came."""
    known = history.load(home.history)
    if not known.live_since or known.live_until:
        return

    with Database(url, pool_size=1) as db:
        received = get_health(db, datetime.now(UTC)).last_received
    last = calendar.business_day(received, site) if received else known.live_since
    history.save(home.history, replace(known, live_until=last))


def _health(port: int) -> dict[str, object] | None:
    """Return what the API says about the whole; None while it says nothing."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/api/v1/health")
        answer = connection.getresponse()
        return dict(json.loads(answer.read())) if answer.status == http.client.OK else None
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()


def _at_work(health: Any) -> set[str]:
    """Return the services with recent heartbeats."""
    return {service["name"] for service in (health or {}).get("services", ()) if service["ok"]}


def open_for_demo(sites: SiteFile, known: Iterable[Site], now: datetime) -> SiteFile:
    """Return the sites, opened around `now` where they are closed or about to close: people come at any hour.

    The exceptions that earlier demos made to sites in `known` are kept for a while: their visitors did come.
    """
    before = {site.id: site for site in known}
    return SiteFile(sites=tuple(_opened(site, before.get(site.id), now) for site in sites.sites))


def _opened(site: Site, before: Site | None, now: datetime) -> Site:
    today = calendar.business_day(now, site)
    remembered = {
        e.first: e
        for e in (before.opening.exceptions if before else ())
        if e.note == NOTE and today - timedelta(days=REMEMBERED_DAYS) <= e.first <= today + timedelta(days=1)
    }
    reopened = open_now.with_exceptions(site, remembered.values())
    around = open_now.exceptions_around(reopened, now, NOTE)
    return open_now.with_exceptions(site, {**remembered, **around}.values())


def _print(text: str) -> None:
    print(text, flush=True)
