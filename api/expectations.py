"""What the texts of a campaign let expect, read once and kept: ranking is to be quick."""

import time
from collections import OrderedDict
from collections.abc import Callable
from uuid import UUID

from smartcontent.content import Features
from store.database import Session
from store.variants import Variants

KEPT = 60.0  # seconds: a post that appears meanwhile is told apart that much later
MOST = 512  # campaigns


class Expectations:
    """Kept by workspace and campaign.  `clock` counts seconds and never goes back."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: OrderedDict[tuple[UUID, UUID], tuple[float, dict[str, Features]]]
        self._kept = OrderedDict()

    async def of(
        self, session: Session, workspace_id: UUID, campaign_id: UUID
    ) -> dict[str, Features]:
        """Features of actions, by the id of a variant or of a post that says it unchanged."""
        key, now = (workspace_id, campaign_id), self._clock()
        read, known = self._kept.get(key, (float("-inf"), {}))
        if now - read > KEPT:
            known = await Variants(session).expected(campaign_id)
            self._kept[key] = now, known
            self._kept.move_to_end(key)
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return known
