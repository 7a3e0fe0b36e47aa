"""The routes of open data, which pages of other sites may read: those that need no sign-in.

A page elsewhere sends no session along. Where the administrator of a machine is signed in by itself, it must not read
what others have to sign in for.
"""

import re
from typing import Final

from starlette.types import Scope

_SITE: Final = "spaces|portals|free|calendar|events|actions"
_PATHS: Final = re.compile(
    rf"/api/(?:openapi\.json|v1/catalogue|v1/schema/native|v1/sites(?:/[^/]+/(?:{_SITE}))?)"
)
OPEN: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Retry-After, Content-Disposition, Content-Language",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
PREFLIGHT: Final = {"Access-Control-Allow-Methods": "GET, HEAD", "Access-Control-Max-Age": "86400"}


def is_open(scope: Scope) -> bool:
    """Tell whether a request reads open data."""
    reads = scope["type"] == "http" and scope["method"] in ("GET", "HEAD", "OPTIONS")
    return reads and _PATHS.fullmatch(scope["path"]) is not None
