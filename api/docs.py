"""The API's own page, /api/docs: Swagger UI from our own files, since a wall screen may have no internet."""

from fastapi import APIRouter, FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse

router = APIRouter(include_in_schema=False)

OPENAPI = "/api/openapi.json"
PAGE = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Besök API</title>
<link rel="stylesheet" href="/api/static/swagger-ui.css">
</head>
<body>
<main id="swagger-ui"></main>
<noscript>This page needs JavaScript; <a href="{OPENAPI}">openapi.json</a> says the same.</noscript>
<script src="/api/static/swagger-ui-bundle.js"></script>
<script src="/api/static/docs.js" data-openapi="{OPENAPI}"></script>
</body>
</html>
"""


@router.get("/api")
@router.get("/api/")
@router.get("/api/v1")
async def entrance() -> RedirectResponse:
    """Redirect from the root of the API to its description."""
    return RedirectResponse("/api/docs")


@router.get(OPENAPI)
def described(request: Request) -> JSONResponse:
    """Return the OpenAPI document: made in a thread on the first request, and cached."""
    return JSONResponse(request.app.openapi())


@router.get("/api/docs")
async def page() -> HTMLResponse:
    """Swagger UI."""
    return HTMLResponse(PAGE)


def install(server: FastAPI) -> None:
    """Add the page and its files."""
    server.include_router(router)
    server.mount("/api/static", StaticFiles(packages=[("api", "static")]), name="api-static")
