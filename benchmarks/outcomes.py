"""What came of an article, counted again from the database by rules that did not write it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from smartcontent.bootstrap import Product
from smartcontent.content import Caller, PlatformSpec, Variant
from smartcontent.publishing import Post, PostState, RunState
from store.campaigns import Campaigns
from store.contents import Analyses, Contents
from store.posts import Posts
from store.runs import Runs
from store.variants import Variants
from tools.find_claims import find_claims
from tools.measure_text import measure
from tools.plain_post import plain_post


@dataclass(frozen=True)
class Piece:
    """A file and the language it is known to be in."""

    file: Path
    language: str


@dataclass(frozen=True)
class Found:
    """Counts of one campaign.

    `claimed` claims of all variants, `supported` of them by the guard's traces; `posted_claims`
    of what was published, `word_for_word` of them in the source's very words.
    """

    state: str
    language: str
    claims: int
    variants: int
    within: int
    blocked: int
    claimed: int
    supported: int
    posted_claims: int
    word_for_word: int
    published: int
    rules: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """One row of the table."""

    piece: Piece
    problem: str
    seconds: float
    command: bool
    found: Found | None = None

    @property
    def right(self) -> bool:
        return self.found is not None and self.found.language == self.piece.language

    @property
    def good(self) -> bool:
        """It ran to its end and something of it can be read in the feed."""
        found = self.found
        return found is not None and found.state == RunState.FINISHED and found.published > 0

    def row(self) -> dict[str, object]:
        """What a script reads."""
        named = f"{self.piece.file.parent.name}/{self.piece.file.name}"
        counted = {} if self.found is None else vars(self.found)
        how = {"seconds": round(self.seconds, 2), "command": self.command}
        said = {"file": named, "known_language": self.piece.language, "problem": self.problem}
        return {**said, **how, **counted}


async def look(product: Product, caller: Caller, campaign_id: UUID) -> Found:
    """Read a campaign back."""
    async with product.services.database.transaction(caller.workspace_id) as session:
        campaign = await Campaigns(session).get(campaign_id)
        content = await Contents(session).get(campaign.content_id)
        run = await Runs(session).of(campaign_id)
        analysis = await Analyses(session).of(campaign.content_id)
        variants = await Variants(session).of(campaign_id)
        posts = await Posts(session).list(
            campaign_id=campaign_id, state=PostState.PUBLISHED, limit=50
        )
    language = analysis.language if analysis else ""
    claimed = sum(len(one.traces) + len(unsupported(one)) for one in variants)
    specs = product.team.specs
    posted = [claim for post in posts for claim in claims(post, language, specs)]
    said = f"{content.title}\n{content.text}".casefold()
    return Found(
        state=run.state.value,
        language=language,
        claims=len(analysis.claims) if analysis else 0,
        variants=len(variants),
        within=sum(fits(one, specs) for one in variants),
        blocked=sum(one.blocked for one in variants),
        claimed=claimed,
        supported=sum(len(one.traces) for one in variants),
        posted_claims=len(posted),
        word_for_word=sum(claim.casefold() in said for claim in posted),
        published=len(posts),
        rules=tuple(sorted({f.rule for one in variants for f in one.findings})),
    )


def unsupported(variant: Variant) -> list[str]:
    return [found.rule for found in variant.findings if found.rule.startswith("unsupported-")]


def fits(variant: Variant, specs: Mapping[str, PlatformSpec]) -> bool:
    """Counted as the platform counts: length, bytes, hashtags and pictures."""
    spec = specs[variant.platform]
    measured = measure(variant.text, spec)
    tagged = spec.hashtag_limit is None or measured.hashtags <= spec.hashtag_limit
    return not measured.over and tagged and len(variant.media) <= spec.image_limit


def claims(post: Post, language: str, specs: Mapping[str, PlatformSpec]) -> Sequence[str]:
    """As a reader meets them: without markup, addresses and hashtags."""
    plain = plain_post(post.text, specs[post.platform]).text
    return [claim.text for claim in find_claims(plain, language)]
