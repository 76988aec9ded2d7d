"""What the first screen shows, gathered in one transaction and made into plain words."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from agents.learner import strategy_action
from api.cards import Card, Kept, Refused, cards, kept
from api.deps import Services
from smartcontent.content import Segment, Workspace
from smartcontent.publishing import Campaign, RunState
from store.campaigns import Campaigns
from store.contents import Contents
from store.database import Session
from store.insights import Insights
from store.runs import Runs, RunStep
from store.segments import Segments
from store.workspaces import Workspaces
from tools.show_insights import Learned, show_insights
from tools.show_voice import VoiceCard, show_voice
from tools.strategies import strategies

CAMPAIGNS_SHOWN = 6
WAITING = RunState.AWAITING_APPROVAL


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
    kept: Sequence[Kept] = ()


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


async def home(
    session: Session, services: Services, chosen: UUID | None, refused: Refused | None = None
) -> Home:
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
        shown=await _shown(session, picked, refused) if picked else None,
        learned=rows,
        segments=await Segments(session).list(),
        voice=await show_voice(session=session),
    )


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:].removesuffix(".")


async def _titled(session: Session, campaign: Campaign) -> Titled:
    content = await Contents(session).get(campaign.content_id)
    return Titled(campaign.id, content.title)


async def _shown(session: Session, campaign: Campaign, refused: Refused | None) -> Shown:
    run = await Runs(session).of(campaign.id)
    steps = await Runs(session).steps(run.id)
    live = run.state in (RunState.QUEUED, RunState.RUNNING)
    posts, waiting = await cards(session, campaign, refused), run.state == WAITING
    return Shown(
        id=campaign.id,
        title=(await _titled(session, campaign)).title,
        summary=_summary(run.state, steps),
        live=live,
        problem=run.problem,
        steps=steps,
        cards=posts,
        kept=await kept(session, campaign, posts) if waiting else (),
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
