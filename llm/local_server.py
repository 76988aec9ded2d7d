"""The local model's server: one per data folder, found or started by whoever needs it."""

from importlib.util import find_spec
from pathlib import Path

from llm import local_child
from llm.local_model import LocalModel, folder_of, installed, qwen
from smartcontent.errors import MissingExtra, SetupProblem
from smartcontent.folder_lock import Running
from smartcontent.folder_server import FolderServer

ENGINE = "xllamacpp"
LOAD_SECONDS = 120.0  # 1.1 GB from a slow disk


def server_of(data_dir: Path, model: LocalModel | None = None) -> FolderServer:
    """How the folder's model is served; nothing is started."""
    model, folder = model or qwen(), folder_of(data_dir)
    return FolderServer(
        name="language model's server",
        folder=folder,
        program=local_child.__file__,
        health="/health",
        instead="set SMARTCONTENT_LOCAL_MODEL=false to write without it",
        arguments=(str((folder / model.file).resolve()), model.name),
        seconds=LOAD_SECONDS,
    )


def ensure(data_dir: Path, model: LocalModel | None = None) -> Running:
    """The folder's model, served.

    Raises SetupProblem when it is not installed, was changed, or does not come up, and
    MissingExtra without llama.cpp.
    """
    model = model or qwen()
    if installed(folder_of(data_dir), model) is None:
        raise SetupProblem(
            f"{model.title} is not installed in {data_dir}.", todo="smartcontent model install"
        )
    if find_spec(ENGINE) is None:
        raise MissingExtra(
            f"The local model is served by {ENGINE}, which is not installed.",
            todo="smartcontent model install, or pip install 'smartcontent[local-model]'",
        )
    return server_of(data_dir, model).ensure()


def stop(data_dir: Path) -> bool:
    """End the folder's server; False when there was none.  The model stays."""
    return server_of(data_dir).stop()
