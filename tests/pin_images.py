"""Writes the digests of base images into Dockerfile and docker-compose.yml: `make pin-images`.

Each image is asked about at its own registry, or at the one named, in whose place it stands (a mirror). What no
registry answers for stays as it is, and is named. `docker buildx imagetools inspect IMAGE` and
`skopeo inspect docker://IMAGE` tell the same digest.
"""

import json
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parents[1]
FILES = (HERE / "Dockerfile", HERE / "docker-compose.yml")
HUB = "registry-1.docker.io"
TIMEOUT_S = 20
DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
KINDS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
# FROM IMAGE in a Dockerfile, image: IMAGE in a compose file; those with variables are built here
_IMAGE = re.compile(r"^(FROM |\s+image: )([^\s$@]+)(@sha256:[0-9a-f]{64})?(?=\s|$)", re.MULTILINE)


class NoAnswer(Exception):
    """Nobody tells the digest; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """An image as the files name it."""

    name: str  # "timescale/timescaledb:2.19.3-pg17"

    def address(self, mirror: str = "") -> str:
        """Return where its manifest is."""
        name, _, tag = self.name.rpartition(":")
        host, slash, path = name.partition("/")
        if not (slash and ("." in host or ":" in host)):
            host, path = HUB, name if slash else f"library/{name}"
        return f"{mirror.rstrip('/') or f'https://{host}'}/v2/{path}/manifests/{tag}"


def digest(image: Image, mirror: str = "") -> str:
    """Ask for the digest of an image. Raises NoAnswer."""
    address = image.address(mirror)
    try:
        try:
            found = _head(address)
        except urllib.error.HTTPError as exc:
            if exc.code != 401:
                raise
            found = _head(address, _token(exc.headers.get("WWW-Authenticate", "")))
    except (OSError, ValueError) as exc:
        raise NoAnswer(f"{urllib.parse.urlsplit(address).netloc}: {exc}") from exc
    if not DIGEST.fullmatch(found):
        raise NoAnswer(f"{urllib.parse.urlsplit(address).netloc} tells no digest")
    return found


def _head(address: str, token: str = "") -> str:
    headers = {"Accept": ", ".join(KINDS)} | ({"Authorization": f"Bearer {token}"} if token else {})
    request = urllib.request.Request(address, headers=headers, method="HEAD")
    with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:
        return str(answer.headers.get("Docker-Content-Digest", ""))


def _token(challenge: str) -> str:
    """Return the token that a registry asks for, which anybody is given for a public image."""
    said = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    realm = said.pop("realm", "")
    if not realm.startswith("https://"):
        raise ValueError("it asks for a sign-in")
    with urllib.request.urlopen(f"{realm}?{urllib.parse.urlencode(said)}", timeout=TIMEOUT_S) as answer:
        return str(json.load(answer)["token"])


def images(text: str) -> Iterator[Image]:
    """Yield the images that a file names, each once."""
    yield from (Image(name=name) for name in dict.fromkeys(found[2] for found in _IMAGE.finditer(text)))


def pinned(text: str, digests: dict[str, str]) -> str:
    """Return a file with digests; images without one keep what they have."""

    def pin(found: re.Match[str]) -> str:
        at = f"@{digests[found[2]]}" if found[2] in digests else found[3] or ""
        return f"{found[1]}{found[2]}{at}"

    return _IMAGE.sub(pin, text)


def main(mirror: str = "", files: tuple[Path, ...] = FILES) -> int:
    """Pin what can be pinned; return the exit status, 1 if any image is left without a digest."""
    texts = {file: file.read_text() for file in files}
    digests: dict[str, str] = {}
    missing = 0
    for image in dict.fromkeys(image for text in texts.values() for image in images(text)):
        try:
            digests[image.name] = digest(image, mirror)
            print(f"{image.name}  {digests[image.name]}")
        except NoAnswer as exc:
            missing += 1
            print(f"{image.name}  not pinned: {exc}")
    for file, text in texts.items():
        file.write_text(pinned(text, digests))
    if missing:
        print(
            "Run it where a registry answers, or name a mirror: make pin-images ARGS=https://mirror.example"
        )
    return min(missing, 1)


if __name__ == "__main__":
    sys.exit(main("".join(sys.argv[1:2])))
