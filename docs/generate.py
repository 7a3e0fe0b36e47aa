"""Generate parts of the documentation, and the copy of it from which the site is built.

`python -m docs.generate` renews what stands between `<!-- generated: NAME -->` and its end in the pages.
`python -m docs.generate FOLDER` copies the pages there and adds what only the site has: commands and Python API.
"""

import re
import shutil
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from typer.main import get_command

from api import measured
from api.app import create_app
from besok.model.metrics import METRICS
from besok.model.settings import Settings
from cli.main import app
from cli.simulation import scenario_metrics
from collectors import counters as collector_metrics
from collectors import kept_forms
from collectors.counters import Counters
from collectors.devices.table import Table, tables
from collectors.receive import metrics as receiver_metrics
from jobs import metrics as jobs_metrics

DOCS = Path(__file__).parent
BLOCK = re.compile(r"<!-- (generated|built): ([\w-]+) -->\n.*?<!-- end \1 -->", re.DOTALL)
PACKAGES = ("besok", "collectors", "jobs", "api", "dashboard", "sensors_sim", "cli")


def table(heads: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """Return a Markdown table."""
    lines: list[list[object]] = [list(heads), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "".join(
        f"| {' | '.join(str(cell).replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines
    )


def settings() -> str:
    """Return the table of settings with their defaults."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = field.default.get_secret_value() if isinstance(field.default, SecretStr) else field.default
        shown = str(default).lower() if isinstance(default, bool) else default
        rows.append((f"`BESOK_{name.upper()}`", f"`{shown}`" if shown != "" else "none", field.description))
    return table(("setting", "default", "meaning"), rows)


def metrics() -> str:
    """Return the metric catalogue."""
    rows = (
        (f"`{m.name}`", m.kind, m.unit, f"{m.low:g} to {m.high:g}", m.description) for m in METRICS.values()
    )
    return table(("metric", "kind", "unit", "range", "meaning"), rows)


def service_metrics() -> str:
    """Return the Prometheus metrics of all services."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    families = [
        *collector_metrics.families(Counters(), now),
        *jobs_metrics.families(jobs_metrics.State(), now),
        *receiver_metrics.families(receiver_metrics.ReceiverCounters(), False, None),
        *scenario_metrics.families(scenario_metrics.State(), now),
        *measured.families(create_app(Settings())),
    ]
    rows = ((f"`{f.name}{'_total' * (f.type == 'counter')}`", f.type, f.documentation) for f in families)
    return table(("metric", "type", "meaning"), rows)


def routes() -> str:
    """Return the paths of the HTTP API with what they answer and their query parameters."""
    rows = []
    for path, methods in create_app(Settings()).openapi()["paths"].items():
        for method, route in methods.items():
            asked = [f"`{p['name']}`" for p in route.get("parameters", []) if p["in"] == "query"]
            rows.append((method.upper(), f"`{path}`", route["summary"], ", ".join(asked)))
    return table(("method", "path", "answers", "query"), rows)


def command_list() -> str:
    """Return the commands and what each does."""
    return table(("command", "does"), ((f"`{name}`", _help(command)) for name, command in leaves()))


def commands() -> str:
    """Return every command with its arguments and options."""
    return "".join(part for name, command in leaves() for part in _command(name, command))


def leaves(command: Any = None, name: str = "besok") -> Iterator[tuple[str, Any]]:
    """Yield each command that does something, with its full name."""
    command = command or get_command(app)
    children = getattr(command, "commands", {})
    if not children or command.invoke_without_command:
        yield name, command
    for key, child in children.items():
        yield from leaves(child, f"{name} {key}")


def _help(command: Any) -> str:
    return " ".join((command.help or "").split())


def _command(name: str, command: Any) -> Iterator[str]:
    yield f"### {name}\n\n{_help(command)}\n\n"
    given = [p for p in command.params if p.name != "help"]
    if given:
        rows = ((f"`{', '.join(p.opts)}`", _default(p), getattr(p, "help", "") or "") for p in given)
        yield table(("option", "default", "meaning"), rows) + "\n"


def _default(parameter: Any) -> str:
    if parameter.required:
        return "required"
    return f"`{parameter.default}`" if parameter.default not in (None, "", False, ()) else ""


def models() -> str:
    """Return the models that a table describes, by vendor."""
    rows = (
        (t.vendor, ", ".join((t.model, *t.also)), t.kind, _read(t), f"[source]({t.document})")
        for t in sorted(tables(), key=lambda t: (t.vendor.lower(), t.model.lower()))
    )
    return table(("vendor", "models", "kind", "what is read", ""), rows)


def _read(model: Table) -> str:
    """Return the metrics that a table reads, in the order of the catalogue, and what a user should know."""
    found = {value.metric for form in model.messages for value in form.values if not value.asks}
    own = ", ".join(f"`{metric}`" for metric in METRICS if metric in found)
    metrics = own or f"as {model.platform} gives it"
    note = model.note.rstrip(".")
    return f"{metrics}. {note[0].upper()}{note[1:]}" if note else metrics


def commonest() -> str:
    """Return the commonest people counters: by which table they are read, or what is public about them."""
    by_path = {model.path.removesuffix(".toml"): model for model in tables()}
    listed = tomllib.loads((files("collectors.devices") / "commonest.toml").read_text("utf-8"))["counters"]
    rows = []
    for number, one in enumerate(listed, 1):
        model = by_path.get(one.get("table", ""))
        told = _read(model) if model else f"not read by itself: {one['found']}"
        rows.append(
            (str(number), one["name"], told, f"[source]({model.document if model else one['source']})")
        )
    return table(("", "counter", "what is read", ""), rows)


def allowlist() -> str:
    """Return the words and keys that redaction keeps."""
    words = ((name, ", ".join(sorted(found))) for name, found in kept_forms.LISTS.items())
    keys = (
        (f"keys: {name.replace('_', ' ')}", ", ".join(sorted(found)))
        for name, found in kept_forms.KEYS.items()
    )
    return table(("list", "words"), (*words, *keys))


GENERATED: dict[str, Callable[[], str]] = {
    "settings": settings,
    "metrics": metrics,
    "models": models,
    "commonest": commonest,
    "allowlist": allowlist,
    "service-metrics": service_metrics,
    "routes": routes,
    "command-list": command_list,
}


def filled(page: str, makers: dict[str, Callable[[], str]]) -> str:
    """Return the page with its generated blocks renewed; a block without a maker stays."""
    return BLOCK.sub(
        lambda m: f"<!-- {m[1]}: {m[2]} -->\n{makers[m[2]]()}<!-- end {m[1]} -->" if m[2] in makers else m[0],
        page,
    )


def renew() -> None:
    """Renew the generated blocks of the pages in place."""
    for page in DOCS.rglob("*.md"):
        text = page.read_text("utf-8")
        if (new := filled(text, GENERATED)) != text:
            page.write_text(new, "utf-8")


def copy(folder: Path) -> None:
    """Copy the pages and add what only the site has."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(DOCS, folder, ignore=shutil.ignore_patterns("generate.py", "__pycache__"))
    for page in folder.rglob("*.md"):
        page.write_text(filled(page.read_text("utf-8"), GENERATED | {"commands": commands}), "utf-8")
    python_api(folder / "reference" / "python")


def python_api(folder: Path) -> None:
    """Write a page for each package that has modules, made from signatures and docstrings without importing them."""
    import griffe  # of the extra `docs`, as the site is

    folder.mkdir()
    names = []
    for package in PACKAGES:
        for module in _packages(griffe.load(package, search_paths=[DOCS.parent])):
            names.append(module.path)
            (folder / f"{module.path}.md").write_text("".join(_package(module)), "utf-8")
    index = DOCS.joinpath("reference/python.md").read_text("utf-8")
    toc = "\n".join(f"python/{name}" for name in names)
    folder.with_suffix(".md").write_text(f"{index}\n```{{toctree}}\n:maxdepth: 1\n\n{toc}\n```\n", "utf-8")


def _packages(module: Any) -> Iterator[Any]:
    yield module
    for child in _modules(module):
        if child.is_init_module:
            yield from _packages(child)


def _modules(package: Any) -> list[Any]:
    return [m for name, m in sorted(package.modules.items()) if not m.is_alias and not name.startswith("_")]


def _package(package: Any) -> Iterator[str]:
    yield f"# {package.path}\n\n{_doc(package)}"
    yield from _members(package)
    for module in _modules(package):
        if not module.is_init_module:
            yield f"## {module.path}\n\n{_doc(module)}"
            yield from _members(module)


def _members(module: Any) -> Iterator[str]:
    for name, item in module.members.items():
        if (
            item.is_alias
            or name.startswith("_")
            or not (item.is_function or item.is_class)
            or not item.docstring
        ):
            continue
        shown = item.signature() if item.is_function else f"class {name}"
        yield f"```python\n{shown}\n```\n\n{_doc(item)}"
        for method in item.members.values() if item.is_class else ():
            if method.is_function and not method.name.startswith("_") and method.docstring:
                yield f"- `{method.signature()}`: {' '.join(method.docstring.value.split())}\n"
        yield "\n"


def _doc(item: Any) -> str:
    """Return its docstring as text in which only `code` and indented blocks have a meaning."""
    text = item.docstring.value if item.docstring else ""
    return (
        "\n".join(line if line.startswith("    ") else _escaped(line) for line in text.splitlines()) + "\n\n"
    )


def _escaped(line: str) -> str:
    parts = re.split(r"(`[^`]*`)", line.strip())
    parts[::2] = [re.sub(r"([\\*_<>#\[\]|$~])", r"\\\1", part) for part in parts[::2]]
    return "".join(parts)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        copy(Path(sys.argv[1]))
    else:
        renew()
