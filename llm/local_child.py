"""The process that serves a local model: `python llm/local_child.py FOLDER GGUF NAME`.

llama.cpp's own OpenAI-compatible server, on loopback, behind a key that only readers of the
folder know: other users of the machine and pages in a browser cannot ask it.
"""

import os
import secrets
import signal
import sys
from importlib import import_module
from pathlib import Path

from smartcontent.folder_lock import HOST, announce, choose_port, lock_of

CONTEXT = 8192  # tokens of prompt and answer together
MOST_TOKENS = 1024  # of one answer, whatever a caller asks for
KEPT_PROMPTS_MB = 256  # read sources are kept, so that the second post of an article comes sooner
IDLE_SECONDS = 900  # then the model leaves memory until it is asked again
MOST_THREADS = 8
NICE = 10  # decisions are served from the same machine, and go first


def main(folder: Path, gguf: str, name: str) -> None:
    """Serve until told to stop.  Waits a little for a predecessor to let go of the folder."""
    with lock_of(folder).acquire(timeout=5):
        os.nice(NICE)
        port, key = choose_port(folder), secrets.token_urlsafe(24)
        announce(folder, port, key)
        serving = serve(gguf, name, port, key)
        while serving:
            signal.pause()


def serve(gguf: str, name: str, port: int, key: str) -> object:
    """llama.cpp's server, running as long as the answer is kept."""
    llama = import_module("xllamacpp")  # by this process only: an extra
    params = llama.CommonParams()
    params.model.path = gguf
    params.model_alias = {name}
    params.hostnames = [HOST]
    params.port = port
    params.api_keys = [key]
    params.ui = False
    params.endpoint_slots = False
    params.offline = True
    params.n_ctx = CONTEXT
    params.n_predict = MOST_TOKENS
    params.cache_ram_mib = KEPT_PROMPTS_MB
    params.sleep_idle_seconds = IDLE_SECONDS
    for threads in (params.cpuparams, params.cpuparams_batch):
        threads.n_threads = min(processors(), MOST_THREADS)
        threads.poll = 0  # waiting costs nothing
    serving: object = llama.Server(params)
    return serving


def processors() -> int:
    """Those this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
