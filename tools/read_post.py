"""A post taken apart as its reader sees it: its own words, and what stands around them."""

from dataclasses import dataclass
from functools import cached_property

import regex

from smartcontent.content import PlatformSpec, Span
from tools.compose_labels import LABELS
from tools.find_claims import find_claims
from tools.measure_text import hashtags, links
from tools.plain_post import plain_post
from tools.split_sentences import split

PLAIN = PlatformSpec(platform="", text_limit=10**6, source="", as_of="")
_LABELS = frozenset(label for words in LABELS.values() for label in words.values())
_SIGNATURE = regex.compile(r"^\s*[—–]\s")


@dataclass(frozen=True)
class ReadPost:
    """`words` are the post's own: without markup, links, hashtags and the label of a link."""

    words: str
    language: str
    hashtags: int = 0
    links: int = 0
    labelled: bool = False

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        """Sentences and list items; who is quoted is none."""
        lines = (line for line in self.words.split("\n") if not _SIGNATURE.match(line))
        return tuple(one.text for line in lines for one in split(line, self.language))

    @cached_property
    def facts(self) -> tuple[Span, ...]:
        """Where numbers, names, dates and quotations stand in `words`."""
        return facts_of(self.words, self.language)

    @cached_property
    def quotations(self) -> tuple[Span, ...]:
        found = find_claims(self.words, self.language)
        return tuple(claim.span for claim in found if claim.kind == "quote")


def facts_of(text: str, language: str) -> tuple[Span, ...]:
    """The spans of everything in a text that can be checked."""
    return tuple(claim.span for claim in find_claims(text, language))


def read_post(text: str, language: str, spec: PlatformSpec = PLAIN) -> ReadPost:
    """
    >>> read_post("We won.\\n\\nRead more: https://a.example/b\\n\\n#Vote", "en")
    ReadPost(words='We won.', language='en', hashtags=1, links=1, labelled=True)
    """
    shown = plain_post(text, spec).text
    lines = [line.strip() for line in shown.split("\n")]
    said = [line for line in lines if regex.search(r"[\p{L}\p{N}\p{S}!?]", line.strip("<>"))]
    own = [line for line in said if line.rstrip(" <>") not in _LABELS]
    return ReadPost(
        words="\n".join(own),
        language=language,
        hashtags=len(hashtags(text)),
        links=len(set(links(text))),
        labelled=len(own) < len(said),
    )
