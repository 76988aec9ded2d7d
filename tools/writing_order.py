"""What is asked of a writer, and the variant that answers it."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from smartcontent.content import Analysis, Content, PlatformSpec, Segment, Strategy, Variant
from smartcontent.voice import NO_VOICE, Voice
from tools.compose_claims import Claims, key_claims, lacking
from tools.compose_post import Post, render
from tools.compose_sentences import words
from tools.hashtags import hashtags

MOST_TAGS = 2
SAME = 0.6  # share of common words (Jaccard) from which two texts say the same


@dataclass(frozen=True)
class Order:
    """One variant to write; `taken` are texts it must not repeat."""

    content: Content
    analysis: Analysis
    segment: Segment
    strategy: Strategy
    spec: PlatformSpec
    seed: int
    tone: str | None = None
    taken: tuple[str, ...] = ()
    language: str = ""  # of the text to write; empty: the source's
    voice: Voice = NO_VOICE

    @property
    def written_in(self) -> str:
        return self.language or self.analysis.language

    @property
    def translates(self) -> bool:
        return self.written_in != self.analysis.language

    def variant(self, post: Post, writer: str, prompt_hash: str | None = None) -> Variant:
        """The same order and writer give the same id: a step that runs twice writes one row."""
        parts = (
            self.content.id, self.content.version, self.segment.id, self.strategy.name,
            self.spec.platform, self.seed, writer,
        )  # fmt: skip
        return Variant(
            id=uuid5(NAMESPACE_URL, "|".join(map(str, parts))),
            segment_id=self.segment.id,
            strategy=self.strategy.name,
            platform=self.spec.platform,
            text=render(post, self.spec),
            language=self.written_in,
            writer=writer,
            prompt_hash=prompt_hash,
            wanted_tone=self.tone,
            sources=post.spans,
        )

    def repeats(self, post: Post) -> bool:
        """Whether the campaign already says this."""
        said = words(render(post, self.spec), self.written_in)
        known = (words(other, self.written_in) for other in self.taken)
        return any(len(said & other) > SAME * len(said | other) for other in known)

    @property
    def link(self) -> str | None:
        """Where the post may lead."""
        return None if self.voice.has("no_link") else self.content.link

    def uncarried(self) -> Claims:
        """Key claims of the source that no text of the campaign carries yet."""
        wanted = key_claims(self.analysis.claims, self.analysis.key_sentences)
        return lacking(wanted, self.taken)

    def tags(self) -> tuple[str, ...]:
        """Hashtags as the platform and the creator allow them."""
        limit = self.spec.hashtag_limit
        most = self.voice.most("hashtags", MOST_TAGS if limit is None else min(MOST_TAGS, limit))
        return tuple(hashtags(self.analysis.topics, most))
