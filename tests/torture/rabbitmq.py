"""A private RabbitMQ 4 with quorum queues, in a folder of its own, on the loopback address.

For who needs more than Mosquitto gives: what it has acknowledged is on disk, also when it is killed a moment later.
"""

import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.servers import wait_until
from besok.model.errors import StackError
from cli.stack import ports, program
from cli.stack.program import Program

SERVER = Path(
    "/usr/lib/rabbitmq/bin/rabbitmq-server"
)  # Debian's own in /usr/sbin insists on the system's folders
CTL = SERVER.with_name("rabbitmqctl")
PACKAGE = "rabbitmq-server"
START_S = 60  # an Erlang system takes its time

# A collector's session becomes a quorum queue: written to disk (and with three nodes, to two of them) before the sender
# hears that its message is safe. The session lives as long as BESOK_MQTT_SESSION_S asks, a week, and as many messages
# may be on their way at once as the collector says (Receive Maximum).
CONF = """\
# Written at each start by `besok`; changes here are lost.
listeners.tcp = none
mqtt.listeners.tcp.default = 127.0.0.1:{port}
mqtt.tcp_listen_options.nodelay = true

mqtt.durable_queue_type = quorum
mqtt.prefetch = 65535
mqtt.max_session_expiry_interval_seconds = 2592000
mqtt.max_packet_size_authenticated = 4194304

# A message that was delivered 20 times and not acknowledged would be thrown away: a collector that comes and goes while
# the database is down gets there in minutes.
default_policies.operator.besok.vhost_pattern = .*
default_policies.operator.besok.queue_pattern = ^mqtt-subscription-
default_policies.operator.besok.delivery_limit = 2000000000

{access}

log.console = true
log.console.level = warning
log.file = false
"""

# Nobody but this machine reaches the port, so no password is asked for.
OPEN = """\
mqtt.allow_anonymous = true
anonymous_login_user = guest
anonymous_login_pass = guest
loopback_users.guest = true
"""

# The port mapper of Erlang would outlive the server and serve the whole machine: ours is a child of the server and ends
# with it. `exec` all along, so that the process we started is the one to be signalled.
RUN = """\
setpriv --pdeathsig KILL -- epmd -port "$ERL_EPMD_PORT" -address 127.0.0.1 &
exec "$0" -noinput
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """A broker in `folder`, listening on `port`; its node needs two ports more, for the node and its port mapper."""

    folder: Path
    port: int
    node_port: int
    mapper_port: int
    user: str = ""  # the account it runs as; ours if empty
    access: str = OPEN  # who may connect, as lines of its configuration

    def program(self) -> Program:
        """The server, to be started and watched."""
        return Program(
            name="rabbitmq",
            command=("/bin/sh", "-c", RUN, str(SERVER)),
            user=self.user,
            patience_s=30,
            env=self._env(),
            folder=self.folder,
            prepare=self.prepare,
        )

    def ready(self) -> bool:
        """Whether it takes connections."""
        return ports.answers(self.port)

    def prepare(self) -> None:
        """Write its configuration."""
        if not SERVER.exists():
            raise StackError(f"RabbitMQ is not installed: on Debian 13, `apt-get install {PACKAGE}`")
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "rabbitmq.conf").write_text(CONF.format(port=self.port, access=self.access))
        (self.folder / "plugins").write_text("[rabbitmq_mqtt].\n")
        self._make_cookie()
        if self.user:
            shutil.chown(self.folder, self.user)
            shutil.chown(self.folder / ".erlang.cookie", self.user)

    def _make_cookie(self) -> None:
        """The secret by which Erlang nodes know each other; only the server's account may read it."""
        cookie = self.folder / ".erlang.cookie"
        if not cookie.exists():
            cookie.touch(mode=0o600)
            cookie.write_text(secrets.token_hex(20))
            cookie.chmod(0o400)

    def _env(self) -> dict[str, str]:
        folder = str(self.folder)
        return {
            "HOME": folder,
            "RABBITMQ_NODENAME": f"besok-{self.port}@localhost",
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": f"{folder}/rabbitmq.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "RABBITMQ_MNESIA_BASE": f"{folder}/data",
            "RABBITMQ_LOG_BASE": folder,
            "RABBITMQ_PID_FILE": f"{folder}/pid",
            "RABBITMQ_DIST_PORT": str(self.node_port),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "RABBITMQ_ALLOW_INPUT": "1",  # makes its script give way to the server instead of standing before it
            "ERL_EPMD_PORT": str(self.mapper_port),
            "ERL_EPMD_ADDRESS": ports.HOST,
        }


def installed() -> bool:
    """Whether Debian's package is there."""
    return os.access(SERVER, os.X_OK)


@contextmanager
def temporary(port: int, node_port: int, mapper_port: int, access: str = OPEN) -> Iterator[Broker]:
    """A broker that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="besok-rabbit-") as name:
        os.chmod(name, 0o755)  # noqa: PTH101 - the server's account must be able to enter
        user = program.unprivileged("rabbitmq")
        broker = Broker(
            folder=Path(name),
            port=port,
            node_port=node_port,
            mapper_port=mapper_port,
            user=user,
            access=access,
        )
        server = broker.program()
        process = program.start(server, broker.folder / "server.log")
        try:
            wait_until(broker.ready, process, server.name, limit_s=START_S)
            yield broker
        finally:
            program.stop(process, server)
