"""Whatever a message of a known model has become, reading it does not fail: mutated examples of all model tables.

An ordinary run tries some of all tables together; `make fuzz` tries 10,000 of each vendor's (BESOK_FUZZ says how many).
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mutations import Step, mutated, mutations
from test_adapters_fuzz import ALL, EACH, RECEIVED, assert_sound, often
from test_tables import messages

from besok.model.readings import Message
from collectors.devices.table import tables

VENDORS = sorted({table.vendor for table in tables()})


@pytest.mark.parametrize("vendor", VENDORS if EACH else [ALL])
def test_no_broken_message_makes_a_table_fail(vendor: str) -> None:
    examples = [
        (message, table.name)
        for table in tables()
        if vendor in (ALL, table.vendor)
        for example in table.examples
        for message in messages(table, example)
    ]

    @often
    @given(st.sampled_from(examples), mutations, st.booleans())
    def mutate(pair: tuple[Message, str], todo: list[Step], retained: bool) -> None:
        message, model = pair
        payload = mutated(message.payload, todo)
        broken = Message(topic=message.topic, payload=payload, received=RECEIVED, retained=retained)
        assert_sound(broken, model)

    mutate()
