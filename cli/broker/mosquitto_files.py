"""The accounts as Mosquitto reads them: hashed passwords, topics, and how sessions are bound to accounts."""

import base64
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence

from cli.broker.accounts import Account

ROUNDS = 1000  # of PBKDF2-SHA512; the broker spends as many at each connect, and passwords are random
SALT_BYTES, HASH_BYTES = 12, 64

CONF = """\
# Written by `besok broker config`; changes here are lost.
password_file {folder}/passwords
acl_file {folder}/acl
"""
# A client id that is not the account's own is replaced by it, so no account can take the session of another.
BOUND = "allow_anonymous false\nuse_username_as_clientid true\n"
OPEN = "allow_anonymous true\n"


def conf(folder: str, *, anonymous: bool = False) -> str:
    """Return the configuration lines that bind clients to accounts whose files lie in `folder`.

    They stand behind a `listener`. Where clients may be `anonymous` no name binds their client id.
    """
    return CONF.format(folder=folder) + (OPEN if anonymous else BOUND)


def tls_listener(port: int, certificates: str) -> str:
    """Return a listener with TLS, with `broker.crt` and `broker.key` of a folder."""
    return (
        f"\nlistener {port}\nuse_username_as_clientid true\nset_tcp_nodelay true\ntls_version tlsv1.2\n"
        f"certfile {certificates}/broker.crt\nkeyfile {certificates}/broker.key\n"
    )


def passwords(known: Mapping[str, str], hashes: Mapping[str, str]) -> str:
    """Return the file of passwords: name, and hash in the form of `mosquitto_passwd`; some hashes are given."""
    hashed = {name: _hashed(password) for name, password in known.items()}
    return "".join(f"{name}:{digest}\n" for name, digest in {**hashed, **hashes}.items())


def known_hashes(text: str) -> dict[str, str]:
    """Return the hashes in a file of passwords, by name."""
    pairs = (line.strip().partition(":") for line in text.splitlines())
    return {name: digest for name, _, digest in pairs if name and digest}


def _hashed(password: str) -> str:
    salt = os.urandom(SALT_BYTES)
    digest = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, ROUNDS, HASH_BYTES)
    return f"$7${ROUNDS}${_b64(salt)}${_b64(digest)}"


def _b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def acl(accounts: Sequence[Account], anonymous: Sequence[str] = ()) -> str:
    """Return the file of topics; clients without an account may write to `anonymous`, and read nothing."""
    lines = ["# Written by `besok broker config`; changes here are lost.", *_topics("write", anonymous)]
    for account in accounts:
        both = set(account.writes) & set(account.reads)
        lines += ["", f"user {account.name}", *_topics("readwrite", [t for t in account.writes if t in both])]
        lines += _topics("write", [t for t in account.writes if t not in both])
        lines += _topics("read", [t for t in account.reads if t not in both])
    return "\n".join(lines) + "\n"


def _topics(access: str, filters: Sequence[str]) -> Iterator[str]:
    return (f"topic {access} {one}" for one in filters)
