"""The web server: the API and the dashboard under one address."""

import threading

import uvicorn

from core.settings import Settings


def serve(settings: Settings, stop: threading.Event) -> None:
    """Serve until `stop` is set or the process is asked to end."""
    from api.app import create_app
    from dashboard.app import attach

    app = create_app(settings)
    attach(app, settings)
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=3,  # live streams never end by themselves
    )
    server = uvicorn.Server(config)

    def end() -> None:
        stop.wait()
        server.should_exit = True

    threading.Thread(target=end, daemon=True).start()
    server.run()
    stop.set()
