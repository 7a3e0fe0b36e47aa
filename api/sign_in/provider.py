"""Sign-in by a provider that speaks OpenID Connect: Entra ID, Keycloak, or any other.

The code flow with PKCE. What the provider says of itself is read when it is first needed, and again after an hour or
where a signature is made with a key that is not known yet.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from besok.model import messages
from besok.model.access import RIGHTS, Grant
from besok.model.errors import SettingsError
from besok.model.settings import Settings
from besok.services.sign_in import SignInRefused

log = logging.getLogger(__name__)

PATIENCE_S: Final = 10
KNOWN_FOR_S: Final = 3600
SKEW_S: Final = 60  # by which clocks may differ
LOGOUT_AGE_S: Final = 300
SIGNED: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
LOGOUT_EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A sign-in under way: the address at the provider, and the values that must come back."""

    url: str
    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A person as the provider identifies them; `names` are display names, the best first."""

    subject: str
    names: tuple[str, ...]
    grants: tuple[Grant, ...]
    session: str | None


class Provider:
    """The provider of the settings. Its calls wait for the network: not on the event loop."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.issuer = settings.oidc_issuer.rstrip("/") if settings.oidc_issuer else ""
        self._roles = roles(settings.oidc_roles)
        self._acr, self._amr = _listed(settings.oidc_acr), _listed(settings.oidc_amr)
        self._about: dict[str, Any] = {}
        self._keys = KeySet([])
        self._read = float("-inf")
        if self.issuer and not (settings.oidc_client_id and self._roles):
            raise SettingsError("BESOK_OIDC_ISSUER needs BESOK_OIDC_CLIENT_ID and BESOK_OIDC_ROLES beside it")

    def start(self, redirect: str) -> Started:
        """Begin a sign-in that returns to `redirect`. Raises SignInRefused where the provider is unavailable."""
        verifier, nonce = generate_token(64), generate_token(32)
        more = {"acr_values": " ".join(self._acr)} if self._acr else {}
        url, state = self._client(redirect).create_authorization_url(
            self._endpoint("authorization_endpoint"), code_verifier=verifier, nonce=nonce, **more
        )
        return Started(url=url, state=state, nonce=nonce, verifier=verifier)

    def finish(self, redirect: str, answer: str, started: Mapping[str, str]) -> Person:
        """Return the signed-in person, from the address to which the browser returned. Raises SignInRefused."""
        try:
            token = self._client(redirect, state=started["state"]).fetch_token(
                self._endpoint("token_endpoint"),
                authorization_response=answer,
                code_verifier=started["verifier"],
                timeout=PATIENCE_S,
            )
            claims = self._claims(token["id_token"])
            self._check_issuer(claims)
            options = {"nonce": started["nonce"], "client_id": self._settings.oidc_client_id}
            CodeIDToken(claims, {}, self._essential(), options).validate(leeway=SKEW_S)
        except requests.RequestException as exc:
            raise _away(exc) from exc
        except (AuthlibBaseError, JoseError, KeyError, ValueError) as exc:
            log.warning("The provider's sign-in failed: %s", exc, extra={"action": "sign_in_failed"})
            raise SignInRefused(messages.PROVIDER_FAILED) from exc
        return self._person(claims)

    def ended(self, logout_token: str) -> tuple[str | None, str | None]:
        """Return the person (`sub`) and the session (`sid`) that the provider has ended. Raises SignInRefused."""
        try:
            claims = self._claims(logout_token)
            self._check_issuer(claims)
            if self._settings.oidc_client_id not in _audience(claims):
                raise ValueError("a logout token for somebody else")
            if abs(time.time() - float(claims["iat"])) > LOGOUT_AGE_S + SKEW_S:
                raise ValueError("a logout token of another time")
            if LOGOUT_EVENT not in claims["events"] or "nonce" in claims:
                raise ValueError("no logout token")
            person, session = claims.get("sub"), claims.get("sid")
            if not (person or session):
                raise ValueError("a logout token that names nobody")
        except (JoseError, KeyError, TypeError, ValueError) as exc:
            log.warning("A logout by the provider was refused: %s", exc, extra={"action": "logout_refused"})
            raise SignInRefused(messages.PROVIDER_FAILED) from exc
        return person, session

    def sign_out_at(self, back: str) -> str:
        """Return the provider's sign-out address; "" where it has none, or is unavailable."""
        try:
            end = str(self._known().get("end_session_endpoint", ""))
        except SignInRefused:
            return ""
        params = {"client_id": self._settings.oidc_client_id, "post_logout_redirect_uri": back}
        return requests.Request("GET", end, params=params).prepare().url or "" if end else ""

    def _person(self, claims: Mapping[str, Any]) -> Person:
        if self._acr and claims.get("acr") not in self._acr:
            raise SignInRefused(messages.NOT_STRONG)
        if not set(self._amr) <= set(claims.get("amr") or ()):
            raise SignInRefused(messages.NOT_STRONG)
        roles_named = _at(claims, self._settings.oidc_role_claim)
        values = roles_named if isinstance(roles_named, list) else str(roles_named or "").split()
        grants = tuple(dict.fromkeys(g for value in values for g in self._roles.get(str(value), ())))
        if not grants:
            raise SignInRefused(messages.NO_ROLE)
        claimed = [claims.get(key) for key in ("name", "preferred_username", "email")]
        names = tuple(str(name)[:60] for name in claimed if name) or (str(claims["sub"]),)
        return Person(subject=str(claims["sub"]), names=names, grants=grants, session=claims.get("sid"))

    def _essential(self) -> dict[str, Any]:
        return {
            "iss": {"essential": True},
            "aud": {"essential": True, "value": self._settings.oidc_client_id},
            "nonce": {"essential": True},
        }

    def _client(self, redirect: str, state: str | None = None) -> OAuth2Session:
        secret = self._settings.oidc_client_secret.get_secret_value()
        return OAuth2Session(
            self._settings.oidc_client_id,
            secret or None,
            token_endpoint_auth_method="client_secret_basic" if secret else "none",
            scope=self._settings.oidc_scopes,
            state=state,
            redirect_uri=redirect,
            code_challenge_method="S256",
            default_timeout=PATIENCE_S,
        )

    def _endpoint(self, name: str) -> str:
        return str(self._known()[name])

    def _check_issuer(self, claims: Mapping[str, Any]) -> None:
        """Raise ValueError for a token of another issuer. An Entra ID tenant's is in its own description."""
        if claims["iss"] != self._known()["issuer"]:
            raise ValueError(f"a token of {claims['iss']}")

    def _claims(self, token: str) -> dict[str, Any]:
        """Return the claims of a signed token. Raises JoseError, ValueError."""
        self._known()
        try:
            return jwt.decode(token, self._keys, algorithms=list(SIGNED)).claims
        except (JoseError, ValueError):
            if time.monotonic() < self._read + SKEW_S:
                raise
        self._read = float("-inf")  # its keys may have changed
        self._known()
        return jwt.decode(token, self._keys, algorithms=list(SIGNED)).claims

    def _known(self) -> dict[str, Any]:
        """Return the provider's description. Raises SignInRefused where it does not answer."""
        if time.monotonic() > self._read + KNOWN_FOR_S:
            try:
                about = _get(f"{self.issuer}/.well-known/openid-configuration")
                if str(about["issuer"]).rstrip("/") != self.issuer:
                    raise ValueError(f"{self.issuer} says that it is {about['issuer']}")
                self._keys = KeySet.import_key_set(_get(about["jwks_uri"]))  # type: ignore[arg-type]
            except (requests.RequestException, KeyError, ValueError, JoseError) as exc:
                raise _away(exc) from exc
            self._about, self._read = about, time.monotonic()
        return self._about


def roles(text: str) -> dict[str, tuple[Grant, ...]]:
    """Parse the setting that maps values of the role claim to roles. Raises SettingsError."""
    grants: dict[str, tuple[Grant, ...]] = {}
    for part in _listed(text):
        value, _, meant = part.rpartition("=")
        role, _, site = meant.partition("@")
        if not value or role not in RIGHTS:
            raise SettingsError(
                f"BESOK_OIDC_ROLES: {part!r} is not value=role or value=role@site, with a role of {', '.join(RIGHTS)}"
            )
        grants[value] = (*grants.get(value, ()), Grant(role=role, site=site or None))
    return grants


def _get(url: str) -> dict[str, Any]:
    answer = requests.get(url, timeout=PATIENCE_S)
    answer.raise_for_status()
    body: dict[str, Any] = answer.json()
    return body


def _away(exc: Exception) -> SignInRefused:
    log.warning("The provider of sign-ins cannot be reached: %s", exc, extra={"action": "provider_away"})
    return SignInRefused(messages.PROVIDER_AWAY)


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _audience(claims: Mapping[str, Any]) -> Sequence[str]:
    audience = claims["aud"]
    return [audience] if isinstance(audience, str) else list(audience)


def _at(claims: Mapping[str, Any], path: str) -> Any:
    """Return a claim, by its own name or by a dotted path."""
    if path in claims:
        return claims[path]
    here: Any = claims
    for part in path.split("."):
        here = here.get(part) if isinstance(here, Mapping) else None
    return here
