"""What is told of a snapshot: its figures, and the card that a reader of a model needs."""

import hashlib
from datetime import datetime
from typing import Any

from graph.canonical import Canonical
from graph.charge import Charge
from smartcontent.decision import PolicySnapshot
from store.rows import new_id

LEFT_OUT = (
    "choices that a person overrode",
    "what describes people who did not allow training",
)
USE = "choosing among variants, platforms and times of this workspace, and nothing else"


def snapshot_of(charge: Charge, canonical: Canonical, now: datetime) -> PolicySnapshot:
    """The state, sealed, under the charge's name."""
    state = canonical.seal()
    return PolicySnapshot(
        id=new_id(),
        policy=charge.name,
        position=canonical.position,
        sha256=hashlib.sha256(state).hexdigest(),
        state=state,
        created_at=now,
    )


def metrics(canonical: Canonical) -> dict[str, Any]:
    """Rewards learned, and by branch how many impressions' rewards there were and their mean."""
    told: dict[str, Any] = {"updates": canonical.policy.updates}
    for branch, tally in canonical.tally.items():
        n = sum(tally.values())
        total = sum(float(reward) * count for reward, count in tally.items())
        told[branch] = {"rewards": n, "mean": total / n if n else None}
    return told


def card(charge: Charge, canonical: Canonical) -> dict[str, Any]:
    """Kind, floor, hash, what it was paid by, what it never saw, what it is for."""
    return {
        "kind": canonical.policy.name,
        "floor": canonical.policy.floor,
        "hash": canonical.hash,
        "rewards": charge.rewards.as_json(),
        "left_out": list(LEFT_OUT),
        "use": USE,
    }
