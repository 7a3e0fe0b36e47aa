"""Live figures while others ask too much: how soon `/live` answers, and what the services' memory does.

    python -m benchmarks.hostile [--clients N] [--seconds N]

A private database holds a year of a house with 40 doors. First `--clients` loop a year of `usage`, each on connections
of its own; then there are 300 half-open connections, 1,000 fingerprints of assets that do not exist, and a message of
4 MB, to the web service and to the broker, at once with them. All come from one address, as from behind one proxy. The
last line is JSON.
"""

import argparse
import contextlib
import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from statistics import median, quantiles

import psutil
import psycopg

from benchmarks import _history, _rig
from benchmarks._rig import Rig
from cli.stack import ports, program

V1 = "/api/v1/sites/house"
LIVE = f"{V1}/live"
YEAR = f"{V1}/usage?from=2025-11-01&to=2026-10-31"
LARGE = 4_000_000
BETWEEN_S = 0.02  # two questions of the one that is measured
FLOWS = """
insert into flow_bucket (channel_id, bucket, people_in, people_out, covered_s, imputed)
select c.channel_id, t, 1 + (extract(epoch from t)::bigint / 900 + c.channel_id) % 5, 2, 900, 0
from generate_series('2025-10-31'::timestamptz, '2026-11-02', interval '15 minutes') t
cross join channel c join device d using (device_id) where d.external_id like 'house/door-%'
order by c.channel_id, t on conflict do nothing
"""
PEOPLE = """
insert into occupancy_bucket (space_id, bucket, people, lower, upper, peak, peak_lower, peak_upper, basis)
select s.space_id, t, n, n * 0.9, n * 1.1, n * 1.2, n, n * 1.3, 'doors'
from generate_series('2025-10-31'::timestamptz, '2026-11-02', interval '15 minutes') t
cross join space s cross join lateral (select 20 + extract(epoch from t)::bigint / 900 % 60 as n) one
on conflict do nothing
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=24)
    parser.add_argument("--seconds", type=float, default=20)
    args = parser.parse_args()
    with _rig.rig() as rig:
        fill(rig)
        port = ports.free()[0]
        with (
            service(rig.url, "serve", port) as web,
            service(rig.url, "collect", port, rig.port) as collector,
        ):
            figures = measured(args, rig, port, web, collector)
    print(json.dumps(figures))


def fill(rig: Rig) -> None:
    """Store the year."""
    with psycopg.connect(rig.url, autocommit=True) as conn:
        conn.execute(_history.REGISTER, (_rig.DOORS - 1,))
        conn.execute(FLOWS)
        conn.execute(PEOPLE)
        conn.execute("vacuum analyze")


@contextlib.contextmanager
def service(url: str, name: str, port: int, mqtt_port: int = 1883) -> Iterator[psutil.Process]:
    """Run a service of its own on a database; the web service is waited for."""
    env = {**os.environ, "BESOK_DATABASE_URL": url, "BESOK_PORT": str(port), "BESOK_MQTT_PORT": str(mqtt_port),
           "BESOK_LOG_LEVEL": "ERROR"}  # fmt: skip
    with subprocess.Popen([sys.executable, "-m", "cli.main", name], env=env, cwd=program.ROOT) as process:
        try:
            while name == "serve" and not ports.answers(port):
                time.sleep(0.1)
            yield psutil.Process(process.pid)
        finally:
            process.terminate()


def measured(
    args: argparse.Namespace, rig: Rig, port: int, web: psutil.Process, collector: psutil.Process
) -> dict[str, object]:
    """Let the attacks run one after the other, and tell how the live figures did."""
    for path in (LIVE, YEAR):
        print(f"alone: {path} {ask(port, path)[0]}")
    figures: dict[str, object] = {"alone": probe(port, 2.0, web)}
    with looping(port, args.clients) as others:
        figures["usage"] = probe(port, args.seconds, web) | {"others": dict(others)}
    print(figures["usage"])
    with looping(port, args.clients) as others, half_open(port, 300):
        at_once = [
            threading.Thread(target=work) for work in (lambda: fingerprints(port), lambda: large(port, rig))
        ]
        for thread in at_once:
            thread.start()
        figures["all"] = probe(port, args.seconds, web) | {"others": dict(others)}
        for thread in at_once:
            thread.join()
    figures["collector_mb"] = megabytes(collector)
    print(figures["all"])
    return figures


def probe(port: int, seconds: float, web: psutil.Process) -> dict[str, object]:
    """Ask for the live figures again and again; seconds until they came, every status, memory before and after."""
    took, statuses, before = [], Counter[int](), megabytes(web)
    ends = time.perf_counter() + seconds
    while (began := time.perf_counter()) < ends:
        statuses[ask(port, LIVE)[0]] += 1
        took.append(time.perf_counter() - began)
        time.sleep(BETWEEN_S)
    return {
        "answers": len(took), "median_s": round(median(took), 4), "p95_s": round(quantiles(took, n=20)[-1], 4),
        "longest_s": round(max(took), 4), "statuses": dict(statuses), "mb": [before, megabytes(web)],
    }  # fmt: skip


def ask(port: int, path: str, method: str = "GET", body: bytes | None = None) -> tuple[int, bytes]:
    """Ask on a connection of its own."""
    connection = http.client.HTTPConnection(ports.HOST, port, timeout=120)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


@contextlib.contextmanager
def looping(port: int, clients: int) -> Iterator[Counter[int]]:
    """Have so many ask for a year of usage, again at once; gives how they were answered."""
    statuses, stop = Counter[int](), threading.Event()

    def work() -> None:
        while not stop.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException):
                statuses[ask(port, YEAR)[0]] += 1

    threads = [threading.Thread(target=work) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        stop.set()
        for thread in threads:
            thread.join()


@contextlib.contextmanager
def half_open(port: int, count: int) -> Iterator[None]:
    """Hold connections that never end their request."""
    with contextlib.ExitStack() as opened:
        for _ in range(count):
            sock = opened.enter_context(socket.create_connection((ports.HOST, port)))
            sock.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Half")
        yield


def fingerprints(port: int) -> None:
    """Ask for a thousand versions of one file that never were."""
    for n in range(1_000):
        ask(port, f"/assets/besok.css?m={n}.5")


def large(port: int, rig: Rig) -> None:
    """Send 4 MB to the web service and to the broker."""
    with contextlib.suppress(OSError):  # it may close before all has come
        ask(port, f"{V1}/actions", "POST", b'{"who": "' + b"x" * LARGE + b'"}')
    with _rig.client(rig, "hostile") as sender:
        sender.publish("house/large", b'{"a": [' + b"1," * (LARGE // 2) + b"1]}", qos=1).wait_for_publish(60)


def megabytes(process: psutil.Process) -> int:
    """Memory that a process holds."""
    return round(process.memory_info().rss / 1_000_000)


if __name__ == "__main__":
    main()
