"""Folders of codecs: ChirpStack's form and that of The Things Network."""

from pathlib import Path

import pytest

from besok.files.codec_trees import read_codec, read_tree
from besok.model.errors import BesokError


def write(root: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def test_device_profiles_of_chirpstack(tmp_path: Path) -> None:
    firmware = '[[device.firmware]]\nversion = "{}"\ncodec = "{}"\n'
    tree = read_tree(
        write(
            tmp_path,
            {
                "vendors/acme/vendor.toml": '[vendor]\nname = "Acme"\n',
                "vendors/acme/devices/x1.toml": '[device]\nname = "X1 Counter"\n'
                + firmware.format("1", "old.js")
                + firmware.format("2", "new.js"),
                "vendors/acme/devices/x2.toml": '[device]\nname = "X2"\n[[device.firmware]]\nversion = "1"\n',
                "vendors/acme/devices/x3.toml": '[device]\nname = "X3"\n' + firmware.format("1", "gone.js"),
                "vendors/acme/devices/x4.toml": '[device]\nname = "X4"\n'
                + firmware.format("1", "../../../../x"),
                "vendors/acme/codecs/old.js": "old",
                "vendors/acme/codecs/new.js": "new",
            },
        )
    )
    assert [(c.vendor, c.model, c.source) for c in tree.codecs] == [("Acme", "X1 Counter", "new")]
    assert [name for name, _ in tree.left] == ["Acme X2", "Acme X3", "Acme X4"]
    assert [why for _, why in tree.left][::2] == ["it has no codec", "its codec is outside the tree"]


def test_lorawan_devices(tmp_path: Path) -> None:
    def device(*codecs: str) -> str:
        lines = "".join(f"      EU{n}:\n        codec: {codec}\n" for n, codec in enumerate(codecs))
        return f"name: A counter\nfirmwareVersions:\n  - version: '1'\n    profiles:\n{lines}"

    tree = read_tree(
        write(
            tmp_path,
            {
                "vendor/index.yaml": "vendors:\n  - id: acme\n    name: Acme Inc.\n  - id: void\n  - odd\n",
                "vendor/acme/index.yaml": "endDevices:\n  - x1\n  - x2\n  - x3\n  - x4\n",
                "vendor/acme/x1.yaml": device("x-codec", "x-codec"),
                "vendor/acme/x2.yaml": device("x-codec", "y-codec"),
                "vendor/acme/x3.yaml": device(),
                "vendor/acme/x4.yaml": "firmwareVersions: [1, [2]]\n",
                "vendor/acme/x-codec.yaml": "uplinkDecoder:\n  fileName: x.js\n",
                "vendor/acme/x.js": "x",
            },
        )
    )
    assert [(c.vendor, c.model, c.source) for c in tree.codecs] == [("Acme Inc.", "x1", "x")]
    assert [(name, why.partition(":")[0]) for name, why in tree.left] == [
        ("Acme Inc. x2", "it has several codecs (x-codec, y-codec)"),
        ("Acme Inc. x3", "it has no codec"),
        ("Acme Inc. x4", "it has no codec"),
    ]


def test_what_is_no_such_folder_or_file(tmp_path: Path) -> None:
    with pytest.raises(BesokError, match="There are no codecs in"):
        read_tree(tmp_path)
    (tmp_path / "long.js").write_bytes(b" " * 1_000_001)
    with pytest.raises(BesokError, match="larger than 1 MB"):
        read_codec(tmp_path / "long.js", "Acme", "X1")
    (tmp_path / "empty.js").write_text("\n")
    with pytest.raises(BesokError, match="is empty"):
        read_codec(tmp_path / "empty.js", "Acme", "X1")
