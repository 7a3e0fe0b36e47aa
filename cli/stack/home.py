"""The folder of an embedded stack: its data, logs, ports, and the lock that says it is running."""

import fcntl
import hashlib
import json
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import SecretStr

from besok.model.broker import SECRET
from besok.model.errors import SettingsError, StackError
from besok.model.settings import Settings
from cli.broker import accounts, mosquitto_files
from cli.broker.account_folder import Folder
from cli.broker.accounts import Accounts
from cli.stack import ports, program
from cli.stack.mosquitto import Broker
from cli.stack.postgres import Cluster

ELSEWHERE = Path("/var/lib/besok")  # for data out of reach of the servers' accounts in the clone
SESSION = "session"  # the secret in the collector's client id, stored like a password
TRIED = 10  # free ports, of which others may claim some at the same moment
DEFAULT_WEB_PORT = 8050
DEFAULT_MQTT_PORT = 1883
DEFAULT_RECEIVE_PORT = 8055


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """`.besok` in the checkout, the user's data folder where Besök is installed, or what BESOK_HOME says."""

    path: Path

    @property
    def logs(self) -> Path:
        """One file per program."""
        return self.path / "log"

    @property
    def data(self) -> Path:
        """Return where the servers keep their data: a folder, or a link to one elsewhere."""
        return self.path / "data"

    @property
    def history(self) -> Path:
        """Return what has been simulated so far; lies with the data, so that both go together."""
        return self.data / "history.json"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the stack's lock. Raises StackError if somebody else does."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise StackError(f"A demo is already running in {self.path}{self._running_at()}") from None
            yield

    def is_running(self) -> bool:
        """Tell whether somebody holds the lock."""
        if not self.path.exists():  # asking makes no folder: a container may not write there
            return False
        try:
            with self.locked():
                return False
        except StackError:
            return True

    def _running_at(self) -> str:
        port = self.known_ports().get("web")
        return f": http://127.0.0.1:{port}" if port else ""

    def known_ports(self) -> dict[str, int]:
        """Return the ports of the last start by name."""
        try:
            return dict(json.loads((self.path / "ports.json").read_text()))
        except (FileNotFoundError, ValueError):
            return {}

    def servers(self) -> tuple[Cluster, Broker]:
        """Return the database and the broker of this stack; call it under the lock.

        Makes the data folder if there is none, ends what an earlier run left behind, and chooses the ports of the last
        start, or others where those are taken. The broker begins with the port that sensors expect.
        """
        self._make_data()
        data = self.data.resolve()
        postgres, mosquitto = data / "postgres", data / "mosquitto"
        cluster = Cluster(folder=postgres, port=0, user=_account(postgres / "data", "postgres"))
        broker = Broker(folder=mosquitto, port=0, user=_account(mosquitto, "mosquitto", "postgres"))
        broker = replace(broker, access=self._access())
        for server in (cluster, broker):
            program.end_leftovers(server.program())
        broker_port = self._port("mosquitto", self.known_ports().get("mosquitto", 0), DEFAULT_MQTT_PORT)
        return replace(cluster, port=self._port("postgres")), replace(broker, port=broker_port)

    def addresses(self) -> dict[str, object]:
        """Return where the servers of a running stack are, as values of Settings."""
        known = self.known_ports()
        cluster = Cluster(folder=self.data.resolve() / "postgres", port=known.get("postgres", 0))
        return {
            "database_url": SecretStr(cluster.url()),
            "mqtt_host": ports.HOST,
            "mqtt_port": known.get("mosquitto", 0),
            **self._tools(),
            "port": known.get("web", 0),
            "receive_port": known.get("receive", 0),
        }

    def with_addresses(self, settings: Settings) -> Settings:
        """Return the settings, with the addresses of the stack that runs here unless the database is stated."""
        if "BESOK_DATABASE_URL" in os.environ or not self.path.is_dir() or not self.is_running():
            return settings
        return settings.model_copy(update=self.addresses())

    def account(self, name: str) -> dict[str, str]:
        """Return the user and the password of an account at the broker, by the names of their settings."""
        return {"mqtt_user": name, "mqtt_password": self._accounts().password(name)}

    def session(self) -> str:
        """Return the collector's client id: a secret, since sensors of this machine need no account."""
        return f"{accounts.COLLECTOR}{SECRET}{self._accounts().password(SESSION)}"

    def _accounts(self) -> Folder:
        return Folder(path=self.data.resolve() / "mosquitto" / "accounts")

    def _access(self) -> str:
        """Write the accounts; who has none may publish and reads nothing. Returns lines for the broker."""
        folder = self._accounts()
        local = Accounts(accounts=accounts.local(), unclaimed=())
        folder.write(local, {}, anonymous=(accounts.EVERYTHING,))
        return mosquitto_files.conf(str(folder.path / "mosquitto"), anonymous=True)

    def _tools(self) -> dict[str, object]:
        user = self.account(accounts.TOOLS)
        return {**user, "mqtt_password": SecretStr(user["mqtt_password"])}

    def web_port(self) -> int:
        """Return where the pages are: BESOK_PORT if that is set; else 8050, or another where that is taken."""
        return self._requested_port("BESOK_PORT", "web", DEFAULT_WEB_PORT)

    def receive_port(self) -> int:
        """Return where counts are taken: BESOK_RECEIVE_PORT if that is set; else 8055, or another."""
        return self._requested_port("BESOK_RECEIVE_PORT", "receive", DEFAULT_RECEIVE_PORT)

    def _requested_port(self, variable: str, name: str, usual: int) -> int:
        """Return the port that the variable names, else the usual or a free one. Raises StackError, SettingsError."""
        wished = os.environ.get(variable, "")
        if not wished:
            return self._port(name, usual)
        if not (wished.isdigit() and 0 < int(wished) < 65536):
            raise SettingsError(f"{variable} is {wished!r}: it must be a port number, 1 to 65535")
        if not ports.claim(int(wished)):
            raise StackError(
                f"Port {wished} ({variable}) cannot be used: another program has it, or it needs root"
            )
        self._remember(name, int(wished))
        return int(wished)

    def _port(self, name: str, *wished: int) -> int:
        """Claim the first free port of those wished for, the last start's, or any. Raises StackError."""
        candidates = (*wished, self.known_ports().get(name, 0), *ports.free(TRIED))
        chosen = next((p for p in candidates if p and ports.claim(p)), None)
        if chosen is None:
            raise StackError(
                f"No port is free for {name}: end other servers on this machine, and start again"
            )
        self._remember(name, chosen)
        return chosen

    def _remember(self, name: str, port: int) -> None:
        (self.path / "ports.json").write_text(json.dumps({**self.known_ports(), name: port}))

    def _make_data(self) -> None:
        if self.data.is_dir():
            return
        if self.data.is_symlink():  # its target was removed
            self.data.unlink()
        self.data.mkdir(mode=0o755)
        user = program.unprivileged("postgres")
        if user and not _can_enter(user, self.data):
            self.data.rmdir()
            self.data.symlink_to(_folder_elsewhere(self.path), target_is_directory=True)


def find() -> Home:
    """Return the stack of this checkout (of this user, where Besök is installed), or the one BESOK_HOME names."""
    data = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share")
    usual = program.ROOT / ".besok" if program.IN_CHECKOUT else data / "besok"
    return Home(path=Path(os.environ.get("BESOK_HOME") or usual).resolve())


def _account(folder: Path, *candidates: str) -> str:
    """Return the account of a server: an existing folder's owner if we are root, so that root can start a user's."""
    if os.geteuid() == 0 and folder.exists() and folder.stat().st_uid != 0:
        return pwd.getpwuid(folder.stat().st_uid).pw_name
    return program.unprivileged(*candidates)


def _can_enter(user: str, folder: Path) -> bool:
    command = program.wrapped(("test", "-x", str(folder)), user)
    return subprocess.run(command, cwd="/", check=False).returncode == 0


def _folder_elsewhere(home: Path) -> Path:
    """Make an empty folder for this home: existing data belonged to a deleted checkout."""
    folder = ELSEWHERE / hashlib.sha256(str(home).encode()).hexdigest()[:12]
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o755)
    return folder
