"""Digests of images, from a real registry; where none answers nothing is changed, and that is said."""

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from benchmarks.servers import wait_until
from cli.stack import ports, program
from cli.stack.program import Program
from tests import pin_images

REGISTRY = "docker-registry"
DOCKERFILE = "FROM python:3.13-slim AS build\nRUN x\nFROM python:3.13-slim\n"
COMPOSE = """services:
  db:
    image: timescale/timescaledb:2.19.3-pg17
  web:
    image: besok:${BESOK_VERSION:-latest}
  broker:
    image: eclipse-mosquitto:2@sha256:%s
""" % ("0" * 64)
CONFIG = """version: 0.1
storage: {{filesystem: {{rootdirectory: {root}}}}}
http: {{addr: "127.0.0.1:{port}"}}
"""
MANIFEST = "application/vnd.oci.image.manifest.v1+json"


@pytest.fixture
def registry(folder: Path) -> Iterator[str]:
    """The address of a registry with two images."""
    (port,) = ports.free()
    (folder / "config.yml").write_text(CONFIG.format(root=folder / "images", port=port))
    command = (str(shutil.which(REGISTRY)), "serve", str(folder / "config.yml"))
    server = Program(name=REGISTRY, command=command, user="", folder=folder)
    process = program.start(server, folder / "log")
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until(lambda: answers(address), process, REGISTRY, limit_s=60)
        yield address
    finally:
        program.stop(process, server)


def answers(address: str) -> bool:
    try:
        return httpx2.get(f"{address}/v2/").status_code == 200
    except httpx2.TransportError:
        return False


def push(registry: str, name: str, tag: str) -> str:
    """Put an image into a registry; return its digest."""
    content = json.dumps(
        {"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": []}}
    ).encode()
    blob = f"sha256:{hashlib.sha256(content).hexdigest()}"
    where = httpx2.post(f"{registry}/v2/{name}/blobs/uploads/").headers["location"]
    put = f"{where}&digest={blob}"
    assert (
        httpx2.put(put, content=content, headers={"content-type": "application/octet-stream"}).status_code
        == 201
    )
    config = {"mediaType": "application/vnd.oci.image.config.v1+json", "size": len(content), "digest": blob}
    manifest = json.dumps(
        {"schemaVersion": 2, "mediaType": MANIFEST, "config": config, "layers": []}
    ).encode()
    where = f"{registry}/v2/{name}/manifests/{tag}"
    assert httpx2.put(where, content=manifest, headers={"content-type": MANIFEST}).status_code == 201
    return f"sha256:{hashlib.sha256(manifest).hexdigest()}"


@pytest.fixture
def files(folder: Path) -> tuple[Path, Path]:
    (folder / "Dockerfile").write_text(DOCKERFILE)
    (folder / "compose.yml").write_text(COMPOSE)
    return folder / "Dockerfile", folder / "compose.yml"


def test_digests_come_from_the_registry_and_again_change_nothing(
    registry: str, files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    python = push(registry, "library/python", "3.13-slim")
    database = push(registry, "timescale/timescaledb", "2.19.3-pg17")
    for _ in range(2):
        assert pin_images.main(registry, files) == 1, "there is no such broker"
        docker, compose = (file.read_text() for file in files)
        assert docker.count(f"python:3.13-slim@{python}") == 2
        assert f"timescaledb:2.19.3-pg17@{database}\n" in compose
        assert "besok:${BESOK_VERSION:-latest}\n" in compose
        assert f"eclipse-mosquitto:2@sha256:{'0' * 64}\n" in compose, "what it had stays"
    assert "eclipse-mosquitto:2  not pinned: 127.0.0.1:" in capsys.readouterr().out
    push(registry, "library/eclipse-mosquitto", "2")
    assert pin_images.main(registry, files) == 0


def test_where_no_registry_answers_nothing_is_changed(
    files: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    (port,) = ports.free()
    assert pin_images.main(f"http://127.0.0.1:{port}", files) == 1
    assert [file.read_text() for file in files] == [DOCKERFILE, COMPOSE]
    assert "Run it where a registry answers" in capsys.readouterr().out


def test_each_image_is_asked_about_at_its_own_registry() -> None:
    def at(name: str) -> str:
        return pin_images.Image(name=name).address()

    assert at("python:3.13") == "https://registry-1.docker.io/v2/library/python/manifests/3.13"
    assert at("a/b:1") == "https://registry-1.docker.io/v2/a/b/manifests/1"
    assert at("ghcr.io/a/b:1") == "https://ghcr.io/v2/a/b/manifests/1"


def test_all_images_of_the_files_are_found() -> None:
    found = [image.name for file in pin_images.FILES for image in pin_images.images(file.read_text())]
    assert [name.partition(":")[0] for name in found] == [
        "python",
        "timescale/timescaledb",
        "eclipse-mosquitto",
    ]
