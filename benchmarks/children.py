"""Processes that a benchmark starts: servers until they answer, commands until they end."""

import resource
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection, HTTPException
from time import perf_counter, sleep

import orjson

from benchmarks.contract import peak_memory_mb
from benchmarks.load import Load, Plan

PATIENCE = 120.0  # seconds a server may take to answer
PAUSE = 0.01


@dataclass(frozen=True)
class Server:
    """A server that answers, and how long it took until then."""

    process: subprocess.Popen[bytes]
    port: int
    start_seconds: float

    @property
    def peak_mb(self) -> float | None:
        return peak_memory_mb(self.process.pid)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(module: Sequence[str], environment: Mapping[str, str]) -> Iterator[Server]:
    """`python -m <module> --port N` until the block is left.

    Raises ChildProcessError when it ends, TimeoutError when it does not answer.
    """
    port, since = free_port(), perf_counter()
    command = [sys.executable, "-m", *module, "--port", str(port)]
    process = subprocess.Popen(command, env=dict(environment), stdout=subprocess.DEVNULL)
    try:
        while not answers(port):
            if process.poll() is not None:
                raise ChildProcessError(f"{' '.join(module)} ended with {process.returncode}.")
            if perf_counter() - since > PATIENCE:
                raise TimeoutError(f"{' '.join(module)} does not answer.")
            sleep(PAUSE)
        yield Server(process, port, perf_counter() - since)
    finally:
        process.terminate()
        process.wait()


def answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def load(plan: Plan) -> Load:
    """Run the plan in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=orjson.dumps(asdict(plan)),
        stdout=subprocess.PIPE,
        check=True,
    )
    return Load(**orjson.loads(done.stdout))


def timed(command: Sequence[str], environment: Mapping[str, str]) -> tuple[float, float]:
    """Seconds a command takes, and seconds of processor time.  Raises CalledProcessError."""
    since, before = perf_counter(), _spent()
    subprocess.run(command, env=dict(environment), stdout=subprocess.DEVNULL, check=True)
    return perf_counter() - since, _spent() - before


def _spent() -> float:
    """Processor time of the children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
