"""The accounts as definitions that RabbitMQ imports: users, their queues, and the topics they may write and read."""

import base64
import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from cli.broker.accounts import Account

NOTHING = "^$"
EXCHANGE = r"amq\.topic"  # where the plugin of MQTT sends what is published
SALT_BYTES = 4  # as RabbitMQ has it; passwords are random and long


def definitions(accounts: Sequence[Account], known: Mapping[str, str]) -> str:
    """Return the input of `rabbitmqctl import_definitions`: the accounts whose passwords are known."""
    with_password = [account for account in accounts if account.name in known]
    document = {
        "users": [_user(account.name, known[account.name]) for account in with_password],
        "permissions": [_permissions(account) for account in with_password],
        "topic_permissions": [_topics(account) for account in with_password],
    }
    return json.dumps(document, indent=1) + "\n"


def _user(name: str, password: str) -> dict[str, Any]:
    salt = os.urandom(SALT_BYTES)
    digest = salt + hashlib.sha256(salt + password.encode()).digest()
    return {
        "name": name,
        "password_hash": base64.b64encode(digest).decode(),
        "hashing_algorithm": "rabbit_password_hashing_sha256",
        "tags": [],
    }


def _permissions(account: Account) -> dict[str, str]:
    """Return the permissions of an account for queues and exchanges: its own queue and no other."""
    queue = rf"mqtt-subscription-{re.escape(account.name)}qos[01]"
    reads, writes = bool(account.reads), bool(account.writes)
    return {
        "user": account.name,
        "vhost": "/",
        "configure": _any([queue] * reads),
        "write": _any([EXCHANGE] * writes + [queue] * reads),
        "read": _any([EXCHANGE, queue] * reads),
    }


def _topics(account: Account) -> dict[str, str]:
    return {
        "user": account.name,
        "vhost": "/",
        "exchange": "amq.topic",
        "write": _any([_key(one) for one in account.writes]),
        "read": _any([_key(one) for one in account.reads]),
    }


def _any(patterns: Sequence[str]) -> str:
    return f"^({'|'.join(patterns)})$" if patterns else NOTHING


def _key(topic_filter: str) -> str:
    """Return a pattern of the routing keys of topics, in which a dot stands for each slash."""
    if topic_filter == "#":
        return ".*"
    levels = topic_filter.removesuffix("/#").split("/")
    key = r"\.".join("[^.]*" if level == "+" else re.escape(level) for level in levels)
    return key + (r"(\..*)?" if topic_filter.endswith("/#") else "")
