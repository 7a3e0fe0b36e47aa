"""What an account of the broker can do, and what it cannot, on Mosquitto and RabbitMQ."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from accounts_rig import (
    BACK,
    COLLECTOR,
    FRONT,
    Guarded,
    client,
    guarded_mosquitto,
    guarded_rabbitmq,
    publish,
)

from benchmarks import servers
from tests.patience import wait_for
from tests.torture import rabbitmq

BROKERS: dict[str, Callable[[Path], AbstractContextManager[Guarded]]] = {
    "mosquitto": guarded_mosquitto,
    "rabbitmq": guarded_rabbitmq,
}


@pytest.fixture(scope="module", params=BROKERS)
def guarded(request: pytest.FixtureRequest) -> Iterator[Guarded]:
    if request.param == "rabbitmq" and not rabbitmq.installed():
        pytest.skip(f"RabbitMQ is not installed ({rabbitmq.PACKAGE})")
    with servers.folder("besok-accounts-") as folder, BROKERS[request.param](folder) as broker:
        yield broker


def test_a_publisher_is_heard_on_its_own_topics_and_on_no_others(guarded: Guarded) -> None:
    with client(guarded, COLLECTOR, topic="#") as (_, seen):
        for topic in (
            "besok/v1/lib/front/flow",
            "besok/v1/lib/frontal/flow",
            "v3/a/devices/b/up",
            "besok/v1/lib",
        ):
            publish(guarded, BACK, topic, b"false")
        publish(guarded, BACK, "besok/v1/lib/back/flow", b"true")
        publish(guarded, "ttn", "v3/house/devices/vs133/up", b"gateway")
        wait_for(lambda: len(seen.messages) >= 2)
        assert seen.messages == [
            ("besok/v1/lib/back/flow", b"true"),
            ("v3/house/devices/vs133/up", b"gateway"),
        ]


def test_a_publisher_sets_no_status_but_its_own(guarded: Guarded) -> None:
    publish(guarded, FRONT, "besok/v1/lib/front/status", b"online", retain=True)
    publish(guarded, BACK, "besok/v1/lib/front/status", b"offline", retain=True)
    with client(guarded, COLLECTOR, topic="besok/v1/lib/front/status") as (_, seen):
        wait_for(lambda: seen.messages)
        publish(guarded, FRONT, "besok/v1/lib/front/status", b"last")
        wait_for(lambda: seen.messages[-1][1] == b"last")
        assert [payload for _, payload in seen.messages] == [b"online", b"last"]


def test_a_publisher_reads_nothing(guarded: Guarded) -> None:
    with client(guarded, COLLECTOR, topic="#") as (_, heard), client(guarded, BACK, topic="#") as (_, seen):
        publish(guarded, FRONT, "besok/v1/lib/front/flow", b"secret")
        wait_for(lambda: ("besok/v1/lib/front/flow", b"secret") in heard.messages)
        assert seen.messages == []


@pytest.mark.parametrize("clean", [False, True], ids=["resumed", "begun again"])
def test_nobody_takes_the_session_of_the_collector(guarded: Guarded, clean: bool) -> None:
    with client(guarded, COLLECTOR):  # clean: it ends what another test left unacknowledged
        pass
    with client(guarded, COLLECTOR, topic="besok/v1/lib/front/flow"):  # not the status that is retained
        pass
    sent = [str(n).encode() for n in range(50)]
    publish(guarded, FRONT, "besok/v1/lib/front/flow", *sent[:25])
    for thief in (FRONT, "ttn", "besok-receiver", "besok-health"):
        with client(guarded, thief, client_id=COLLECTOR, clean=clean, topic="#") as (_, stolen):
            pass
        assert stolen.messages == []
    publish(guarded, FRONT, "besok/v1/lib/front/flow", *sent[25:])
    with client(guarded, COLLECTOR, clean=False) as (_, seen):
        wait_for(lambda: len(seen.messages) >= len(sent))
        assert seen.session
        assert [payload for _, payload in seen.messages] == sent


def test_who_has_no_account_does_not_get_in(guarded: Guarded) -> None:
    for account, password in (("", ""), (FRONT, "guess"), ("besok", "guess"), ("lib.side", "guess")):
        with client(guarded, account, client_id="thief", password=password) as (_, seen):
            assert seen.refused
