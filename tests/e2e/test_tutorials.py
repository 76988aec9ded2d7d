"""Every tutorial runs as it is written, against a real server with a worker beside it.

Its Python blocks are one program; what each prints is in the `text` block behind it, where
figures may differ and words may not.
"""

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from jobs.worker import run_worker
from smartcontent.bootstrap import Product
from smartcontent.commands.home import Home
from smartcontent.commands.serve import server

ROOT = Path(__file__).parents[2]
TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("*.md"))
BLOCK = re.compile(r"^```(python|text)\n(.*?)^```", re.DOTALL | re.MULTILINE)
NUMBER = re.compile(r"\d+(\.\d+)?")
ADDRESS, FOLDER = '"http://127.0.0.1:8000"', 'Path.home() / ".smartcontent"'


@dataclass(frozen=True)
class Tutorial:
    """The program of a page, and what the page says it prints."""

    program: str
    printed: str

    @classmethod
    def of(cls, page: str) -> "Tutorial":
        blocks = [(match[1], match[2]) for match in BLOCK.finditer(page)]
        parts = {kind: "\n".join(text for each, text in blocks if each == kind)
                 for kind in ("python", "text")}  # fmt: skip
        return cls(parts["python"], parts["text"])

    def at(self, address: str, folder: Path) -> str:
        """The program for a server that listens elsewhere and keeps its login elsewhere."""
        assert ADDRESS in self.program and FOLDER in self.program
        here = self.program.replace(ADDRESS, repr(address))
        return here.replace(FOLDER, f"Path({str(folder)!r})")


def words(text: str) -> list[str]:
    """The lines, whatever the figures in them.

    >>> words("shown: [35, 90]\\n\\n") == words("shown: [1, 2.5]")
    True
    """
    return [NUMBER.sub("#", line) for line in text.splitlines() if line]


@asynccontextmanager
async def listening(product: Product) -> AsyncIterator[str]:
    """The address of a server of this product, with a worker beside it."""
    settings = product.services.settings.model_copy(update={"port": 0})
    serving = server(product, settings)
    tasks = [
        asyncio.create_task(serving.serve()),
        asyncio.create_task(run_worker(product.services.database.url, product.duties)),
    ]
    while not serving.started:
        await asyncio.sleep(0.05)
    port = serving.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        serving.should_exit = True
        tasks[1].cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def told(program: str) -> str:
    """What it prints."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-", cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe
    )
    printed, problems = await process.communicate(program.encode())
    assert process.returncode == 0, problems.decode()
    return printed.decode()


@pytest.mark.parametrize("page", TUTORIALS, ids=lambda page: page.stem)
async def test_a_tutorial_does_what_it_says(page: Path, product: Product, owner: Home) -> None:
    tutorial = Tutorial.of(page.read_text(encoding="utf-8"))
    async with listening(product) as address:
        said = await told(tutorial.at(address, product.services.settings.data_dir))
    assert words(said) == words(tutorial.printed)


def test_there_are_tutorials_and_a_wrong_word_in_one_is_noticed() -> None:
    assert TUTORIALS
    page = "```python\nprint('one')\n```\n```text\ntwo\n```\n"
    assert words("one\n") != words(Tutorial.of(page).printed)
