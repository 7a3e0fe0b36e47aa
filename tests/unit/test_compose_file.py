"""docker-compose.yml as it is written; `make compose-check` tries it where there is Docker."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from besok.model.settings import Settings

SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[2] / "docker-compose.yml").read_text("utf-8")
)["services"]
NEEDED = {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}  # to hand files to an account and become it


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_hardened_and_has_limits(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] and service["cap_drop"] == ["ALL"]
    assert set(service.get("cap_add", ())) <= NEEDED
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"] and service["pids_limit"]
    assert not service.get("privileged") and "/var/run/docker.sock" not in str(service)


@pytest.mark.parametrize("name", SERVICES)
def test_no_password_is_written_and_no_port_is_open_to_others_by_default(name: str) -> None:
    service = SERVICES[name]
    secret = [key for key in service.get("environment", {}) if "PASSWORD" in key or "SECRET" in key]
    assert [key for key in secret if not key.endswith("_FILE")] == []
    assert "://" not in str(service.get("command", "")) + str(service.get("entrypoint", ""))
    for port in service.get("ports", ()):
        assert port.startswith(
            ("127.0.0.1:", "${BESOK_MQTT_ADDRESS:-127.0.0.1}:", "${BESOK_RECEIVE_ADDRESS:-127.0.0.1}:")
        )


def test_only_what_has_to_speak_shares_a_network() -> None:
    networks = {name: set(s.get("networks", ())) for name, s in SERVICES.items()}
    assert networks["db"] == {"data"} and networks["broker"] == {"messages", "sensors"}
    assert not networks["web"] & networks["broker"] and SERVICES["secrets"]["network_mode"] == "none"
    assert all(networks[name] for name in SERVICES if name != "secrets"), "none is in the default network"


# Settings that are no choice of the operator's here: a container has its own, or a certificate that no container holds
OTHERWISE = {("allowed_hosts", "localhost,127.0.0.1"), ("rejected_days", "90")}
OWN = {
    *("database_password", "mqtt_password", "oidc_client_secret"),  # files
    *("database_pool", "mqtt_port", "mqtt_inflight", "mqtt_session_s", "mqtt_client_id"),
    *("mqtt_tls", "mqtt_ca_file", "mqtt_cert_file", "mqtt_key_file"),
    "instance",  # there is one of each
}


def test_every_setting_of_an_operator_reaches_its_container() -> None:
    passed = {
        key.removeprefix("BESOK_").lower()
        for service in SERVICES.values()
        for key in service.get("environment", {})
    }
    assert set(Settings.model_fields) - passed == OWN


def test_what_an_operator_leaves_out_is_the_default() -> None:
    for service in SERVICES.values():
        for key, value in service.get("environment", {}).items():
            name = key.removeprefix("BESOK_").lower()
            default = re.fullmatch(rf"\$\{{{key}:-(.*)\}}", str(value))
            if default and name in Settings.model_fields:
                meant = str(Settings.model_fields[name].default)
                assert default[1] == meant or (name, default[1]) in OTHERWISE, key
