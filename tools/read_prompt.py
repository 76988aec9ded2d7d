"""Prompts as files: instructions, then material, with a hash that says which version wrote."""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from string import Template

DIVIDER = "<!-- material -->"


@dataclass(frozen=True)
class Prompt:
    """Two templates with `$names`, and the first 16 hex digits of the file's SHA-256."""

    instructions: Template
    material: Template
    hash: str


@cache
def read_prompt(agent: str) -> Prompt:
    """The prompt of an agent.

    >>> len(read_prompt("writer").hash)
    16
    """
    text = files("agents.prompts").joinpath(f"{agent}.md").read_text("utf-8")
    instructions, _, material = text.partition(DIVIDER)
    digest = sha256(text.encode()).hexdigest()[:16]
    return Prompt(Template(instructions.strip()), Template(material.strip()), digest)


def fence(text: str) -> str:
    """A line that cannot occur in the text, to mark where foreign text begins and ends.

    >>> fence("abc") == fence("abc"), fence("abc") in "abc"
    (True, False)
    """
    mark = f"=== {sha256(text.encode()).hexdigest()[:24]} ==="
    return fence(text + mark) if mark in text else mark
