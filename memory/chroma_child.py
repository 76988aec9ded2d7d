"""The process that serves a folder's vectors: `python memory/chroma_child.py FOLDER`.

It runs Chroma's own command (`chroma run`) without importing the chromadb package, which saves
two seconds.
"""

import sys
from importlib import import_module
from pathlib import Path

from smartcontent.folder_lock import HOST, announce, choose_port, lock_of


def main(folder: Path) -> None:
    """Serve until told to stop.  Waits a little for a predecessor to let go of the folder."""
    with lock_of(folder).acquire(timeout=5):
        port = choose_port(folder)
        announce(folder, port)
        vectors = str(folder / "vectors")
        chroma = import_module("chromadb_rust_bindings")  # by the server only: starters need it not
        chroma.cli(["chroma", "run", "--path", vectors, "--host", HOST, "--port", str(port)])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
