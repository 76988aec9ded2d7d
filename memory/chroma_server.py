"""One Chroma server per data folder.

A persistent Chroma client is not safe for several processes (vectors get lost without a word),
so the vectors live in a server that all processes of the product share.
"""

from pathlib import Path

from memory import chroma_child
from smartcontent.folder_server import FolderServer


def server_of(data_dir: Path) -> FolderServer:
    """How the folder's vectors are served; nothing is started."""
    return FolderServer(
        name="Chroma server",
        folder=data_dir / "chroma",
        program=chroma_child.__file__,
        health="/api/v2/heartbeat",
        instead="give SMARTCONTENT_CHROMA_URL",
    )


def ensure(data_dir: Path) -> str:
    """URL of the folder's server, started when there is none.

    Raises FolderUnwritable, and SetupProblem when a server does not come up or does not answer.
    """
    return server_of(data_dir).ensure().url


def stop(data_dir: Path) -> bool:
    """End the folder's server; False when there was none.  Vectors stay."""
    return server_of(data_dir).stop()
