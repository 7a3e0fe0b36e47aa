"""The short form of `make torture`: known readings while all is killed, then database and truth reading by reading."""

import pytest

from benchmarks import servers
from tests.torture import rabbitmq, report
from tests.torture.ordeal import Ordeal, endure
from tests.torture.schedule import SHORT


@pytest.mark.parametrize("broker", ["mosquitto", pytest.param("rabbitmq", marks=pytest.mark.slow)])
def test_whatever_is_killed_nothing_is_lost_and_nothing_counts_twice(broker: str) -> None:
    if broker == "rabbitmq" and not rabbitmq.installed():
        pytest.skip("needs RabbitMQ: cli/setup torture")
    ordeal = Ordeal(
        broker=broker,
        readings=2500,
        rate=500,
        seed=3,
        blows=SHORT[broker],
        longest_s=1.0,
        share=broker == "mosquitto",
    )
    said: list[str] = []
    with servers.folder("besok-torture-") as folder:
        outcome = endure(ordeal, folder, said.append)
    findings = outcome.findings
    story = [*said, *report.told(findings, outcome.letters, outcome.course, outcome.started)]
    assert len(outcome.course.struck) == sum(ordeal.blows.values()), "\n".join(story)
    assert not findings.unexplained, "\n".join(story)
    assert not [f for f in findings.explained if f.what == "lost"], "\n".join(story)
