"""One attempt to send one post, and what it came to.  Knows the platform, not the database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from smartcontent.errors import OutcomeUnknown, PlatformProblem, RateLimited, Rejected
from smartcontent.plugins import Connector
from smartcontent.publishing import Outgoing, Receipt

ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(hours=1)


@dataclass(frozen=True)
class Published:
    receipt: Receipt


@dataclass(frozen=True)
class Later:
    """The next attempt is due at `at`.  `unsettled`: it may have been sent, so that one looks."""

    at: datetime
    problem: str
    unsettled: bool = False


@dataclass(frozen=True)
class Failed:
    """It was certainly not sent, and will not be."""

    problem: str


@dataclass(frozen=True)
class Unknown:
    """It may have been sent.  A person looks; nothing is sent again until then."""

    problem: str


Verdict = Published | Later | Failed | Unknown


@dataclass(frozen=True)
class Attempt:
    """The `number`-th attempt (from 1) to send `outgoing` through `connector`.

    `sent_before` says that an earlier worker began to send and never told how it ended.
    """

    connector: Connector
    outgoing: Outgoing
    number: int
    now: datetime
    sent_before: bool = False

    async def make(self) -> Verdict:
        """Send it, unless an earlier attempt may have: then look first."""
        if self.sent_before:
            return await self._settle("The worker that was sending this post died.")
        try:
            return Published(await self.connector.publish(self.outgoing))
        except OutcomeUnknown as problem:
            return await self._settle(str(problem))
        except PlatformProblem as problem:
            return self._not_sent(problem)

    async def _settle(self, problem: str) -> Verdict:
        """Look for our own post; send again only where the platform knows our key."""
        spec = self.connector.spec
        try:
            found = await self.connector.find(self.outgoing) if spec.can_find else None
            if found is not None:
                return Published(found)
            if spec.idempotent:
                return Published(await self.connector.publish(self.outgoing))
        except PlatformProblem as trouble:
            return self._still_unsettled(trouble)
        return Unknown(f"{problem} {spec.platform} cannot tell whether it arrived: please look.")

    def _still_unsettled(self, trouble: PlatformProblem) -> Verdict:
        if self.number < ATTEMPTS:
            return Later(self._next(trouble), str(trouble), unsettled=True)
        return Unknown(str(trouble))

    def _not_sent(self, problem: PlatformProblem) -> Verdict:
        if isinstance(problem, Rejected):
            return Failed(str(problem))
        if isinstance(problem, RateLimited) or self.number < ATTEMPTS:
            return Later(self._next(problem), str(problem))
        return Failed(f"{problem} Tried {self.number} times.")

    def _next(self, problem: PlatformProblem) -> datetime:
        if isinstance(problem, RateLimited):
            return max(problem.until, self.now)
        return self.now + min(FIRST_WAIT * (1 << self.number - 1), LONGEST_WAIT)
