"""What the first screen shows, gathered in one transaction and made into plain words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from agents.learner import strategy_action
from api.deps import Services
from smartcontent.content import Finding, Segment, Variant, Workspace
from smartcontent.decision import Decision
from smartcontent.publishing import Campaign, Post, PostState, RunState
from smartcontent.tones import reading
from store.campaigns import Campaigns
from store.contents import Contents
from store.database import Session
from store.decisions import Decisions
from store.insights import Insights
from store.posts import Posts
from store.runs import Runs, RunStep
from store.segments import Segments
from store.variants import Variants
from store.workspaces import Workspaces
from tools.show_insights import Learned, show_insights
from tools.show_voice import VoiceCard, show_voice
from tools.strategies import strategies

CAMPAIGNS_SHOWN = 6
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

    @property
    def state_words(self) -> str:
        return STATES[self.post.state]

    @property
    def waiting(self) -> bool:
        return self.post.state == PostState.AWAITING_APPROVAL


@dataclass(frozen=True)
class Titled:
    id: UUID
    title: str


@dataclass(frozen=True)
class Shown:
    """The campaign on the screen."""

    id: UUID
    title: str
    summary: str
    live: bool
    problem: str | None
    steps: Sequence[RunStep]
    cards: Sequence[Card]


@dataclass(frozen=True)
class Row:
    """One strategy in the table of what was learned; None where nothing is known."""

    name: str
    impressions: int
    rate: float | None
    low: float
    high: float
    probability: float | None


@dataclass(frozen=True)
class Home:
    workspace: Workspace
    lift: str
    scale: float
    minimum_segment: int
    campaigns: Sequence[Titled] = ()
    shown: Shown | None = None
    learned: Sequence[Row] = ()
    segments: Sequence[Segment] = field(default=())
    voice: Sequence[VoiceCard] = field(default=())


async def home(session: Session, services: Services, chosen: UUID | None) -> Home:
    """Everything on the first screen.  `chosen` is a campaign's id; none shows the newest."""
    campaigns = await Campaigns(session).list(limit=CAMPAIGNS_SHOWN)
    titled = [await _titled(session, campaign) for campaign in campaigns]
    newest = campaigns[0] if campaigns else None
    picked = await Campaigns(session).get(chosen) if chosen else newest
    workspace = await Workspaces(session).get()
    learned = await show_insights("strategies", session=session)
    rows = await _rows(session, services, workspace.id, learned)
    return Home(
        workspace=workspace,
        lift=_capital(learned.lift.verdict if learned.lift else learned.sentence),
        scale=max((row.high for row in rows), default=1.0) or 1.0,
        minimum_segment=services.settings.minimum_segment,
        campaigns=titled,
        shown=await _shown(session, picked) if picked else None,
        learned=rows,
        segments=await Segments(session).list(),
        voice=await show_voice(session=session),
    )


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:].removesuffix(".")


async def _titled(session: Session, campaign: Campaign) -> Titled:
    content = await Contents(session).get(campaign.content_id)
    return Titled(campaign.id, content.title)


async def _shown(session: Session, campaign: Campaign) -> Shown:
    run = await Runs(session).of(campaign.id)
    steps = await Runs(session).steps(run.id)
    live = run.state in (RunState.QUEUED, RunState.RUNNING)
    return Shown(
        id=campaign.id,
        title=(await _titled(session, campaign)).title,
        summary=_summary(run.state, steps),
        live=live,
        problem=run.problem,
        steps=steps,
        cards=await _cards(session, campaign),
    )


def _summary(state: RunState, steps: Sequence[RunStep]) -> str:
    took = f"{len(steps)} steps in {sum(step.seconds for step in steps):.1f} s"
    words = {
        RunState.QUEUED: "Waiting for a worker",
        RunState.RUNNING: "Working",
        RunState.AWAITING_APPROVAL: f"Ready for you: {took}",
        RunState.FINISHED: f"Done: {took}",
        RunState.FAILED: "This did not work",
        RunState.CANCELLED: "Cancelled",
    }
    return words[state]


async def _cards(session: Session, campaign: Campaign) -> list[Card]:
    posts = await Posts(session).list(campaign_id=campaign.id, limit=50)
    variants = {variant.id: variant for variant in await Variants(session).of(campaign.id)}
    segments = {segment.id: segment.name for segment in await Segments(session).list()}
    cards = []
    for post in sorted(posts, key=lambda post: post.scheduled_at):
        variant = variants[post.variant_id]
        decision = await Decisions(session).get(post.decision_id)
        cards.append(_card(post, variant, decision, segments))
    return cards


def _card(post: Post, variant: Variant, decision: Decision, segments: dict[UUID, str]) -> Card:
    return Card(
        post=post,
        strategy=variant.strategy.replace("_", " "),
        segment=segments.get(variant.segment_id, "everyone"),
        language=variant.language,
        tone=reading(variant.tone, variant.wanted_tone),
        when=post.scheduled_at.strftime("%a %-d %b, %H:%M UTC"),
        why=decision.explanation.sentence,
        support=_support(variant),
        findings=variant.findings,
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


async def _rows(
    session: Session, services: Services, workspace_id: UUID, learned: Learned
) -> list[Row]:
    counted = await Insights(session).strategies()
    chances = await _chances(session, services, workspace_id) if learned.insights else {}
    return [
        Row(
            name=row.name.replace("_", " "),
            impressions=row.impressions,
            rate=row.engaged / row.impressions if row.impressions else None,
            low=wilson(row.engaged, row.impressions)[0],
            high=wilson(row.engaged, row.impressions)[1],
            probability=chances.get(row.name),
        )
        for row in sorted(counted, key=lambda row: -row.impressions)
    ]


async def _chances(session: Session, services: Services, workspace_id: UUID) -> dict[str, float]:
    """How likely each strategy is now, for nobody in particular."""
    serving = await services.policies.in_charge(session, workspace_id)
    actions = [strategy_action(strategy) for strategy in strategies()]
    return serving.policy.pull({}, actions, seed=0).propensities


def wilson(engaged: int, impressions: int, z: float = 1.96) -> tuple[float, float]:
    """Interval of a share (Wilson 1927): honest near 0 and with few samples.

    >>> low, high = wilson(5, 100)
    >>> round(low, 3), round(high, 3)
    (0.022, 0.112)
    >>> wilson(0, 0)
    (0.0, 1.0)
    """
    if not impressions:
        return 0.0, 1.0
    share = min(engaged / impressions, 1.0)
    shrink = 1 + z * z / impressions
    middle = (share + z * z / (2 * impressions)) / shrink
    reach = z * (share * (1 - share) / impressions + z * z / (4 * impressions**2)) ** 0.5 / shrink
    return max(0.0, middle - reach), min(1.0, middle + reach)
