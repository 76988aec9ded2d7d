"""The child process that opens what strangers built: `python -m tools.convert_child KIND`.

Bytes come by standard input and one JSON object leaves by standard output.  Parsers of PDF, DOCX
and web pages have been made to loop, to eat memory and to crash, so the limits are the system's:
address space, processor time, files.  Nothing of the product is loaded here, and no secret of it
is in this process's environment.
"""

import json
import resource
import sys
from contextlib import suppress
from importlib import import_module

from tools.unreadable import Unreadable

MEGABYTE = 1024 * 1024
MEMORY = 1_200 * MEGABYTE  # of addresses; what is resident stays far below
SECONDS = 30  # of processor time
WRITES = 8 * MEGABYTE  # the answer, and anything else it would write
KINDS = {"pdf": "tools.pdf_to_html", "docx": "tools.docx_to_html", "page": "tools.page_to_html"}


def main() -> None:
    bound()
    data = sys.stdin.buffer.read()
    try:
        said = {"html": import_module(KINDS[sys.argv[1]]).convert(data)}
    except Unreadable as problem:
        said = {"problem": problem.why}
    except (MemoryError, RecursionError):
        said = {"problem": "too-much"}
    sys.stdout.write(json.dumps(said))


def bound() -> None:
    """From here on the system refuses what no document needs."""
    for what, wanted in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, WRITES),
        (resource.RLIMIT_CORE, 0),
    ):
        _, most = resource.getrlimit(what)
        limit = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        with suppress(ValueError, OSError):  # a system that has no such limit (macOS: addresses)
            resource.setrlimit(what, (limit, limit))


if __name__ == "__main__":
    main()
