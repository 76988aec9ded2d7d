"""Look at what a post would say before it is approved: what the checks find, what outweighs it.

An `error` stops an approval unless its rule is named in `override` and a note says why; what the
platform itself would refuse stops it whatever is said.  Warnings are kept with the approval.
"""

from asyncio import to_thread
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from uuid import UUID

from smartcontent.content import Content, Finding, Variant
from smartcontent.errors import InvalidInput, NotFound, StaleVersion, TextBlocked
from smartcontent.plugins import Checking
from smartcontent.publishing import Post, PostState
from store.campaigns import Campaigns
from store.contents import Contents
from store.database import Session
from store.posts import Asked, Posts, require, require_unchanged, reworded
from store.variants import Variants

PAST_TEXTS = 50
Opening = Callable[[], AbstractAsyncContextManager[Session]]


@dataclass(frozen=True)
class Yes:
    """What a person approves, and what they set aside for which reason.

    `text`, or the words of another variant of the campaign, replaces what the post says.
    """

    post_id: UUID
    content_hash: str
    text: str | None = None
    variant_id: UUID | None = None
    note: str = ""
    override: tuple[str, ...] = ()


@dataclass(frozen=True)
class Review:
    """A post as it would be approved; `variant` is whose text it is, or was before an edit."""

    post: Post
    variant: Variant
    replaces: bool
    text: str | None
    content: Content
    past: tuple[str, ...] = ()

    @property
    def said(self) -> Post:
        return reworded(self.post, self.text, self.variant if self.replaces else None)

    def findings(self, checking: Checking) -> tuple[Finding, ...]:
        """What the guard found when the text was written; for other words, what it finds now.

        That takes up to some seconds: in a thread.
        """
        said = self.said
        if said.text == self.variant.text:
            return self.variant.findings
        found = checking.check(
            said.text,
            platform=said.platform,
            language=self.variant.language,
            source=self.content,
            past=self.past,
            media=said.media,
        )
        return found.findings


async def look(opened: Opening, checking: Checking, yes: Yes) -> tuple[Review, tuple[Finding, ...]]:
    """What a yes would approve, and what the checks say of it; nothing is held while they run.

    Raises NotFound, WrongState, StaleVersion, and InvalidInput for a variant of another platform.
    """
    async with opened() as session:
        review = await _begin(session, yes)
    return review, await to_thread(review.findings, checking)


async def _begin(session: Session, yes: Yes) -> Review:
    """Everything the checks need, read and nothing locked."""
    post = await Posts(session).get(yes.post_id)
    require(post, "approve")
    require_unchanged(post, yes.content_hash)
    content = (await Campaigns(session).get(post.campaign_id)).content_id
    published = await Posts(session).list(state=PostState.PUBLISHED, limit=PAST_TEXTS)
    return Review(
        post=post,
        variant=await _whose(session, post, yes.variant_id or post.variant_id),
        replaces=yes.variant_id is not None,
        text=yes.text,
        content=await Contents(session).get(content),
        past=tuple(earlier.text for earlier in published),
    )


async def _whose(session: Session, post: Post, variant_id: UUID) -> Variant:
    written = await Variants(session).of(post.campaign_id)
    variant = next((one for one in written if one.id == variant_id), None)
    if variant is None:
        raise NotFound(
            "This campaign has no such variant.",
            todo=f"They are listed at GET /v1/campaigns/{post.campaign_id}.",
        )
    if variant.platform != post.platform:
        raise InvalidInput(
            f"This post goes to {post.platform}, and that text was written for {variant.platform}.",
            todo=f"Choose a variant for {post.platform}, or send its words as `text`.",
        )
    return variant


async def require_same_source(session: Session, review: Review) -> None:
    """Raises StaleVersion when the content was edited while a text was checked against it."""
    if (await Contents(session).get(review.content.id)).version != review.content.version:
        raise StaleVersion(
            "The content was edited while the text was checked against it.",
            todo="Approve again: it is then checked against the content as it is now.",
        )


def weigh(findings: Sequence[Finding], *, override: Collection[str], note: str) -> Asked:
    """What is kept with the approval.  Raises TextBlocked, and InvalidInput without a note.

    >>> hurry = Finding(rule="manipulation", severity="error", reason="“Hurry” presses.")
    >>> weigh([hurry], override=["manipulation"], note="It is the title of the book.").overridden
    (Finding(rule='manipulation', severity='error', reason='“Hurry” presses.', fix='', span=None),)
    """
    errors = tuple(finding for finding in findings if finding.severity == "error")
    if any(finding.final or finding.rule not in override for finding in errors):
        raise _blocked(errors)
    if errors and not note.strip():
        raise InvalidInput(
            "What the checks found is overridden without a reason.",
            todo="Say in `note` why the text is right all the same; it is kept with the approval.",
            **_facts(errors),
        )
    warnings = tuple(finding for finding in findings if finding.severity == "warning")
    return Asked(warnings=warnings, overridden=errors)


def _blocked(errors: Sequence[Finding]) -> TextBlocked:
    rules = list(dict.fromkeys(finding.rule for finding in errors))
    final = list(dict.fromkeys(finding.rule for finding in errors if finding.final))
    said = " ".join(f"{finding.reason} {finding.fix}".strip() for finding in errors)
    return TextBlocked(
        f"The checks do not let this text out. {said}",
        todo=_todo(rules, final),
        **_facts(errors),
    )


def _facts(errors: Sequence[Finding]) -> dict[str, list[object]]:
    """What is in the way, and the rules among it that nobody can override."""
    final = dict.fromkeys(finding.rule for finding in errors if finding.final)
    return {
        "findings": [finding.model_dump(mode="json") for finding in errors],
        "final": [*final],
    }


def _todo(rules: Sequence[str], final: Sequence[str]) -> str:
    if final:
        refused = ", ".join(final)
        return f"Mend it: the platform would refuse the post ({refused}), so no override helps."
    return (
        f"Mend it, or approve it all the same with override: {', '.join(rules)} "
        "and a note that says why."
    )
