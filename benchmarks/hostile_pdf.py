"""A PDF of 200 full pages, read: `python -m benchmarks.hostile_pdf` prints seconds, MB and pages.

A process of its own, and a small one: what the system says of a child's memory counts what its
parent held when it was started.
"""

import json
import resource
import sys
from time import perf_counter

from benchmarks.documents import pdf
from tools.convert_document import to_html

PAGES = 200
LINES = 52
MARK = "Line 7 of this page"


def main() -> None:
    lines = [
        (f"Line {n} of this page says that bread rises in 48 hours, and why.", 11.0, 790.0 - n * 14)
        for n in range(LINES)
    ]
    data = pdf([[(*line, False) for line in lines]] * PAGES)
    since = perf_counter()
    html = to_html(data, "pdf", "long.pdf")
    seconds = perf_counter() - since
    megabytes = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    said = {"seconds": seconds, "megabytes": megabytes, "pages": html.count(MARK)}
    sys.stdout.write(json.dumps(said))


if __name__ == "__main__":
    main()
