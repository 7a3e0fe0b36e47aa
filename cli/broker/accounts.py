"""Accounts of the broker: one for each publisher, bound to its topics, and one for each program of Besök.

A publisher is whoever holds a connection: a device, a gateway, a network server, a bridge. A device belongs to one of
them. An account's name is its client id too, so that nobody takes over the session of another.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from besok.model import tomlfile, topics
from besok.model.errors import BesokError
from besok.model.site import Site

EVERYTHING = "#"
HEALTH = "besok-health"
COLLECTOR = "besok-collector"
RECEIVER = "besok-receiver"
SCENARIOS = "besok-scenarios"  # plays scenarios into sandboxes
TOOLS = "besok-tools"  # commands that are run next to a stack
UPTIME = "$SYS/broker/uptime"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account with the topic filters it may write to and read from; `name` is the client id too."""

    name: str
    writes: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()
    program: bool = False


SIMULATOR = Account(name="besok-simulator", writes=(EVERYTHING,), program=True)  # any format of sensors


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """A publisher as the operator names it: the filters it sends on, and those that it has to read, if any."""

    name: str
    topics: tuple[str, ...]
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    publishers: tuple[Publisher, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """All accounts, and the sensors that nobody may publish for yet."""

    accounts: tuple[Account, ...]
    unclaimed: tuple[str, ...]


def parse(text: str, name: str) -> tuple[Publisher, ...]:
    """Read the publishers of a file: sections [[publishers]]. Raises BesokError with all problems."""
    try:
        raw = tomlfile.load(text)
    except ValueError as exc:
        raise BesokError(f"{name}: {exc}") from exc
    file, problems = tomlfile.read(_File, raw)
    if file is None or (problems := [p for n, one in enumerate(file.publishers) for p in _problems(n, one)]):
        raise BesokError("\n".join(tomlfile.sentences(problems, text, raw, name)))
    return file.publishers


def _problems(number: int, publisher: Publisher) -> Iterator[tomlfile.Problem]:
    path = ("publishers", number)
    if not NAME.fullmatch(publisher.name):
        yield (
            (*path, "name"),
            f'"{publisher.name}" cannot be the name of an account; use letters, digits, ., - and _',
        )
    if not publisher.topics:
        yield (
            (*path, "topics"),
            "it may send nothing; write the filters of its topics, such as v3/+/devices/+/up",
        )
    for key, filters in (("topics", publisher.topics), ("reads", publisher.reads)):
        for one in filters:
            if wrong := topics.problem(one):
                yield (*path, key), f"{one}: {wrong}"


def accounts(
    sites: Sequence[Site],
    publishers: Sequence[Publisher] = (),
    collectors: Sequence[str] = (COLLECTOR,),
    former: Sequence[str] = (),
) -> Accounts:
    """Return the accounts for sites: of our programs, of the named publishers, and of each other native sensor.

    `former` accounts that nobody has named yet may go on writing everywhere. Raises BesokError where two accounts have
    one name, or two publishers the same topics.
    """
    for n, one in enumerate(publishers):
        for other in publishers[:n]:
            if clash := _shared(one.topics, other.topics):
                raise BesokError(
                    f"{other.name} and {one.name} may both send on {clash}: a device belongs to one publisher; take its"
                    " topics out of one of them"
                )
    publishing = [Account(name=p.name, writes=p.topics, reads=p.reads) for p in publishers]
    claimed = [topic for p in publishers for topic in p.topics]
    natives = {
        f"{site.id}.{sensor.device.replace(':', '-')}": f"besok/v1/{site.id}/{sensor.device}/#"
        for site in sites
        for sensor in site.sensors
        if sensor.source == "native"
    }
    sensors = [
        Account(name=name, writes=(topic,))
        for name, topic in natives.items()
        if not _shared((topic,), claimed)
    ]
    simulator = [SIMULATOR] if any(site.sandbox for site in sites) else []
    accounts = [*_programs(collectors), *simulator, *publishing, *sensors]
    accounts += [
        Account(name=name, writes=(EVERYTHING,)) for name in former if name not in {a.name for a in accounts}
    ]
    names = [account.name for account in accounts]
    if twice := {name for name in names if names.count(name) > 1}:
        raise BesokError(
            f"several accounts would be called {', '.join(sorted(twice))}; give each publisher its own"
        )
    return Accounts(accounts=tuple(accounts), unclaimed=tuple(_unclaimed(sites, claimed)))


def local() -> tuple[Account, ...]:
    """Return the accounts of a stack on one machine, where sensors need none: our programs, and its user."""
    tools = Account(name=TOOLS, writes=(EVERYTHING,), reads=(EVERYTHING,), program=True)
    return (*_programs([COLLECTOR]), SIMULATOR, tools)


def _programs(collectors: Sequence[str]) -> Iterator[Account]:
    yield from (Account(name=name, reads=(EVERYTHING,), program=True) for name in collectors)
    yield Account(name=RECEIVER, writes=("besok/in/#",), program=True)
    yield Account(name=SCENARIOS, writes=("besok/v1/#",), program=True)
    yield Account(name="besok-recorder", reads=(EVERYTHING,), program=True)
    yield Account(name="besok-doctor", program=True)
    yield Account(name=HEALTH, reads=(UPTIME,), program=True)


def _unclaimed(sites: Sequence[Site], claimed: Sequence[str]) -> Iterator[str]:
    """Yield the sensors of other formats whose topics, as far as the site file states them, no publisher has."""
    for site in sites:
        for sensor in site.sensors:
            if sensor.source != "native" and not (sensor.topics and _shared(sensor.topics, claimed)):
                yield f"{sensor.device} ({sensor.source})"


def _shared(some: Sequence[str], others: Sequence[str]) -> str:
    """Return a filter of `some` that overlaps one of `others`; "" if there is none."""
    return next((one for one in some for other in others if overlap(one, other)), "")


def overlap(one: str, other: str) -> bool:
    """Tell whether any topic matches both filters."""
    for a, b in zip_longest(one.split("/"), other.split("/")):
        if EVERYTHING in (a, b):
            return True
        if a != b and ("+" not in (a, b) or None in (a, b)):
            return False
    return True
