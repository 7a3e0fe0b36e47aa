"""Settings, read once from the environment (`BESOK_...`) and handed down; docs/operate.md lists each."""

from typing import Literal

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from besok.model.errors import SettingsError


class Settings(BaseSettings):
    """Every setting of every service. Secrets are never printed."""

    model_config = SettingsConfigDict(env_prefix="BESOK_", frozen=True, extra="ignore")

    database_url: SecretStr = SecretStr("postgresql://127.0.0.1/besok")
    database_pool: int = 8  # connections a service may hold

    mqtt_host: str = "127.0.0.1"
    mqtt_port: int = 1883
    mqtt_user: str = ""
    mqtt_password: SecretStr = SecretStr("")
    mqtt_tls: bool = False
    mqtt_ca_file: str = ""  # certificate authority, if not the system's
    mqtt_cert_file: str = ""  # client certificate, if the broker asks for one
    mqtt_key_file: str = ""
    mqtt_client_id: str = "besok-collector"  # stable: the broker keeps the queue of this name
    mqtt_topics: str = "#"  # topic filters, comma-separated: whatever sensor speaks is heard
    mqtt_inflight: int = 4000  # messages unacknowledged at once: the back-pressure
    mqtt_session_s: int = 7 * 24 * 3600  # how long the broker keeps our queue while we are away

    collector_port: int = 0  # where the collector tells how it goes (/metrics, /ready, /live); 0: nowhere
    jobs_port: int = 0  # the same of the jobs

    port: int = 8050  # web address
    host: str = "127.0.0.1"
    expose: bool = (
        False  # allow a host that is not loopback: only where the published port stays on loopback (compose)
    )
    allowed_hosts: str = "localhost,127.0.0.1,::1"  # names a browser may call us by, comma-separated
    language: Literal["sv", "en"] = "sv"  # for a browser that prefers neither

    minute_days: int = 14  # days of minute-by-minute occupancy kept; the 15-minute form stays
    rejected_days: int = 90  # days that a message nobody could read is kept
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["text", "json"] = "text"


def load() -> Settings:
    """The settings of this process. Raises SettingsError naming each one that cannot be used."""
    try:
        return Settings()
    except ValidationError as exc:
        lines = [f"BESOK_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in exc.errors()]
        raise SettingsError("; ".join(lines)) from exc
