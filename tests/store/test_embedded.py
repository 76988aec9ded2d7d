"""The embedded server: started, found again, stopped; and it outlives who started it."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from smartcontent.errors import FolderUnwritable
from store import embedded
from store.embedded import SOCKET_LIMIT, start, stop
from store.urls import parts

START_AND_WAIT = """
import sys, time
from pathlib import Path
from store.embedded import start
print(start(Path(sys.argv[1])), flush=True)
time.sleep(60)
"""


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A data folder with so long a name that no socket fits into it."""
    folder = tmp_path_factory.mktemp("data") / ("long" * 25)
    yield folder
    stop(folder)
    note = folder / "postgres.id"
    if note.exists():  # as root the data are elsewhere
        shutil.rmtree(embedded.ROOT_HOME / note.read_text(encoding="utf-8"))


def test_it_outlives_who_started_it_and_is_found_again(data_dir: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", START_AND_WAIT, str(data_dir)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        url = owner.stdout.readline().strip()
        owner.send_signal(signal.SIGKILL)
    assert start(data_dir) == url
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept ()")


def test_it_needs_no_network_and_no_shared_memory_folder(data_dir: Path) -> None:
    with psycopg.connect(start(data_dir)) as connection:
        found = connection.execute(
            "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)",
            [[*embedded.SETTINGS, "fsync"]],
        ).fetchall()
    settings = {str(name): str(setting) for name, setting in found}
    assert settings["listen_addresses"] == ""
    assert settings["dynamic_shared_memory_type"] == "mmap"
    assert settings["fsync"] == "on"
    socket = Path(parts(start(data_dir))["host"]) / embedded.SOCKET
    assert len(os.fsencode(socket)) <= SOCKET_LIMIT
    assert socket.parent.stat().st_mode & 0o077 == 0


def test_it_stops_and_starts_with_its_data(data_dir: Path) -> None:
    url = start(data_dir)
    assert stop(data_dir) is True
    assert stop(data_dir) is False
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)
    with psycopg.connect(start(data_dir)) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_crash_leaves_nothing_in_the_way(data_dir: Path) -> None:
    """The pid file of a killed server names a process that is gone, or is another's by now."""
    with psycopg.connect(start(data_dir), autocommit=True) as connection:
        (folder,) = connection.execute("SHOW data_directory").fetchone() or ("",)
    pid = int((Path(folder) / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
    os.kill(pid, signal.SIGKILL)
    with psycopg.connect(start(data_dir)) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_nothing_to_stop_is_fine(tmp_path: Path) -> None:
    assert stop(tmp_path / "never") is False


def test_an_unwritable_folder_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnwritable, match="SMARTCONTENT_DATA_DIR"):
        start(tmp_path / "file" / "data")
