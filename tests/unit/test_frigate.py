"""Frigate: people in pictures, cameras and zones apart."""

import pytest
from adapting import decode, device, said


def test_people_in_the_picture_of_a_camera_or_in_a_zone() -> None:
    decoded = decode("frigate/entrance/person", "3", retained=True)
    assert device(decoded) == ("frigate", "entrance")
    assert said(decoded) == {"level:1 people": 3}
    assert device(decode("frigate-north/entrance/person", "0")) == ("frigate", "frigate-north/entrance")


def test_motion() -> None:
    assert said(decode("frigate/entrance/motion", "ON")) == {"level:1 occupied": 1}


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("frigate/available", "online"),
        ("frigate/events", {"type": "new", "after": {"label": "person"}}),
        ("frigate/entrance/person/snapshot", b"\xff\xd8\xff\xe0"),
        ("frigate/entrance/person/active", "1"),
        ("frigate/entrance/all", "4"),
        ("frigate/entrance/car", "4"),
        ("frigate/entrance/motion/state", "ON"),
        ("frigate/entrance/motion/set", "ON"),
        ("frigate/entrance/detect/state", "ON"),
        ("frigate/stats", {"cpu": 3}),
    ],
)
def test_what_is_not_data(topic: str, payload: object) -> None:
    decoded = decode(topic, payload)
    assert decoded.not_data
    assert (decoded.readings, decoded.problems) == ((), ())


@pytest.mark.parametrize("payload", ["many", "-1", "", "3.5", '{"count": 3}'])
def test_what_is_refused(payload: str) -> None:
    assert decode("frigate/entrance/person", payload).problems
