"""How a client presents itself to the broker."""

from pathlib import Path

import paho.mqtt.client as paho
import pytest
from paho.mqtt.enums import CallbackAPIVersion

from besok.model.broker import configure_client
from besok.model.errors import SettingsError
from besok.model.settings import Settings


def client() -> paho.Client:
    return paho.Client(CallbackAPIVersion.VERSION2)


def test_a_user_is_told() -> None:
    known = client()
    configure_client(known, Settings(mqtt_user="anna", mqtt_password="kept"))
    assert (known.username, known.password) == ("anna", "kept")


@pytest.mark.parametrize("text", [None, "no certificate"])
def test_certificates_that_cannot_be_used_are_named(tmp_path: Path, text: str | None) -> None:
    file = tmp_path / "ca.pem"
    if text is not None:
        file.write_text(text)
    with pytest.raises(SettingsError, match="check BESOK_MQTT_CA_FILE"):
        configure_client(client(), Settings(mqtt_tls=True, mqtt_ca_file=str(file)))
