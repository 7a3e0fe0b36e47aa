"""Host names, origins and the policy of the pages."""

from datetime import UTC, datetime

import pytest

from api.security import POLICY, host_name, hosts, same_origin
from api.sign_in import page, people
from besok.model.errors import SettingsError
from besok.store.accounts import Account
from besok.store.audit import AuditEntry
from besok.store.sessions import Key
from cli.stack.ports import check_host


@pytest.mark.parametrize(
    ("netloc", "name"),
    [
        ("localhost:8050", "localhost"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]:8050", "::1"),
        ("EVIL.example", "evil.example"),
        ("", ""),
        ("[::1", ""),
        ("evil@localhost", "localhost"),
        ("localhost/evil", "localhost"),
    ],
)
def test_the_name_in_a_host_header(netloc: str, name: str) -> None:
    assert host_name(netloc) == name


def test_allowed_hosts_are_a_comma_separated_list() -> None:
    assert hosts(" localhost, Besok.Example ,,") == {"localhost", "besok.example"}


@pytest.mark.parametrize(
    ("origin", "host", "ours"),
    [
        ("http://localhost:8050", "localhost:8050", True),
        (None, "localhost:8050", True),  # a program, not a page
        ("http://evil.example", "localhost:8050", False),
        ("http://localhost:9000", "localhost:8050", False),
        ("null", "localhost:8050", False),
        ("", "localhost:8050", False),
        ("http://[", "localhost:8050", False),
        ("", "", False),
    ],
)
def test_only_our_own_pages_may_open_a_socket(origin: str | None, host: str, ours: bool) -> None:
    assert same_origin(origin, host) is ours


def test_the_policy_allows_no_foreign_and_no_inline_script() -> None:
    script = next(part for part in POLICY.split("; ") if part.startswith("script-src"))
    assert script == "script-src 'self'"
    assert "frame-ancestors 'none'" in POLICY


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_loopback_is_served(host: str) -> None:
    check_host(host, allowed=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.4", "besok.example"])
def test_other_addresses_are_refused_where_nobody_signs_in(host: str) -> None:
    with pytest.raises(SettingsError, match="nobody has to sign in"):
        check_host(host, allowed=False)
    check_host(host, allowed=True)


def test_what_was_typed_comes_back_as_text() -> None:
    typed = "\"'><script>alert(1)</script>"
    entry = AuditEntry(
        entry_id=1, at=datetime.now(UTC), actor=typed, action=typed, site=typed, subject=typed, detail=typed
    )
    account = Account(
        name=typed,
        display=f"{typed}!",
        issuer=None,
        blocked=False,
        totp=False,
        created=entry.at,
        signed_in=entry.at,
        grants=(),
    )
    key = Key(
        key_id=1, name=typed, role="viewer", site=typed, created=entry.at, author=typed, expires=entry.at, used=None
    )  # fmt: skip
    for body in (
        page.sign_in(after=typed, local=True, provider=True, name=typed),
        people.audit(
            [entry], {"actor": typed, "site": typed}, 1, {"lib": typed}, zone="Europe/Stockholm", people=True
        ),
        people.people([account], [key], {"lib": typed}, "Europe/Stockholm"),
        people.done(typed, typed),
        people.problem(typed),
        people.choose_password(typed, typed),
        page.signed_out(typed),
        page.answer(typed, "", here=f"/login?next={typed}").body.decode(),
    ):
        others = body.replace('<script src="/assets/colours.js"></script>', "", 1)  # the page's own
        assert "<script" not in others and "\"'>" not in others


def test_accounts_are_dated_by_the_clock_of_the_place() -> None:
    late = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    account = Account(
        name="ada",
        display="Ada",
        issuer=None,
        blocked=False,
        totp=False,
        created=late,
        signed_in=late,
        grants=(),
    )
    assert "inloggad 1 dec. 2026" in people.people([account], [], {}, "Europe/Stockholm")
