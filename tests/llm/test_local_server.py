"""The local model's server, with a stand-in for llama.cpp that answers as it does."""

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from llm import local_server
from llm.local_model import folder_of
from llm.local_server import ensure, server_of, stop
from llm.model_files import install
from smartcontent.errors import MissingExtra, SetupProblem
from tests.llm.test_model_files import TINY, Pieces

STAND_IN = """
import json, os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace


class CommonParams(SimpleNamespace):
    def __init__(self):
        super().__init__(model=SimpleNamespace(), cpuparams=SimpleNamespace(),
                         cpuparams_batch=SimpleNamespace())


class Server:
    def __init__(self, params):
        if os.environ.get("SMARTCONTENT_TEST_BREAK"):
            raise RuntimeError("failed to load model")

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                allowed = self.path == "/health" or (
                    self.headers.get("authorization") == f"Bearer {params.api_keys[0]}")
                said = {"model": params.model.path, "alias": sorted(params.model_alias),
                        "hosts": params.hostnames, "nice": os.nice(0)}
                body = json.dumps(said).encode()
                self.send_response(200 if allowed else 401)
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        server = ThreadingHTTPServer((params.hostnames[0], params.port), Handler)
        Thread(target=server.serve_forever, daemon=True).start()
"""


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with a model, and llama.cpp's stand-in where the server will find it."""
    programs = tmp_path / "programs"
    programs.mkdir()
    (programs / "xllamacpp.py").write_text(STAND_IN)
    monkeypatch.syspath_prepend(str(programs))
    monkeypatch.setenv("PYTHONPATH", f"{programs}{os.pathsep}{os.environ.get('PYTHONPATH', '')}")
    install(TINY, folder_of(tmp_path), [Pieces()])
    yield tmp_path
    stop(tmp_path)


def asked(url: str, key: str = "") -> dict[str, object]:
    with urlopen(Request(url, headers={"authorization": f"Bearer {key}"})) as answer:
        return dict(json.loads(answer.read()))


def test_one_server_whoever_asks(data_dir: Path) -> None:
    running = ensure(data_dir, TINY)
    assert ensure(data_dir, TINY) == running == server_of(data_dir).running()
    said = asked(f"{running.url}/v1/models", running.key)
    assert said["model"] == str(folder_of(data_dir).resolve() / "tiny.gguf")
    assert (said["alias"], said["hosts"]) == (["tiny"], ["127.0.0.1"])
    assert said["nice"] == min(os.nice(0) + 10, 19)
    assert stop(data_dir)
    assert not stop(data_dir)
    assert server_of(data_dir).running() is None


def test_only_who_reads_the_folder_may_ask(data_dir: Path) -> None:
    running = ensure(data_dir, TINY)
    with pytest.raises(HTTPError, match="401"):
        asked(f"{running.url}/v1/models", "guessed")
    assert folder_of(data_dir).stat().st_mode & 0o077 == 0
    assert (folder_of(data_dir) / "server.json").stat().st_mode & 0o077 == 0


def test_a_model_that_does_not_load_is_said(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SMARTCONTENT_TEST_BREAK", "1")
    with pytest.raises(SetupProblem, match="did not start") as caught:
        ensure(data_dir, TINY)
    assert "SMARTCONTENT_LOCAL_MODEL" in caught.value.todo
    assert "failed to load model" in (folder_of(data_dir) / "server.log").read_text()


def test_without_the_file_or_the_engine(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SetupProblem, match="not installed"):
        ensure(data_dir / "elsewhere", TINY)
    monkeypatch.setattr(local_server, "ENGINE", "no_such_engine")
    with pytest.raises(MissingExtra, match="no_such_engine"):
        ensure(data_dir, TINY)


def test_it_is_started_without_its_libraries() -> None:
    assert "xllamacpp" not in sys.modules
