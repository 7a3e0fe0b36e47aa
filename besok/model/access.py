"""Access control: roles, the rights of each, and the caller of a request."""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

Role = Literal["viewer", "manager", "planner", "technician", "admin"]
Right = Literal[
    "open",  # what is public by its nature: places, opening hours, programme, the action register
    "read",  # figures, live and past, and the state of sensors
    "count",  # send a validation count
    "acknowledge",  # say what is done about a finding, void what a sensor sent, decide about quarantine
    "record",  # write into the action register, bring in counts
    "plan",  # simulated sensors and scenarios
    "diagnose",  # messages and devices that belong to no site yet
    "place",  # say what a device means and where it is mounted
    "administer",  # accounts, keys, the audit
]
Audited = Literal[  # kinds of changes that the audit has
    "account.add", "account.remove", "account.roles", "account.password", "account.totp",
    "account.sign_in", "account.invite", "account.block", "account.sign_out", "key.add", "key.revoke",
    "token.add", "token.remove", "site.apply", "device.mapping", "device.topics", "action", "count",
    "count.discard", "calibration", "finding.acknowledge", "codec", "headcount", "void", "device.forget",
    "site.remove", "import", "calendar", "correction", "release", "sandbox", "alert.rule", "alert.rule.remove",
    "alert.target", "alert.target.remove", "alert.acknowledge", "maintenance", "announcement", "privacy.erase",
    "scenario", "site.picture",
]  # fmt: skip
RIGHTS: Final[dict[Role, frozenset[Right]]] = {
    "viewer": frozenset({"open", "read", "count"}),
    "manager": frozenset({"open", "read", "count", "acknowledge", "record"}),
    "planner": frozenset({"open", "read", "count", "plan"}),
    "technician": frozenset({"open", "read", "count", "acknowledge", "diagnose", "place"}),
    "admin": frozenset(
        {"open", "read", "count", "acknowledge", "record", "plan", "diagnose", "place", "administer"}
    ),
}
SCENARIO_SANDBOX: Final = (
    "-scenario"  # how the sandbox ends in which a site's scenarios are played: its people see it
)
SITELESS: Final[frozenset[Right]] = frozenset({"open", "diagnose"})  # whoever has it anywhere has it there
NOT_PLAYED: Final[frozenset[Right]] = frozenset(
    {"record", "plan", "place", "administer"}
)  # of no use in that sandbox


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role at a site, or at every site where none is named."""

    role: Role
    site: str | None = None

    def __str__(self) -> str:
        """Return the grant as commands write it: `viewer`, `manager@park`."""
        return f"{self.role}@{self.site}" if self.site else self.role


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The caller of a request and its rights.

    `name` is shown with its changes. `principal` names the account or key whose end ends its streams. A caller is
    `unknown` while the database that knows it does not answer, and gets nothing but the `error`.
    """

    kind: Literal["local", "account", "key", "public", "unknown"]
    name: str = ""
    grants: tuple[Grant, ...] = ()
    principal: str = ""
    session: int | None = None
    expires: datetime | None = None
    error: Exception | None = None

    def may(self, right: Right, site: str | None = None) -> bool:
        """Tell whether the caller has a right at `site`; without a site, at all sites (or at any, if it needs none)."""
        if right == "open":
            return True
        if site and site.endswith(SCENARIO_SANDBOX) and right in NOT_PLAYED:
            return False
        sites = {None, site, site and site.removesuffix(SCENARIO_SANDBOX)}
        return any(
            right in RIGHTS[grant.role] and (grant.site in sites or (site is None and right in SITELESS))
            for grant in self.grants
        )


ACTOR: Final[ContextVar[str]] = ContextVar(
    "besok_actor", default="besok"
)  # under whose name changes are noted
EVERYTHING: Final = (Grant(role="admin"),)
PUBLIC: Final = Caller(kind="public")
LOCAL: Final = Caller(
    kind="local", grants=EVERYTHING
)  # whoever sits at a machine on which nobody has an account
