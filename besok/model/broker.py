"""What clients of the broker share: user, encryption, delay between attempts, how they leave."""

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from besok.model.errors import SettingsError
from besok.model.settings import Settings

if TYPE_CHECKING:  # whoever has a client has paho; reading settings must not wait for it
    import paho.mqtt.client as paho
    from paho.mqtt.properties import Properties

SECRET: Final = "~"  # what follows in a client id is told to the broker alone
RECONNECT_S: Final = (1, 15)  # first and longest wait between attempts


def configure_client(client: "paho.Client", settings: Settings) -> None:
    """Set user, certificates and reconnect delays of an unconnected client.

    Raises SettingsError for bad certificates.
    """
    client.reconnect_delay_set(*RECONNECT_S)
    if settings.mqtt_user:
        client.username_pw_set(settings.mqtt_user, settings.mqtt_password.get_secret_value() or None)
    if settings.mqtt_tls:
        _encrypt(client, settings)


def leave(client: "paho.Client", properties: "Properties | None" = None) -> None:
    """Disconnect and wait for the end of the client's network thread."""
    client.disconnect(properties=properties)
    # paho forgets a thread that has just ended, and would join it (its issue 872)
    with suppress(AttributeError):
        client.loop_stop()


def _encrypt(client: "paho.Client", settings: Settings) -> None:
    try:
        client.tls_set(
            settings.mqtt_ca_file or None, settings.mqtt_cert_file or None, settings.mqtt_key_file or None
        )
    except (OSError, ValueError) as exc:
        raise SettingsError(
            f"the certificates cannot be used ({exc}): check BESOK_MQTT_CA_FILE, BESOK_MQTT_CERT_FILE and"
            " BESOK_MQTT_KEY_FILE"
        ) from exc
