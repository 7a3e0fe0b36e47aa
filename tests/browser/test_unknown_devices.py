"""An unknown device: said on the page what it means and where it hangs, with the keyboard, and its messages count."""

import json
import os
from collections.abc import Callable

import paho.mqtt.client as paho
import pytest
from accessibility import violations
from house import House, Open
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from playwright.sync_api import expect

from besok.model.broker import leave
from besok.model.settings import Settings
from besok.store import device_mappings, sites
from besok.store.database import Database
from tests.patience import ANSWER_S


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A collector that also hears strangers."""
    return settings.model_copy(
        update={"mqtt_topics": f"{settings.mqtt_topics},counters/{settings.mqtt_topics.split('/')[2]}/#"}
    )


def test_one_answer_is_enough(
    house: House, settings: Settings, broker: tuple[str, int], open_page: Open, db: Database,
    wait_for: Callable[..., object],
) -> None:  # fmt: skip
    topic = f"counters/{house.id}/door"
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion.MQTTv5)
    client.connect(*broker)
    client.loop_start()
    for total in (4700, 4711):
        client.publish(topic, json.dumps({"in": total, "out": 3, "seq": total}), qos=1).wait_for_publish(
            ANSWER_S
        )
    leave(client)
    wait_for(
        lambda: (
            [asked.count for asked in device_mappings.waiting_topics(db, limit=9, messages_each=1, length=9)]
            == [2]
        )
    )
    page = open_page(f"{house.url}/sensors/{house.id}", locale="en-GB", width=390, bypass_csp=True)
    card = page.locator(f'[data-topic="{topic}"]')
    expect(card).to_contain_text("4711")
    expect(card).to_contain_text("2 messages are kept")
    card.locator("summary").press("Enter")
    meaning = card.get_by_label("What does “in” mean?")
    expect(meaning).to_have_value("")  # nothing is chosen beforehand
    expect(card.get_by_label("What does “seq” mean?")).to_have_count(0)
    assert violations(page) == []
    assert page.locator("html").evaluate("node => node.scrollWidth") <= 390
    if folder := os.environ.get("BESOK_SHOTS"):
        page.screenshot(path=f"{folder}/unknown.png", full_page=True)
    meaning.select_option("cumulative total of people who went in")
    card.get_by_label("Place", exact=True).select_option("Door: Entrance")
    card.get_by_label("Your name or initials").fill("Kim")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.accept()))
    card.get_by_label("Your name or initials").press("Enter")
    expect(card).to_have_count(0)
    expect(page.locator("#announcer")).to_have_text("Saved. What it has sent is being read now.")
    assert asked == ["A sensor counts there already, and both would. Add this one?"]
    (made,) = device_mappings.listing(db)
    assert (made.author, dict(made.mapping.values)) == ("Kim", {"in_total": "$.in"})
    wait_for(lambda: device_mappings.listing(db)[0].replayed)
    assert [s.portal for s in sites.load(db, house.id).sensors if s.device == topic] == ["entrance"]
    page.reload()
    row = page.locator("tr", has_text=topic)
    expect(row).to_contain_text("Online")
