"""The private servers: what they are set to and how they end."""

import shutil
import socket
import subprocess
import sys
from pathlib import Path

import paho.mqtt.client as paho
import psutil
import psycopg
import pytest
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from psycopg.conninfo import make_conninfo
from pydantic import SecretStr

from besok.model.settings import Settings
from besok.store.migrate import migrate
from cli.stack import doctor, ports, program
from cli.stack.mosquitto import Broker
from cli.stack.postgres import Cluster
from tests.patience import Patience, wait_for
from tests.torture import rabbitmq
from tests.torture.house import Server, small_disk


def test_the_database_has_timescaledb_and_wants_the_password(database_url, cluster):
    with psycopg.connect(database_url) as conn:
        conn.execute("CREATE EXTENSION IF NOT EXISTS timescaledb")
        assert conn.execute("SHOW listen_addresses").fetchone() == ("127.0.0.1",)
        assert conn.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (
            False,
        )
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(make_conninfo(database_url, password="guess"))
    assert (cluster.folder / "password").stat().st_mode & 0o777 == 0o600


def test_the_doctor_names_a_full_disk_of_the_database(folder):
    with small_disk(folder / "disk") as disk:
        if disk is None:
            pytest.skip("no small disk can be mounted here")
        cluster = Cluster(
            folder=disk.folder / "db", port=ports.free()[0], user=program.unprivileged("postgres")
        )
        cluster.folder.mkdir(mode=0o755)
        server = Server(cluster.program(), cluster.ready, folder / "log")
        server.start()
        try:
            migrate(cluster.url())
            settings = Settings(database_url=SecretStr(cluster.url()))
            full = "The disk of the database is full"
            assert not any(full in finding.text for finding in doctor._database(settings))
            disk.fill()
            assert any(full in finding.text for finding in doctor._database(settings))
            disk.free()
            assert not any(full in finding.text for finding in doctor._database(settings))
        finally:
            server.stop()


def test_servers_end_when_whoever_started_them_is_killed():
    script = (
        "import signal\nfrom benchmarks import servers\n"
        "with servers.cluster() as c, servers.broker() as m:\n"
        "    print(c.folder, m.folder, c.port, m.port, flush=True)\n    signal.pause()\n"
    )
    command = [sys.executable, "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=program.ROOT) as starter:
        told = starter.stdout.readline().split()
        folders, taken = [Path(folder) for folder in told[:2]], [int(port) for port in told[2:]]
        starter.kill()
    servers = [
        Cluster(folder=folders[0], port=taken[0]).program(),
        Broker(folder=folders[1], port=taken[1]).program(),
    ]
    wait_for(lambda: not any(program.leftovers(server) for server in servers))
    assert all(ports.is_free(port) for port in taken)
    for folder in folders:
        shutil.rmtree(folder)


def delivered_and_left(port):
    """What is delivered to a client that has a lasting session, publishes if it is new, and leaves without a word."""
    came = []
    lasting = Properties(PacketTypes.CONNECT)
    lasting.SessionExpiryInterval = 600
    client = paho.Client(
        CallbackAPIVersion.VERSION2, "leaver", protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True
    )
    client.on_connect = lambda c, u, flags, code, properties: flags.session_present or c.subscribe("t", 1)
    client.on_subscribe = lambda *args: client.publish("t", b"kept", qos=1)
    client.on_message = lambda c, u, message: came.append(message.payload)
    client.connect(ports.HOST, port, clean_start=False, properties=lasting)
    patience = Patience(30)
    while not came and not patience.is_over():
        client.loop(0.05)
    client.socket().shutdown(socket.SHUT_RDWR)
    return came[0] if came else None


@pytest.mark.slow
@pytest.mark.skipif(not rabbitmq.installed(), reason="needs RabbitMQ: deploy/setup torture")
def test_rabbitmq_listens_on_loopback_alone_and_ends_with_whoever_started_it():
    """The port mapper of Erlang, which it needs, serves the whole machine and stays, unless told not to. A message that
    was delivered 20 times and not acknowledged would be thrown away, unless it is told not to do that either."""
    script = (
        "import sys, signal\nfrom tests.torture import rabbitmq\n"
        "with rabbitmq.temporary(*map(int, sys.argv[1:])) as broker:\n"
        "    print(broker.folder, flush=True)\n    signal.pause()\n"
    )
    taken = ports.free(3)
    command = [sys.executable, "-c", script, *map(str, taken)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=program.ROOT) as starter:
        folder = Path(starter.stdout.readline().strip())
        try:
            listening = {
                c.laddr
                for c in psutil.net_connections("tcp")
                if c.status == "LISTEN" and c.laddr.port in taken
            }
            assert {address.port for address in listening} == set(taken)
            assert {address.ip for address in listening} <= {"127.0.0.1", "::1"}
            assert [delivered_and_left(taken[0]) for _ in range(23)][-1] == b"kept"
        finally:
            starter.kill()
    wait_for(lambda: all(ports.is_free(port) for port in taken))
    shutil.rmtree(folder)
