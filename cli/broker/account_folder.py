"""The folder of a broker's account files: passwords are made once, everything else is written again."""

import secrets
from dataclasses import dataclass
from pathlib import Path

from cli.broker import mosquitto_files, rabbitmq_definitions
from cli.broker.accounts import EVERYTHING, HEALTH, UPTIME, Account, Accounts

PASSWORD_BYTES = 24
# The one account of earlier versions. Its session is the collector's: until that connects with its own account the
# broker asks this one's rights before it keeps a message for it. It has no password.
FORMER = Account(name="besok", reads=(EVERYTHING,))


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A folder of accounts. The broker finds what Mosquitto reads under `seen_as` (the folder itself if empty)."""

    path: Path
    seen_as: str = ""

    def password(self, name: str) -> str:
        """Return the password of an account; it is made if there is none."""
        file = self.path / "accounts" / name
        if not file.exists():
            _write(file, secrets.token_urlsafe(PASSWORD_BYTES))
        return file.read_text("utf-8").strip()

    def write(
        self, named: Accounts, hashes: dict[str, str], *, tls: str = "", anonymous: tuple[str, ...] = ()
    ) -> None:
        """Write the files of both brokers. An account with a known hash keeps its password."""
        names = [account.name for account in named.accounts]
        hashes = {name: hashes[name] for name in names if name in hashes and not self._has(name)}
        known = {name: self.password(name) for name in names if name not in hashes}
        mosquitto = self.path / "mosquitto"
        where = self.seen_as or str(mosquitto)
        accounts = [*named.accounts, FORMER]
        _write(mosquitto / "passwords", mosquitto_files.passwords(known, hashes))
        _write(mosquitto / "acl", mosquitto_files.acl(accounts, anonymous))
        listener = mosquitto_files.tls_listener(8883, tls) if tls else ""
        _write(mosquitto / "accounts.conf", mosquitto_files.conf(where, anonymous=bool(anonymous)) + listener)
        # As options of mosquitto_sub, which reads them from a file and so shows no password among the processes.
        health = f"-u {HEALTH}\n-P {known[HEALTH]}\n-i {HEALTH}\n-t {UPTIME}\n-C 1\n-W 4\n"
        _write(mosquitto / "health" / "mosquitto_sub", health)
        _write(self.path / "rabbitmq.json", rabbitmq_definitions.definitions(named.accounts, known))

    def _has(self, name: str) -> bool:
        return (self.path / "accounts" / name).exists()


def _write(file: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = file.with_name(f".{file.name}.new")
    new.unlink(missing_ok=True)
    new.touch(mode=0o600)
    new.write_text(text, "utf-8")
    new.replace(file)
