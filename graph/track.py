"""What was forecast for posts when they were chosen, and what came of them."""

from asyncio import to_thread
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from graph.canonical import Canonical, Earned
from graph.serving import Policies
from learning.bandit.uniform import Uniform
from learning.prediction.track import Compared, Predicted, compared, standing
from smartcontent.content import Platform
from smartcontent.decision import Slot, SlotForecast
from smartcontent.publishing import Post
from store.database import Session
from store.decisions import Decisions
from store.forecasts import Forecast, Forecasts

LATEST = 2_000  # posts that are compared


@dataclass(frozen=True)
class Track:
    """Forecasts of posts against their rewards, all together and by platform.

    Not compared are posts still `open`, `silent` ones of which nothing was heard, and those whose
    forecast was `unfounded`: nothing was known of their platform then.
    """

    whole: Compared
    platforms: dict[Platform, Compared]
    open: int
    silent: int
    unfounded: int
    better_than_chance: bool


async def keep_forecasts(
    session: Session, posts: Sequence[Post], promised: Sequence[SlotForecast]
) -> None:
    """Each post's forecast, as it is now; `promised` are for single rewards."""
    of = {each.slot: each for each in promised}
    slots = [Slot(platform=post.platform, at=post.scheduled_at) for post in posts]
    kept = [
        Forecast(
            decision_id=post.decision_id,
            platform=post.platform,
            at=post.scheduled_at,
            **of[slot].model_dump(include={"expected", "low", "high", "samples"}),
        )
        for post, slot in zip(posts, slots, strict=True)
        if slot in of
    ]
    await Forecasts(session).add(kept)


async def track_record(session: Session, policies: Policies) -> Track:
    """How the forecasts of the latest posts fared, by the rewards that the workspace pays now.

    What a person chose otherwise is left out: nobody had forecast that.
    """
    charge = await policies.charges.in_charge(session)
    log = await Decisions(session).posts(limit=LATEST)
    kept = await Forecasts(session).of([logged.decision.id for logged in log])
    earned = await to_thread(Canonical(Uniform(), charge.rewards).earned, log)
    return _summed_up([one for one in earned if not one.logged.decision.overridden], kept)


def _summed_up(earned: Sequence[Earned], kept: dict[UUID, Forecast]) -> Track:
    of_whom = [(one, kept[id]) for one in earned if (id := one.logged.decision.id) in kept]
    founded = [(one, made) for one, made in of_whom if made.samples]
    closed = [(one, made) for one, made in founded if one.logged.closed]
    told = [_predicted(one, made) for one, made in closed if one.reward is not None]
    platforms: dict[Platform, list[Predicted]] = defaultdict(list)
    for one, made in told:
        platforms[made.platform].append(one)
    whole = [one for one, _ in told]
    return Track(
        whole=compared(whole),
        platforms={name: compared(platforms[name]) for name in sorted(platforms)},
        open=len(founded) - len(closed),
        silent=len(closed) - len(told),
        unfounded=len(of_whom) - len(founded),
        better_than_chance=standing(whole).better_than_chance,
    )


def _predicted(one: Earned, made: Forecast) -> tuple[Predicted, Forecast]:
    said = Predicted(str(made.decision_id), made.at, made.expected, made.low, made.high, one.reward)
    return said, made
