"""A branch whose Mosquitto bridges to the main broker, as in `deploy/ha/`: its line is cut, then it is killed."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from besok.model.broker import leave
from cli.stack import mosquitto, ports, program
from tests.ha.machines import FILES
from tests.ha.result import Result
from tests.patience import wait_for
from tests.torture.house import Server, broker_of
from tests.torture.proxy import Proxy
from tests.torture.run import Say
from tests.torture.sender import Sender
from tests.torture.world import Kind, Letter

TOPIC = "besok/v1/branch/door/flow"
RATE = 200  # messages a second
PORTION = 1000  # messages sent before the next thing fails
UNSAVED_S = 3  # Mosquitto writes its queue down every second, and looks at a clock of whole seconds


class Listener:
    """Keeps what the main broker has of the branch, by a session that lasts."""

    def __init__(self, port: int) -> None:
        self.came: list[int] = []
        self.there = threading.Event()
        lasting = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        lasting.SessionExpiryInterval = 3600
        self.client = paho.Client(
            CallbackAPIVersion.VERSION2, "listener", protocol=MQTTProtocolVersion.MQTTv5
        )
        self.client.on_connect = self._subscribe
        self.client.on_subscribe = lambda *_: self.there.set()
        self.client.on_message = lambda _client, _data, message: self.came.append(int(message.payload))
        self.client.connect(ports.HOST, port, clean_start=False, properties=lasting)
        self.client.loop_start()

    def _subscribe(self, *_: object) -> None:
        self.client.subscribe(TOPIC, 1)

    def close(self) -> None:
        """Leave."""
        leave(self.client)


def run(folder: Path, kind: str, say: Say, result: Result) -> None:
    """Bridge to a main broker of this kind while the line is cut and the branch is killed. From the main thread."""
    folder = folder / kind
    folder.mkdir(mode=0o755)
    over = threading.Event()
    with ExitStack() as cleanup:
        main, port = broker_of(folder, kind)
        cleanup.callback(main.stop)
        main.start()
        line = Proxy(port)
        cleanup.callback(line.close)
        listener = Listener(port)
        cleanup.callback(listener.close)
        listener.there.wait(60)
        branch, branch_port = _branch(folder / "branch", line.port)
        cleanup.callback(branch.stop)
        branch.start()
        sender = Sender(branch_port, _letters(over), RATE)
        cleanup.callback(sender.join)
        cleanup.callback(over.set)
        sender.start()
        _await_more(sender)
        wait_for(lambda: listener.came, 60)

        line.vanish()
        _await_more(sender)
        before = len(sender.letters)
        line.come_back(forgetful=True)
        wait_for(lambda: max(listener.came) > before, 120, lambda: len(listener.came))

        line.vanish()
        _await_more(sender)
        killed = time.monotonic()
        branch.kill()
        branch.start()
        line.come_back(forgetful=True)
        _await_more(sender)
        over.set()
        sender.join()
        last = sender.letters[-1].number
        wait_for(lambda: last in listener.came, 120, lambda: len(listener.came))
    came = set(listener.came)
    lost = [letter for letter in sender.letters if letter.safe and letter.number not in came]
    ages = [killed - letter.acked for letter in lost if letter.acked and letter.number > before]
    say(f"a branch has sent to {kind}")
    span = f", the oldest acknowledged {max(ages):.1f} s before it" if ages else ""
    number = sum(letter.safe for letter in sender.letters)
    result.expect(
        f"branch to {kind}: {number} messages acknowledged, {len(lost) - len(ages)} lost by a cut line, {len(ages)}"
        f" by a kill of the branch's broker while it was cut{span};"
        f" {len(listener.came) - len(came)} came twice",
        holds=len(ages) == len(lost) and max(ages, default=0) <= UNSAVED_S,
    )


def _branch(folder: Path, main_port: int) -> tuple[Server, int]:
    """The branch's broker, its bridge leading to `main_port`."""
    (port,) = ports.free()
    bridge = (FILES / "bridge.conf").read_text().replace("broker.example.se:1883", f"127.0.0.1:{main_port}")
    for line in ("remote_username branch\n", "remote_password PASSWORD\n"):  # the test's brokers ask for none
        bridge = bridge.replace(line, "")
    conf = folder / "mosquitto.conf"
    user = program.unprivileged("mosquitto", "postgres")
    broker = mosquitto.Broker(folder=folder, port=port, user=user)
    made = broker.program()

    def prepare() -> None:
        broker.prepare()
        around = f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence_location {folder}/\nlog_dest stderr"
        conf.write_text(f"{around}\n{bridge}")

    what = program.Program(name="branch", command=made.command, user=user, folder=folder, prepare=prepare)
    return Server(what, broker.ready, folder.with_suffix(".log")), port


def _letters(over: threading.Event) -> Iterator[Letter]:
    for number in count(1):
        if over.is_set():
            return
        yield Letter(number=number, kind=Kind.NUMBERED, topic=TOPIC, payload=f"{number}".encode(), facts=())


def _await_more(sender: Sender) -> None:
    """Wait until a portion more is sent and acknowledged."""
    wanted = sum(letter.safe for letter in list(sender.letters)) + PORTION
    wait_for(
        lambda: sum(letter.safe for letter in list(sender.letters)) >= wanted,
        120,
        lambda: len(sender.letters),
    )
