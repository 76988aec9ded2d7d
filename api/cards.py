"""Posts as cards on the first screen: what they say, what the checks found, what people said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from smartcontent.content import Finding, Variant
from smartcontent.decision import Decision
from smartcontent.publishing import Campaign, Post, PostState
from smartcontent.tones import reading
from store.database import Session
from store.decisions import Decisions
from store.posts import Approval, Posts
from store.segments import Segments
from store.variants import Variants
from tools.name_approver import approver

ODDS_SHOWN = 8
STATES = {
    PostState.DRAFT: "draft",
    PostState.AWAITING_APPROVAL: "waiting for you",
    PostState.APPROVED: "approved",
    PostState.SCHEDULED: "scheduled",
    PostState.PUBLISHING: "going out",
    PostState.PUBLISHED: "published",
    PostState.FAILED: "not published",
    PostState.UNKNOWN: "please check",
    PostState.CANCELLED: "not this one",
}


@dataclass(frozen=True)
class Odds:
    """How likely a strategy was when the choice was made."""

    name: str
    share: float


@dataclass(frozen=True)
class Refused:
    """A yes that was not taken: what the person sent, so that none of it is lost."""

    post_id: UUID
    text: str | None
    note: str
    findings: Sequence[Finding] = ()
    variant_id: UUID | None = None


@dataclass(frozen=True)
class Overridden:
    """What somebody set aside when they approved a post, who, when and why."""

    who: str
    when: str
    note: str
    findings: Sequence[Finding]


@dataclass(frozen=True)
class Card:
    """One post as a person looks at it before saying yes."""

    post: Post
    strategy: str
    segment: str
    language: str
    tone: str
    when: str
    why: str
    support: str
    findings: Sequence[Finding] = ()
    odds: Sequence[Odds] = ()
    refused: Refused | None = None
    overridden: Overridden | None = None

    @property
    def state_words(self) -> str:
        return STATES[self.post.state]

    @property
    def waiting(self) -> bool:
        return self.post.state == PostState.AWAITING_APPROVAL

    @property
    def draft(self) -> str:
        """What stands in the text field: also an emptied one stays as the person left it."""
        if self.refused is None or self.refused.text is None:
            return self.post.text
        return self.refused.text

    @property
    def rules(self) -> list[str]:
        """What would have to be overridden, each once."""
        found = self.refused.findings if self.refused else self.findings
        return _rules(found)

    @property
    def final(self) -> bool:
        """Whether the platform would refuse it, so that only mending helps."""
        found = self.refused.findings if self.refused else self.findings
        return any(finding.final for finding in found)


@dataclass(frozen=True)
class Kept:
    """A text that the checks blocked, and the posts in whose place it could go out.

    `places` are a post's id and hash, as the form sends them, and what it is called.
    """

    id: UUID
    text: str
    language: str
    strategy: str
    segment: str
    findings: Sequence[Finding]
    places: Sequence[tuple[str, str]]

    @property
    def rules(self) -> list[str]:
        return _rules(self.findings)


def _rules(findings: Sequence[Finding]) -> list[str]:
    return list(dict.fromkeys(one.rule for one in findings if one.severity == "error"))


async def cards(session: Session, campaign: Campaign, refused: Refused | None) -> list[Card]:
    """The campaign's posts by their times."""
    posts = await Posts(session).list(campaign_id=campaign.id, limit=50)
    variants = {variant.id: variant for variant in await Variants(session).of(campaign.id)}
    segments = {segment.id: segment.name for segment in await Segments(session).list()}
    yes = {one.post_id: one for one in await Posts(session).approvals(campaign.id)}
    made = []
    for post in sorted(posts, key=lambda post: post.scheduled_at):
        decision = await Decisions(session).get(post.decision_id)
        card = _card(post, variants[post.variant_id], decision, segments, yes.get(post.id))
        said = await _overridden(session, yes.get(post.id))
        theirs = refused if refused and refused.post_id == post.id else None
        made.append(replace(card, refused=theirs, overridden=said))
    return made


async def kept(session: Session, campaign: Campaign, shown: Sequence[Card]) -> list[Kept]:
    """The blocked texts of a campaign that a person may still put in place of a waiting post."""
    names = {segment.id: segment.name for segment in await Segments(session).list()}
    used = {card.post.variant_id for card in shown}
    return [
        Kept(
            id=variant.id,
            text=variant.text,
            language=variant.language,
            strategy=variant.strategy.replace("_", " "),
            segment=names.get(variant.segment_id, "everyone"),
            findings=variant.findings,
            places=places,
        )
        for variant in await Variants(session).of(campaign.id)
        if variant.blocked and not variant.final and variant.id not in used
        if (places := _places(variant, shown))
    ]


def _places(variant: Variant, shown: Sequence[Card]) -> list[tuple[str, str]]:
    return [
        (f"{card.post.id} {card.post.content_hash}", f"{card.strategy}, {card.when}")
        for card in shown
        if card.waiting and card.post.platform == variant.platform
    ]


async def _overridden(session: Session, yes: Approval | None) -> Overridden | None:
    if yes is None or not yes.overridden:
        return None
    when = yes.created_at.strftime("%a %-d %b, %H:%M UTC")
    return Overridden(await approver(session, yes), when, yes.note, yes.overridden)


def _card(
    post: Post,
    variant: Variant,
    decision: Decision,
    segments: Mapping[UUID, str],
    yes: Approval | None,
) -> Card:
    own = post.text != variant.text
    return Card(
        post=post,
        strategy=variant.strategy.replace("_", " "),
        segment=segments.get(variant.segment_id, "everyone"),
        language=variant.language,
        tone="" if own else reading(variant.tone, variant.wanted_tone),
        when=post.scheduled_at.strftime("%a %-d %b, %H:%M UTC"),
        why=decision.explanation.sentence,
        support="In your own words, checked." if own else _support(variant),
        findings=(yes.warnings if yes else ()) if own else variant.findings,
        odds=_odds(decision),
    )


def _support(variant: Variant) -> str:
    if not variant.traces:
        return "No numbers, names or quotes in it to check."
    if len(variant.traces) == 1:
        return "The one fact in it is in your text."
    return f"All {len(variant.traces)} facts in it are in your text."


def _odds(decision: Decision) -> list[Odds]:
    """The probability of each strategy: its actions' propensities added up."""
    shares: dict[str, float] = {}
    for action in decision.actions:
        name = str(action.features.get("strategy", action.id)).replace("_", " ")
        shares[name] = shares.get(name, 0.0) + decision.propensities[action.id]
    ranked = sorted(shares.items(), key=lambda item: -item[1])
    return [Odds(name, share) for name, share in ranked[:ODDS_SHOWN]]
