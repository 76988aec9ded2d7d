"""What stands above an article (YAML between `---`, TOML between `+++`) and the article."""

import tomllib
from collections.abc import Mapping
from typing import NamedTuple

import yaml

_FENCES = {"---": "yaml", "+++": "toml"}
_LIMIT = 64_000  # characters; real front matter has a few hundred


class FrontMatter(NamedTuple):
    """`values` holds text only: a title, a link, tags; nothing is built from the file."""

    values: Mapping[str, object]
    body: str


def split(text: str) -> FrontMatter:
    """The values above the body, and the body.

    >>> split('+++\\ntitle = "Vote"\\n+++\\nHello')
    FrontMatter(values={'title': 'Vote'}, body='Hello')
    >>> split('---\\nJust a line between rules\\n---\\nHello').values
    {}
    """
    fence, _, rest = text.partition("\n")
    kind = _FENCES.get(fence.rstrip())
    inside, body = _until(fence.rstrip(), rest) if kind else (None, "")
    values = None if inside is None else (_yaml(inside) if kind == "yaml" else _toml(inside))
    return FrontMatter({}, text) if values is None else FrontMatter(values, body)


def _until(fence: str, text: str) -> tuple[str | None, str]:
    lines = text[:_LIMIT].split("\n")
    ends = ("---", "...") if fence == "---" else (fence,)
    for number, line in enumerate(lines):
        if line.rstrip() in ends:
            inside = "\n".join(lines[:number])
            return inside, text[len(inside) + (1 if number else 0) + len(line) :].lstrip("\n")
    return None, ""


def _yaml(text: str) -> Mapping[str, object] | None:
    try:
        # BaseLoader builds str, list and dict only: no dates to be wrong, no objects to be made
        values = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506
    except (yaml.YAMLError, RecursionError):
        return _lines(text, ":")
    if values is None:
        return {}
    return {str(key): value for key, value in values.items()} if isinstance(values, dict) else None


def _toml(text: str) -> Mapping[str, object] | None:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return _lines(text, "=")


def _lines(text: str, sign: str) -> Mapping[str, object] | None:
    """Broken front matter is still front matter when its first line reads `key: value`."""
    values: dict[str, object] = {}
    for line in filter(str.strip, text.split("\n")):
        key, found, value = line.partition(sign)
        if found and key.strip().replace("_", "").replace("-", "").isalnum() and key[0] != " ":
            values.setdefault(key.strip(), value.strip().strip("\"'"))
        elif not values:
            return None
    return values
