"""Codecs in a checkout of ChirpStack's device profiles, or of a tree like The Things Network's lorawan-devices.

ChirpStack: vendors/<vendor>/vendor.toml names the vendor, devices/*.toml the models, each with a file of codecs/.
The Things Network: vendor/index.yaml names the vendors, vendor/<vendor>/index.yaml the models, <model>.yaml the codec
of each firmware, <codec>.yaml its file. Of several versions of firmware the last one counts.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from besok.model.decode_context import Codec
from besok.model.errors import BesokError
from besok.model.given_files import text

LARGEST: Final = 1_000_000  # bytes of a codec
FORMS: Final = (
    "it must be a checkout of ChirpStack's device profiles (vendors/*/vendor.toml) or of a tree like"
    " The Things Network's lorawan-devices (vendor/index.yaml)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodecTree:
    """The codecs of a tree, and the models without a usable one with the reason."""

    codecs: list[Codec] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)  # vendor and model, why


class _Wrong(Exception):
    """Error for a model without a usable codec; its text is the reason."""


def read_codec(file: Path, vendor: str, model: str) -> Codec:
    """Read one codec. Raises BesokError."""
    if not (source := text(file, LARGEST)).strip():
        raise BesokError(f"{file} is empty")
    return Codec(vendor=vendor, model=model, source=source)


def read_tree(root: Path) -> CodecTree:
    """Read all codecs of a tree. Raises BesokError if it has neither of the two forms."""
    if (root / "vendor" / "index.yaml").is_file():
        models = _lorawan_devices(root)
    elif any(root.glob("vendors/*/vendor.toml")):
        models = _device_profiles(root)
    else:
        raise BesokError(f"There are no codecs in {root}: {FORMS}")
    tree = CodecTree()
    for vendor, model, file in models:
        try:
            if isinstance(file, _Wrong):
                raise file
            if not file.resolve().is_relative_to(root.resolve()):
                raise _Wrong("its codec is outside the tree")
            tree.codecs.append(read_codec(file, vendor, model))
        except (_Wrong, BesokError) as exc:
            tree.left.append((f"{vendor} {model}", str(exc)))
    return tree


Model = tuple[str, str, Path | _Wrong]  # vendor, model, its codec


def _device_profiles(root: Path) -> Iterator[Model]:
    for vendor_file in sorted(root.glob("vendors/*/vendor.toml")):
        folder = vendor_file.parent
        vendor = str(_within(_toml(vendor_file), "vendor").get("name") or folder.name)
        for device_file in sorted(folder.glob("devices/*.toml")):
            device = _within(_toml(device_file), "device")
            names = [f["codec"] for f in _listed(device, "firmware") if f.get("codec")]
            file = folder / "codecs" / str(names[-1]) if names else _Wrong("it has no codec")
            yield vendor, str(device.get("name") or device_file.stem), file


def _lorawan_devices(root: Path) -> Iterator[Model]:
    for entry in _listed(_yaml(root / "vendor" / "index.yaml"), "vendors"):
        folder = root / "vendor" / str(entry.get("id"))
        models = _yaml(folder / "index.yaml").get("endDevices")
        for model in models if isinstance(models, list) else ():
            try:
                file: Path | _Wrong = _end_device(folder, str(model))
            except _Wrong as exc:
                file = exc
            yield str(entry.get("name") or folder.name), str(model), file


def _end_device(folder: Path, model: str) -> Path:
    """Return the codec of a model. Raises _Wrong."""
    firmwares = _listed(_yaml(folder / f"{model}.yaml"), "firmwareVersions")
    profiles = _within(firmwares[-1], "profiles") if firmwares else {}
    names = {str(codec) for region in profiles if (codec := _within(profiles, region).get("codec"))}
    if len(names) > 1:
        raise _Wrong(f"it has several codecs ({', '.join(sorted(names))}): add the right one with codec add")
    if not names:
        raise _Wrong("it has no codec")
    file = _within(_yaml(folder / f"{names.pop()}.yaml"), "uplinkDecoder").get("fileName")
    if not file:
        raise _Wrong("its codec has no decoder of uplinks")
    return folder / str(file)


def _within(value: dict[str, Any], name: str) -> dict[str, Any]:
    part = value.get(name)
    return part if isinstance(part, dict) else {}


def _listed(value: dict[str, Any], name: str) -> list[dict[str, Any]]:
    items = value.get(name)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def _toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, ValueError):
        return {}


def _yaml(file: Path) -> dict[str, Any]:
    try:
        content = yaml.load(file.read_text("utf-8"), Loader=_Loader)
    except (OSError, ValueError, yaml.YAMLError):
        return {}
    return content if isinstance(content, dict) else {}


_Loader: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
