"""The accounts as commands for RabbitMQ: users, their queues, and the topics that they may write and read."""

import re
from collections.abc import Iterator, Sequence

from cli.broker.accounts import Account

NOTHING = "^$"
EXCHANGE = r"amq\.topic"  # where the plugin of MQTT sends what is published

HEAD = """\
#!/bin/sh
# Written by `besok broker config`: run it as the account of RabbitMQ, beside the folder `accounts`. It may run again.
set -eu
cd "$(dirname "$0")"
ctl="${RABBITMQCTL:-rabbitmqctl} -q"

account() { # name, configure, write, read
    $ctl add_user "$1" < "accounts/$1" 2> /dev/null || $ctl change_password "$1" < "accounts/$1"
    $ctl set_permissions "$1" "$2" "$3" "$4"
}
"""


def script(accounts: Sequence[Account]) -> str:
    """Return a script of `rabbitmqctl`, which reads each password from the file `accounts/NAME`."""
    return "\n".join([HEAD, *(line for account in accounts for line in _commands(account))]) + "\n"


def _commands(account: Account) -> Iterator[str]:
    """Yield the commands for an account: its own queue and no other, its own topics and no others."""
    queue = rf"mqtt-subscription-{re.escape(account.name)}qos[01]"
    reads, writes = bool(account.reads), bool(account.writes)
    configure = f"^{queue}$" if reads else NOTHING
    write = _any([EXCHANGE] * writes + [queue] * reads)
    read = _any([EXCHANGE, queue]) if reads else NOTHING
    yield f"account {account.name} '{configure}' '{write}' '{read}'"
    keys = f"'{_keys(account.writes)}' '{_keys(account.reads)}'"
    yield f"$ctl set_topic_permissions {account.name} amq.topic {keys}"


def _any(patterns: Sequence[str]) -> str:
    return f"^({'|'.join(patterns)})$" if patterns else NOTHING


def _keys(filters: Sequence[str]) -> str:
    """Return a pattern of the routing keys that stand for topics: a dot for each slash."""
    return _any([_key(one) for one in filters])


def _key(topic_filter: str) -> str:
    if topic_filter == "#":
        return ".*"
    levels = topic_filter.removesuffix("/#").split("/")
    key = r"\.".join("[^.]*" if level == "+" else _literal(level) for level in levels)
    return key + (r"(\..*)?" if topic_filter.endswith("/#") else "")


def _literal(level: str) -> str:
    """Return a level as a pattern; a quote would end the word of the shell, and is any character."""
    return re.escape(level).replace("'", ".").replace(r"\.", "[./]")
