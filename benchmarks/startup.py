"""How long one waits: for the first help text, the first start in an empty folder, the second."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.children import serving, timed
from benchmarks.contract import Spread
from benchmarks.ground import Ground, home
from memory import chroma_server
from store import embedded

HELP = [sys.executable, "-m", "smartcontent", "--help"]
NOTHING = [sys.executable, "-c", "pass"]
IMPORTED = ("smartcontent.cli", "smartcontent.bootstrap", "api.app")
SERVE = ["smartcontent", "serve"]


@dataclass(frozen=True)
class Waits:
    """All figures, and the help text's, which has a bar."""

    figures: dict[str, object]
    help: Spread


def waits(here: Ground, *, times: int, quick: bool) -> Waits:
    """Interpreter alone, `--help`, imports, `serve` in an empty folder and again.

    A quick run waits for the first two only.
    """
    commands = {"python": NOTHING, "help": HELP}
    for module in () if quick else IMPORTED:
        commands[f"import_{module}"] = [sys.executable, "-c", f"import {module}"]
    figures: dict[str, object] = {}
    shown = {name: spread(command, here, times) for name, command in commands.items()}
    for name, (wall, processor) in shown.items():
        figures[f"{name}_seconds"] = wall
        figures[f"{name}_processor_seconds"] = processor
    figures |= {} if quick else served(here)
    return Waits(figures, shown["help"][0])


def served(here: Ground) -> dict[str, object]:
    """Seconds until `serve` answers, the first time and the second, and its memory."""
    figures: dict[str, object] = {}
    with empty_folder(here) as environment:
        for name in ("first", "second"):
            with serving(SERVE, environment) as server:
                figures[f"{name}_serve_seconds"] = server.start_seconds
                figures[f"{name}_serve_peak_mb"] = server.peak_mb
    return figures


def spread(command: list[str], here: Ground, times: int) -> tuple[Spread, Spread]:
    """Wall and processor seconds, after one run that fills the caches."""
    timed(command, here.environment)
    walls, processors = zip(*(timed(command, here.environment) for _ in range(times)), strict=True)
    return Spread.of(walls), Spread.of(processors)


@contextmanager
def empty_folder(here: Ground) -> Iterator[dict[str, str]]:
    """What a machine has before the first start: no folder, and no database unless one is given."""
    folder = home() / "first-start"
    forget(folder)
    environment = {**here.environment, "SMARTCONTENT_DATA_DIR": str(folder)}
    if "SMARTCONTENT_DATABASE_URL" not in os.environ:
        del environment["SMARTCONTENT_DATABASE_URL"]
    try:
        yield environment
    finally:
        forget(folder)


def forget(folder: Path) -> None:
    """Stop what runs there and remove it; as root the database lies elsewhere (store.embedded)."""
    if not folder.exists():
        return
    chroma_server.stop(folder)
    note = folder / "postgres.id"
    if note.exists() or (folder / "postgres").exists():
        embedded.stop(folder)
    if note.exists():
        shutil.rmtree(embedded.ROOT_HOME / note.read_text(encoding="utf-8"))
    shutil.rmtree(folder)
