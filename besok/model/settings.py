"""Settings, read once from the environment (`BESOK_...`) and handed down; docs/reference/settings.md lists each.

A secret may stand in a file in place of the environment: `BESOK_MQTT_PASSWORD_FILE` names the one for
`BESOK_MQTT_PASSWORD`.
"""

import os
import re
from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from besok.model.errors import SettingsError

LEAST_DAYS: Final = {
    "readings_days": 100,  # what sensors are checked and learnt by looks back 91 days
    "audit_days": 365,
}
UNREADABLE: Final = (
    "this is no address of a database, or has an option that is not known; a password with other"
    " characters than letters and digits has them percent-encoded (@ as %40, % as %25),"
    " or stands in BESOK_DATABASE_PASSWORD"
)
URI: Final = re.compile(
    r"\w+://([^@/]*@)?[^@/?]*(/[^@?]*)?(\?.*)?", re.DOTALL
)  # no @ but after the user, or in options
UNKNOWN_OPTION: Final = (
    "invalid URI query parameter:",
    "invalid connection option",
)  # what libpq says, with its name
MAY_QUOTE_SECRET: Final = re.compile(
    r"password|secret|_key|\?.*@", re.DOTALL
)  # of which the rest is read as an option
Port = Annotated[int, Field(ge=0, le=65_535)]


def _kept(number: int) -> int:
    if number < 0:
        raise ValueError(f"{number} is below zero; write 0 for no limit")
    return number


Days = Annotated[int, Field(le=36_500), AfterValidator(_kept)]  # 0: for ever, or never
Months = Annotated[int, Field(le=1_200), AfterValidator(_kept)]


class Settings(BaseSettings):
    """Every setting of every service. Secrets are never printed."""

    model_config = SettingsConfigDict(
        env_prefix="BESOK_", frozen=True, extra="ignore", use_attribute_docstrings=True
    )

    database_url: SecretStr = SecretStr("postgresql://127.0.0.1/besok")
    """PostgreSQL with TimescaleDB; several hosts may be named for a failover."""
    database_password: SecretStr = SecretStr("")
    """Its password, where the address holds none."""
    database_pool: int = Field(default=8, ge=1)
    """Connections a service may hold."""

    mqtt_host: str = "127.0.0.1"
    """The broker."""
    mqtt_port: int = Field(default=1883, ge=1, le=65_535)
    """Its port; 8883 is usual with TLS."""
    mqtt_user: str = ""
    """Account at the broker."""
    mqtt_password: SecretStr = SecretStr("")
    """Its password."""
    mqtt_tls: bool = False
    """Speak TLS with the broker."""
    mqtt_ca_file: str = ""
    """Certificate authority of the broker, if not one of the system's."""
    mqtt_cert_file: str = ""
    """Client certificate, if the broker asks for one."""
    mqtt_key_file: str = ""
    """Key of the client certificate."""
    mqtt_client_id: str = Field(default="besok-collector", min_length=1)
    """The broker keeps the queue under this name: leave it as it is, and give each collector its own."""
    mqtt_topics: str = "#"
    """Topic filters, comma-separated; all topics, unless the broker is shared with others."""
    mqtt_inflight: int = Field(default=4000, ge=1, le=65_535)
    """Messages that may be unacknowledged at once."""
    mqtt_session_s: int = Field(default=7 * 24 * 3600, ge=1, lt=2**32)
    """Seconds the broker keeps the queue while the collector is away."""

    new_devices_per_hour: int = Field(default=100, ge=0)
    """Devices that no site file names and that are registered within an hour; messages of more are rejected."""

    collector_port: Port = 0
    """Port where the collector answers /ready, /live and /metrics; 0: none."""
    jobs_port: Port = 0
    """The same of the jobs."""
    scenarios_port: Port = 0
    """The same of `besok run-scenarios`."""

    receive_port: Port = 8055
    """Port where `besok receive` takes counts by HTTP; 0: none, only a folder."""
    receive_folder: str = ""
    """Folder where `besok receive` takes the files of counters, one folder in it for each; none if empty."""
    receive_status_port: Port = 0
    """The port of /ready, /live and /metrics of the receiver; 0: none."""

    web_status_port: Port = 0
    """The same of the web service."""

    port: Port = 8050
    """Port of pages and API."""
    host: str = "127.0.0.1"
    """Address all these ports listen on; anything but loopback is refused."""
    expose: bool = False
    """Listen on another address all the same: only where the published port stays on loopback, as in a container."""
    allowed_hosts: str = "localhost,127.0.0.1,::1"
    """Names a browser may call the pages by, comma-separated; others are refused."""
    public_url: str = ""
    """Address of all pages for browsers, as https://besok.example.se: for posters, alerts and sign-in."""
    trusted_proxies: str = ""
    """Addresses and networks of the proxies in front, comma-separated: only they are believed about who asks."""
    session_hours: int = Field(default=12, ge=1, le=100_000)
    """Hours after which whoever signed in has to do it again."""

    oidc_issuer: str = ""
    """The provider that signs people in (OpenID Connect); local accounts only if empty."""
    oidc_client_id: str = ""
    """The name of Besök at the provider."""
    oidc_client_secret: SecretStr = SecretStr("")
    """Its secret there."""
    oidc_scopes: str = "openid profile email"
    """What the provider is asked for."""
    oidc_role_claim: str = "roles"
    """Claim that names a person's groups or roles; dots lead into it, as in realm_access.roles."""
    oidc_roles: str = ""
    """What they mean here, comma-separated: value=role, or value=role@site for one site."""
    oidc_acr: str = ""
    """Authentication context classes (acr) of which the sign-in must have one, comma-separated; any if empty."""
    oidc_amr: str = ""
    """Methods (amr) that the sign-in must have used, comma-separated, such as mfa; any if empty."""

    embed_origins: str = ""
    """Origins whose pages may embed the widget of free seats, with a space between; none if empty."""
    operator: str = ""
    """Who answers for this service, as the public pages name it."""
    contact: str = ""
    """Mail address for questions and wrong figures, on the public pages."""
    publisher_uri: str = ""
    """Address of the operator in the catalogue of open data, as http://dataportal.se/organisation/SE and ten digits."""
    data_licence: str = "http://creativecommons.org/publicdomain/zero/1.0/"
    """The address of the licence of the open data."""
    language: Literal["sv", "en"] = "sv"
    """Language for a browser that prefers neither Swedish nor English."""

    alive_url: str = ""
    """Address that the jobs call every minute; a watchdog there tells somebody when the calls stop."""
    instance: str = ""
    """Where several of a service work, which one this is, as b: each is then watched by its own name, as web-b."""
    minute_days: Days = 14
    """Days of minute-by-minute occupancy that are kept; the 15-minute form stays. 0: for ever."""
    rejected_days: Days = 90
    """Days that rejected messages are kept (0: for ever); of more than 100,000, or 2 GB, the oldest go first."""
    readings_days: Days = 0
    """Days that single readings are kept, 100 or more; figures by quarter of an hour and day stay. 0: for ever."""
    compress_days: Days = 0
    """Days after which readings, quarters and occupancy are compressed (TimescaleDB's Community edition). 0: never."""
    author_months: Months = 0
    """Months after which a count no longer names who counted. 0: never."""
    audit_days: Days = 0
    """Days that the audit is kept, 365 or more. 0: for ever."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """DEBUG, INFO, WARNING or ERROR."""
    log_format: Literal["text", "json"] = "text"
    """text for people, json for a log store."""

    @property
    def root(self) -> str:
        """The address of all pages without a slash at its end, "" if nobody has stated it."""
        return self.public_url.rstrip("/")

    def heartbeat(self, kind: str) -> str:
        """Return the name under which this process is watched."""
        return f"{kind}-{self.instance}" if self.instance else kind

    @field_validator("mqtt_host")
    @classmethod
    def _possible_host(cls, host: str) -> str:
        try:
            host.encode("idna")
        except UnicodeError:
            raise ValueError(
                "no host can have this name, of which each part between dots has 1 to 63 characters;"
                " write the broker's name or address, such as broker.example.se"
            ) from None
        return host

    @field_validator("database_url")
    @classmethod
    def _readable(cls, url: SecretStr) -> SecretStr:
        """Refuse what the driver would quote, with parts of the password, or take for a host."""
        text = url.get_secret_value()
        try:
            conninfo_to_dict(text)
        except ProgrammingError as exc:
            unknown = str(exc).startswith(UNKNOWN_OPTION) and not MAY_QUOTE_SECRET.search(text)
            raise ValueError(str(exc).strip() if unknown else UNREADABLE) from None
        if text.startswith(("postgresql://", "postgres://")) and not URI.fullmatch(text):
            raise ValueError(UNREADABLE)
        return url

    @field_validator("readings_days", "audit_days")
    @classmethod
    def _long_enough(cls, days: int, info: ValidationInfo) -> int:
        least = LEAST_DAYS[info.field_name or ""]
        if 0 != days < least:
            raise ValueError(f"{days} days are too short; write {least} or more, or 0 to keep them for ever")
        if info.field_name == "readings_days" and days and not 0 < info.data.get("minute_days", 1) < days:
            raise ValueError(
                "readings stay as long as the figures by minute made of them: shorten BESOK_MINUTE_DAYS"
            )
        return days


def load(usual: Collection[str] = ()) -> Settings:
    """Read the settings of this process; those named stay as `usual`. Raises SettingsError naming each unusable one."""
    left = {name: Settings.model_fields[name].default for name in usual}
    try:
        return _with_password(Settings(**(_secrets(usual) | left)))
    except ValidationError as exc:
        lines = [f"BESOK_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in exc.errors()]
        raise SettingsError("; ".join(lines)) from exc


def secret(variable: str) -> str:
    """Return a secret of the environment, or of the file that it names; "" without either. Raises SettingsError."""
    if given := os.environ.get(variable):
        return given
    file = os.environ.get(f"{variable}_FILE", "")
    try:
        return Path(file).read_text("utf-8").strip() if file else ""
    except (OSError, UnicodeDecodeError) as exc:
        raise SettingsError(f"{variable}_FILE: {file} cannot be read: {exc}") from exc


def _secrets(but: Collection[str]) -> dict[str, Any]:
    """Return the secrets that the environment or files hold, but those named. Raises SettingsError."""
    kinds = {name: field.annotation for name, field in Settings.model_fields.items() if name not in but}
    names = (name for name, kind in kinds.items() if kind is SecretStr)
    return {name: SecretStr(value) for name in names if (value := secret(f"BESOK_{name.upper()}"))}


def _with_password(settings: Settings) -> Settings:
    """Return the settings with the password in the address of the database, for all who connect."""
    password = settings.database_password.get_secret_value()
    if not password:
        return settings
    url = settings.database_url.get_secret_value()
    return settings.model_copy(update={"database_url": SecretStr(make_conninfo(url, password=password))})
