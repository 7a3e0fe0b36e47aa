"""`besok demo` as a person meets it: started, its programs shot one by one, ended, and started again."""

import http.client
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import psutil
import psycopg
import pytest

from benchmarks import servers
from besok.model.calendar import business_day, day_bounds
from besok.model.site import SiteFile
from besok.store.database import Database
from besok.store.sites import load_all
from cli.simulation import history
from cli.stack import ports, program
from cli.stack.home import Home
from collectors.pipeline import decode
from sensors_sim import stream
from tests import commands
from tests.commands import Ended
from tests.patience import ANSWER_S, wait_for

SHOT = ("postgres", "mosquitto", "cli.main collect", "cli.main serve", "cli.main simulate live")
READY = re.compile(r"Besök is ready: http://127\.0\.0\.1:(\d+)")
Reading = tuple[str, str, str, datetime]  # device, channel, metric, time

STORED = """
select d.external_id, c.key, m.name, r.time, r.value
from reading r join channel c using (channel_id) join device d using (device_id) join metric m on m.code = r.metric
where r.time > %s and r.time <= %s
"""


class Demo:
    """A demo with its own folder, run as a program."""

    def __init__(self, folder: Path) -> None:
        self.home = Home(path=folder / "home")
        self.log = folder / "terminal.log"
        web, broker = ports.free(2)
        self.home.path.mkdir()
        (self.home.path / "ports.json").write_text(
            json.dumps({"mosquitto": broker})
        )  # 1883 may be another test's
        of_others = {"BESOK_DATABASE_PASSWORD": "other", "BESOK_MQTT_PASSWORD_FILE": "/nowhere"}
        self.environment = {
            **os.environ,
            **of_others,  # servers, not the demo's own
            "BESOK_HOME": str(self.home.path),
            "BESOK_PORT": str(web),
        }

    def start(self) -> None:
        self.started = datetime.now(UTC)
        with self.log.open("w") as log:
            command = [sys.executable, "-m", "cli.main", "demo", "--history-days", "2"]
            self.process = subprocess.Popen(
                command, cwd=program.ROOT, env=self.environment, stdout=log, stderr=log
            )
        self.port = int(wait_for(lambda: READY.search(self.said()) or self._ended(), 60).group(1))

    def _ended(self) -> None:
        assert self.process.poll() is None, self.said()

    def besok(self, *arguments: str) -> Ended:
        environment = {name: self.environment[name] for name in ("BESOK_HOME", "BESOK_PORT")}
        return commands.program(*arguments, **environment, COLUMNS="200")

    def said(self) -> str:
        return self.log.read_text()

    def child(self, name: str) -> psutil.Process | None:
        for child in psutil.Process(self.process.pid).children():
            try:
                command = child.cmdline()
            except psutil.Error:  # just ended
                continue
            if command and command[0] != "setpriv" and name in " ".join(command[:5]):
                return child
        return None

    def get(self, path: str) -> dict | None:
        """What the API says; None while it cannot."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return json.loads(answer.read()) if answer.status == 200 else None
        except (OSError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def end(self, how: signal.Signals) -> None:
        """End it; nothing it started may be left, and nobody may listen on its ports."""
        children = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(how)
        assert self.process.wait(ANSWER_S) == 0, self.said()
        left = [c for c in children if c.is_running() and c.status() != psutil.STATUS_ZOMBIE]
        assert not left
        assert all(ports.is_free(port) for port in self.home.known_ports().values())

    def url(self) -> str:
        return str(self.home.addresses()["database_url"].get_secret_value())


@pytest.fixture
def demo() -> Iterator[Demo]:
    with servers.folder("besok-demo-") as folder:
        demo = Demo(folder)
        demo.start()
        try:
            yield demo
        finally:
            demo.process.send_signal(signal.SIGTERM)
            demo.process.wait(ANSWER_S)


def sent(sites: SiteFile, start: datetime, until: datetime) -> dict[Reading, float]:
    """What the live simulator has sent in a time."""
    lots = stream.messages(sites, start, until)
    readings = (incoming.reading for lot in lots for incoming in decode(lot).readings)
    return {(r.device, r.channel, r.metric, r.time): r.value for r in readings if start < r.time <= until}


def stored(url: str, readings: dict[Reading, float]) -> dict[Reading, float]:
    times = [time for *_, time in readings]
    with psycopg.connect(url) as conn:
        rows = conn.execute(STORED, (min(times) - timedelta(seconds=1), max(times))).fetchall()
    return {(device, channel, metric, time): value for device, channel, metric, time, value in rows}


def test_whatever_is_shot_comes_back_and_nothing_is_lost(demo):
    second = demo.besok("demo")
    assert second.status == 1
    assert f"already running in {demo.home.path}" in second.stderr
    listed = demo.besok("device", "list")  # without being told where
    assert "stadsbiblioteket/count-cafe-door" in listed.stdout, listed.stderr

    made = demo.besok("receive", "token", "add", "cafe-door")
    token, port = made.stdout.split()[0], demo.home.known_ports()["receive"]
    assert f"http://127.0.0.1:{port}/in/cafe-door" in made.stdout
    headers = {"Authorization": f"Bearer {token}"}
    wait_for(lambda: httpx2.post(f"http://127.0.0.1:{port}/in/cafe-door", headers=headers).status_code == 200)

    for name in SHOT:
        child = wait_for(lambda name=name: demo.child(name))
        child.kill()
        wait_for(lambda name=name, old=child.pid: (new := demo.child(name)) and new.pid != old)
    assert demo.said().count("was ended by SIGKILL; starting it again") == len(SHOT)

    now = datetime.now(UTC)
    wait_for(lambda: (health := demo.get("/api/v1/health")) and health["ok"], 40)
    wait_for(lambda: datetime.fromisoformat(demo.get("/api/v1/health")["last_received"]) > now, 40)
    with Database(demo.url(), pool_size=1) as db:
        sites = SiteFile(sites=load_all(db))
    # The simulator begins with the business day in which it was started; of a day that has just begun there are few
    begin, until = (
        day_bounds(business_day(demo.started, sites.sites[0]), sites.sites[0])[0],
        now - timedelta(seconds=10),
    )
    expected = sent(sites, begin, until)
    assert len(expected) > min(100, (until - begin).total_seconds() / 5)
    wait_for(lambda: expected.items() <= stored(demo.url(), expected).items(), 40)

    # Its past is simulated behind the live numbers: ended before that, the next start goes on with it.
    wait_for(lambda: history.load(demo.home.history).done_until)
    over = (now - timedelta(days=2)).date()  # whatever the hour and the zone
    visits = f"/api/v1/sites/stadsparken/visits?from={over}&to={over}&step=day"
    before = demo.get(visits)
    assert before
    demo.end(signal.SIGINT)

    demo.start()
    assert "Simulating history" not in demo.said()
    assert demo.get(visits) == before
    demo.end(signal.SIGTERM)
