"""`python -m cli.serving.alive PORT`: health check of the service whose status port is PORT.

For health checks: it asks over the loopback address and imports nothing else, so it takes little more than Python
itself.
"""

import http.client
import sys

WAIT_S = 10


def main(port: int, host: str = "127.0.0.1") -> int:
    """Print the service's status; returns the exit status."""
    connection = http.client.HTTPConnection(host, port, timeout=WAIT_S)
    try:
        connection.request("GET", "/ready")
        answer = connection.getresponse()
        print(answer.read().decode("utf-8", "replace").strip())
        return 0 if answer.status == http.client.OK else 1
    except (OSError, http.client.HTTPException) as exc:
        print(f"nobody answers on port {port}: {exc}")
        return 1
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
