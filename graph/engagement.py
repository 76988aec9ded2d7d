"""A workspace's own model of what its posts earn: trained beside the policies, and asked.

A model is a function of a window of the log (posts whose time to earn is over, in the log's
order) and of settings, so it can be trained anywhere.  It reads what is known of any draft:
platform, time and text.  It is trained at most once a day, where something new is known.
"""

import hashlib
import logging
from asyncio import to_thread
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib import import_module
from uuid import UUID

from graph.canonical import Canonical
from graph.cards import LEFT_OUT
from graph.expecting import TextLifts
from graph.serving import Policies
from learning.bandit.uniform import Uniform
from learning.prediction.engagement import Engagement, Prediction
from learning.prediction.posts import Post as Known
from learning.prediction.track import spent
from learning.rewards import RewardSpec
from learning.timing import zone_of
from smartcontent.decision import Slot
from smartcontent.errors import SnapshotDamaged
from smartcontent.publishing import PostState
from store.database import Database, Session
from store.decisions import Decisions, Logged
from store.models import ModelCard, Models
from store.posts import Posts
from store.queue import Queue
from store.rows import new_id
from store.workspaces import Workspaces

TRAIN = "train_engagement"  # the worker's task
KIND = "engagement"
AGAIN = timedelta(days=1)
KEPT = 10  # models
log = logging.getLogger(__name__)
USE = "forecasting what posts of this workspace earn, and nothing else"


@dataclass(frozen=True)
class Training:
    """Settings: posts that are needed and read, and what the training itself is told."""

    least: int = 60
    most: int = 2_000
    seed: int = 1
    most_trees: int = 300


DEFAULT = Training()


@dataclass(frozen=True)
class Window:
    """Posts with what they earned, their texts, and between which positions of the log they are;
    `rewards` is the digest of what they were paid by, `ever` how many posts there ever were."""

    posts: list[Known]
    texts: list[str]
    since: int
    position: int
    rewards: str
    delay: timedelta
    ever: int

    def same(self, card: ModelCard, reads: str) -> bool:
        """Whether a model was made of this already."""
        made = (card.position, card.taken, card.rewards, card.reads)
        return made == (self.position, len(self.posts), self.rewards, reads)


async def look_at_model(
    database: Database, workspace_id: UUID, now: datetime, training: Training = DEFAULT
) -> bool:
    """Ask for a model where none was made for a day and enough posts went out; whether it was."""
    async with database.transaction(workspace_id) as session:
        last = await Models(session).latest(KIND)
        posts = await Decisions(session).posts(limit=training.most)
        closed = [one for one in posts if one.closed]
        new = not last or any(one.position > last.position for one in closed)
        few = len(closed) < training.least
        if few or not new or (last is not None and now - last.created_at < AGAIN):
            return False
        ids = {"workspace_id": str(workspace_id)}
        await Queue(session).defer(TRAIN, ids, key=f"{TRAIN}:{workspace_id}")
    return True


async def train_model(
    database: Database,
    policies: Policies,
    expecting: TextLifts,
    window: timedelta,
    workspace_id: UUID,
    now: datetime,
    training: Training = DEFAULT,
) -> str:
    """Train it and keep it, if there is something new to train on; what came of it, in words.

    `window` is how long a decision waits where the workspace's own rewards do not say.
    """
    async with database.transaction(workspace_id) as session:
        read = await window_of(session, policies, window, training)
        last = await Models(session).latest(KIND)
    if len(read.posts) < training.least:
        return too_few(len(read.posts), training)
    if last and (now - last.created_at < AGAIN or read.same(last, expecting.reads)):
        return said_of(last)
    model = await to_thread(trained, read, expecting, training)
    state = await to_thread(model.snapshot)
    card = _card(read, model, state, expecting.reads, last, now, training)
    async with database.transaction(workspace_id) as session:
        await Models(session).add(card, state)
        await Models(session).keep(KIND, newest=KEPT)
    return said_of(card)


async def window_of(
    session: Session, policies: Policies, window: timedelta, training: Training
) -> Window:
    """The latest closed posts that went out as decided, with what they earned."""
    charge = await policies.charges.in_charge(session)
    minutes = charge.rewards.window_minutes
    delay = window if minutes is None else timedelta(minutes=minutes)
    logged = await Decisions(session).posts(limit=training.most)
    rewards = await to_thread(_rewards, charge.rewards, logged)
    posts = await Posts(session).decided(list(rewards))
    zone = zone_of((await Workspaces(session).get()).time_zone)
    sent = [post for post in posts if post.state is PostState.PUBLISHED]
    known = [
        Known(
            id=str(post.decision_id),
            at=(post.published_at or post.scheduled_at).astimezone(zone),
            platform=post.platform,
            engagement=rewards[post.decision_id],
        )
        for post in sent
    ]
    places = [one.position for one in logged if one.decision.id in rewards] or [1]
    texts, digest = [post.text for post in sent], charge.rewards.digest
    ever = await Decisions(session).count_posts()
    return Window(known, texts, places[0] - 1, places[-1], digest, delay, ever)


def trained(read: Window, expecting: TextLifts, training: Training) -> Engagement:
    """The model of a window.  Loads scikit-learn, and takes a while."""
    vectors = expecting.embed(read.texts)
    paired = zip(read.posts, vectors, strict=True)
    model: Engagement = import_module("learning.prediction.engagement_training").train(
        [replace(post, embedding=vector) for post, vector in paired],
        seed=training.seed,
        delay=read.delay,
        counted=False,
        most_trees=training.most_trees,
        alpha=spent(read.ever, training.most),
    )
    return model


async def engagement_of(
    session: Session,
    expecting: TextLifts,
    rewards: RewardSpec,
    texts: Sequence[str],
    slots: Sequence[Slot],
    *,
    now: datetime,
) -> tuple[list[Prediction], str]:
    """What the workspace's model says of every text in every slot, in that order; nothing where
    there is none that may be asked, and why."""
    card = await Models(session).latest(KIND)
    if card is None:
        return [], "no model of whole posts yet"
    if (card.reads, card.rewards) != (expecting.reads, rewards.digest):
        return [], "the model of whole posts was trained for other rewards or by another reader"
    if not card.metrics["better_than_chance"]:
        return [], said_of(card)
    state = await Models(session).state(card.id)
    zone = zone_of((await Workspaces(session).get()).time_zone)
    asked = [(text, slot.platform, slot.at.astimezone(zone)) for text in texts for slot in slots]
    try:
        return await to_thread(_predicted, state, expecting, asked, now), said_of(card)
    except SnapshotDamaged:
        log.exception("A model of posts is damaged: slots are forecast without it.")
        return [], "the model of whole posts is damaged"


async def state_of_model(session: Session, training: Training = DEFAULT) -> str:
    """In plain words: what there is, or why there is none."""
    card = await Models(session).latest(KIND)
    if card is not None:
        return said_of(card)
    closed = sum(one.closed for one in await Decisions(session).posts(limit=training.most))
    return too_few(closed, training)


def said_of(card: ModelCard) -> str:
    """How it fared on posts later than those it was trained on."""
    told = card.metrics
    better = "better than chance" if told["better_than_chance"] else "no better than chance"
    return (
        f"the model of whole posts is {better} on {told['tried_on']:,} later posts "
        f"(rank correlation {told['rank']:.2f}, trained on {card.taken:,})"
    )


def too_few(known: int, training: Training) -> str:
    """
    >>> too_few(12, Training())
    'no model of whole posts yet: the rewards of 12 are known, 60 are needed'
    """
    return (
        f"no model of whole posts yet: the rewards of {known:,} are known, "
        f"{training.least:,} are needed"
    )


def _rewards(spec: RewardSpec, posts: Sequence[Logged]) -> dict[UUID, float]:
    """Of closed decisions that nobody overrode and of which something is known."""
    earned = Canonical(Uniform(), spec).earned(posts)
    return {
        one.logged.decision.id: one.reward
        for one in earned
        if one.logged.closed and one.reward is not None
    }


def _predicted(
    state: bytes, expecting: TextLifts, asked: Sequence[tuple[str, str, datetime]], now: datetime
) -> list[Prediction]:
    texts = list(dict.fromkeys(text for text, _, _ in asked))
    vectors = dict(zip(texts, expecting.embed(texts), strict=True))
    posts = [
        Known(id=str(number), at=at, platform=platform, embedding=vectors[text])
        for number, (text, platform, at) in enumerate(asked)
    ]
    return Engagement.from_snapshot(state).predict(posts, now=now)


def _card(
    read: Window,
    model: Engagement,
    state: bytes,
    reads: str,
    last: ModelCard | None,
    now: datetime,
    training: Training,
) -> ModelCard:
    standard = model.standard
    return ModelCard(
        id=new_id(),
        kind=KIND,
        reads=reads,
        rewards=read.rewards,
        since=read.since,
        position=read.position,
        taken=len(read.posts),
        parent=last.id if last else None,
        sha256=hashlib.sha256(state).hexdigest(),
        metrics=vars(standard) | {"weights": dict(model.parts.weights)},
        card={"settings": vars(training), "use": USE, "left_out": [LEFT_OUT[0]]},
        created_at=now,
    )
