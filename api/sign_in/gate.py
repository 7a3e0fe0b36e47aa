"""Identification of callers: by key, by session cookie, or as the user of a machine without accounts.

The cookie is called `__Host-besok` and is sent over https only, under the address of BESOK_PUBLIC_URL. On the loopback
address of a machine, where there is no https and some browsers keep no secure cookie, it is called `besok`. Anywhere
else nobody can sign in.
"""

import ipaddress
import re
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from api.security import fetched_by_others, host_name, hosts, same_origin
from api.sign_in.provider import Provider
from besok.model import tokens
from besok.model.access import LOCAL, PUBLIC, Caller
from besok.model.errors import SettingsError, StoreError
from besok.model.settings import Settings
from besok.services import sign_in
from besok.services.sign_in import Opened
from besok.store import accounts
from besok.store.database import Database

SECURE, PLAIN = "__Host-besok", "besok"  # names of the cookie
UNDER_WAY: Final = "-sign-in"  # after them, of the cookie that a sign-in by the provider brings back
UNDER_WAY_S: Final = 600
ASKED_EVERY_S: Final = 5  # whether anybody has an account
FORWARDED: Final = ("forwarded", "via", "x-real-ip", "cf-connecting-ip", "true-client-ip")
OLD: Final = "1.0"  # HTTP of proxies that name nobody for whom they ask; no browser speaks it


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """The address under which a browser connects: whether cookies are safe there, and their attributes."""

    origin: str
    secure: bool
    usable: bool

    @property
    def cookie(self) -> str:
        """Return the name of the cookie."""
        return SECURE if self.secure else PLAIN

    def set_cookie(self, name: str, value: str, seconds: int) -> str:
        """Return the header that sets a cookie; without seconds it deletes it."""
        secure = "; Secure" if self.secure else ""
        return f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"


class Gate:
    """Identify callers. Its calls wait for the database: not on the event loop."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.provider = Provider(settings)
        self.lasts = timedelta(hours=settings.session_hours)
        self._public = checked(settings.public_url)
        self._reached_by_others = bool(
            self._public
            or settings.expose
            or not is_loopback(settings.host)
            or not all(map(is_loopback, hosts(settings.allowed_hosts)))
        )
        self._accounts, self._asked = False, float("-inf")

    def address(self, headers: Headers) -> Address:
        """Return the address under which a browser connects."""
        host = headers.get("host", "")
        public = urlsplit(self._public)
        if self._public and host.lower() == public.netloc.lower():
            return Address(origin=f"https://{public.netloc}", secure=True, usable=True)
        return Address(origin=f"http://{host}", secure=False, usable=is_loopback(host_name(host)))

    def link_origin(self, headers: Headers) -> str:
        """Return what links that are passed on begin with: the public address where there is one."""
        return self._public or self.address(headers).origin

    def caller(
        self, headers: Headers, client: str, now: datetime, version: str = "1.1"
    ) -> tuple[Caller, Opened | None]:
        """Return the caller of a request, by this version of HTTP, and the next token of its session when due."""
        try:
            if key := tokens.presented(headers.get("authorization", "")):
                return sign_in.caller_of_key(self.db, key, now) or PUBLIC, None
            token = cookies(headers).get(self.address(headers).cookie, "")
            if token and (opened := sign_in.caller_of_session(self.db, token, now)):
                return opened
            direct = version != OLD and self._signs_in_by_itself(headers, client)
            return (LOCAL if direct else PUBLIC), None
        except StoreError as exc:
            return Caller(kind="unknown", error=exc), None

    def _signs_in_by_itself(self, headers: Headers, client: str) -> bool:
        """Tell whether the caller is at this machine, and no account exists yet. Raises StoreError.

        A page elsewhere, open in a browser at this machine, is somebody else.
        """
        forwarded = any(name in FORWARDED or name.startswith("x-forwarded") for name in headers)
        here = is_loopback(client) and is_loopback(host_name(headers.get("host", "")))
        ours = same_origin(headers.get("origin"), headers.get("host")) and not fetched_by_others(
            headers, "GET"
        )
        return here and ours and not forwarded and not self._reached_by_others and not self.provides()

    def provides(self) -> bool:
        """Tell whether anybody can sign in: there is a provider, or an account. Raises StoreError."""
        if not self.provider.issuer and not self._accounts and time.monotonic() > self._asked + ASKED_EVERY_S:
            self._accounts, self._asked = accounts.any_there(self.db), time.monotonic()
        return bool(self.provider.issuer) or self._accounts


def is_loopback(name: str) -> bool:
    """Tell whether an address or a host name is that of this machine."""
    if name == "localhost":
        return True
    with suppress(ValueError):
        return ipaddress.ip_address(name).is_loopback
    return False


def cookies(headers: Headers) -> dict[str, str]:
    """Return the cookies of a request by name.

    Odd blanks stay part of a name: without them another's `\xa0__Host-besok` would be taken for ours.
    """
    return cookie_parser(re.sub(r"[^ -~]", "?", headers.get("cookie", "")))


def checked(url: str) -> str:
    """Return the public address without a trailing slash. Raises SettingsError where nobody could sign in there."""
    parts = urlsplit(url)
    if url and (parts.scheme != "https" or not parts.netloc or parts.path not in ("", "/")):
        raise SettingsError(
            f"BESOK_PUBLIC_URL is {url}: write https:// and a host, as in https://besok.example.se; "
            "nobody should sign in without encryption"
        )
    return url.rstrip("/")
