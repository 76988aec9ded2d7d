"""One server per folder, whoever asks, however its starter or it itself ended."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from memory.chroma import ChromaMemory
from memory.chroma_server import ensure, stop
from memory.embedding import HashedEmbedder
from smartcontent.errors import FolderUnwritable
from tests.contracts.memory_checks import note

ENSURE = "import sys; from pathlib import Path; from memory.chroma_server import ensure; "
SAY = ENSURE + "sys.stdout.write(ensure(Path(sys.argv[1])))"
UNLOCKED = (
    "import sys; from pathlib import Path; from memory.chroma_server import server_of; "
    "server = server_of(Path(sys.argv[1])); server._make_folder(); "
    "sys.stdout.write(server.start().url)"
)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    stop(tmp_path)


def pid_of(folder: Path) -> int:
    return int(json.loads((folder / "chroma" / "server.json").read_text())["pid"])


def starts(folder: Path) -> int:
    """How often a server began to listen, by its own log."""
    return (folder / "chroma" / "server.log").read_text().count("server listening")


def racing(folder: Path, code: str, times: int = 4) -> list[subprocess.CompletedProcess[str]]:
    command = [sys.executable, "-c", code, str(folder)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    children = [subprocess.Popen(command, **pipes) for _ in range(times)]  # type: ignore[call-overload]
    return [
        subprocess.CompletedProcess(command, child.wait(), *child.communicate())
        for child in children
    ]


def test_four_processes_start_one_server_that_survives_them(folder: Path) -> None:
    urls = {run.stdout for run in racing(folder, SAY)}
    assert len(urls) == 1
    assert starts(folder) == 1
    assert {ensure(folder)} == urls


def test_without_the_lock_the_race_is_lost(folder: Path) -> None:
    """The control: starters that do not take turns do not all end well."""
    ends = [run.returncode for run in racing(folder, UNLOCKED, times=2)]
    assert any(ends) or starts(folder) > 1


def test_start_again_after_a_kill_keeps_port_and_vectors(folder: Path) -> None:
    url, here = ensure(folder), UUID(int=1)
    memory = ChromaMemory(url, HashedEmbedder())
    memory.remember(here, [note("tea", "a cup of tea")])
    os.kill(pid_of(folder), signal.SIGKILL)
    assert ensure(folder) == url
    assert memory.recall(here, "tea")[0].item.id == "tea"
    memory.close()


def test_a_stale_file_is_not_believed(folder: Path) -> None:
    ensure(folder)
    stop(folder)
    said = {"pid": os.getpid(), "port": 9}
    (folder / "chroma" / "server.json").write_text(json.dumps(said))
    assert not stop(folder)
    assert ensure(folder) != "http://127.0.0.1:9"
    assert pid_of(folder) != os.getpid()


def test_stop_says_whether_there_was_one(folder: Path) -> None:
    assert not stop(folder)
    ensure(folder)
    assert stop(folder)
    assert not stop(folder)


def test_a_taken_port_is_not_waited_for(folder: Path) -> None:
    ensure(folder)
    stop(folder)
    said = folder / "chroma" / "port"
    taken = int(said.read_text())
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", taken))
        other.listen()
        assert ensure(folder) != f"http://127.0.0.1:{taken}"
    said.write_text("not a port")
    stop(folder)
    assert ensure(folder).startswith("http://127.0.0.1:")


def test_an_unusable_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FolderUnwritable, match="SMARTCONTENT_DATA_DIR"):
        ensure(tmp_path / "file")
