"""Every error of the product, drawn as one tree.

    SmartContentError
    ├── InvalidInput            what was sent cannot be used
    │   ├── InvalidContent          empty, binary, wrong encoding
    │   ├── TextBlocked             a post that the checks do not let out
    │   ├── TooLarge                over a stated limit
    │   ├── PageUnavailable         an address that gave nothing to read
    │   ├── InvalidEvent            an event that cannot be counted
    │   ├── UnknownPlatform
    │   ├── UnknownStrategy
    │   ├── PastTime
    │   └── MalformedTool           a plug-in whose signature is not a manual
    ├── NotFound                no such thing in this workspace
    ├── Denied                  known, and not allowed
    │   ├── NotAuthenticated
    │   ├── NotAllowed
    │   ├── ConsentMissing
    │   └── AddressRefused          an address that our side will not ask
    ├── Conflict                right request, wrong moment
    │   ├── AlreadyExists
    │   ├── StaleVersion            somebody else edited first
    │   ├── WrongState              for instance approving what was cancelled
    │   └── LeaseLost               another worker holds the row
    ├── PlatformProblem         the other side's hiccup, kept as data
    │   ├── RateLimited             try again at `until`
    │   ├── Rejected                the platform refused this post
    │   ├── Unreachable             nothing was sent
    │   └── OutcomeUnknown          it may have been sent: look before any retry
    ├── ModelProblem            a language model or a stored policy misbehaved
    │   ├── ModelUnavailable
    │   ├── ModelMisbehaved
    │   ├── BudgetSpent             this month's tokens or money are used up
    │   ├── SnapshotDamaged
    │   └── EmbedderMismatch
    └── SetupProblem            this machine or its settings
        ├── PortTaken
        ├── FolderUnwritable
        ├── DatabaseUnreachable
        ├── DownloadFailed          a model's file did not come, or not as published
        └── MissingExtra

An error is a fact: `code` is stable, `detail` holds the values, `todo` says what to do next.
"""

from datetime import datetime
from typing import ClassVar


class SmartContentError(Exception):
    """The root.  `detail` is for a person, `todo` is the next step, `facts` are the values.

    >>> error = NotFound("There is no campaign 7.", todo="List them: GET /v1/campaigns", id=7)
    >>> error.code, error.facts
    ('not-found', {'id': 7})
    """

    code: ClassVar[str] = "error"

    def __init__(self, detail: str, *, todo: str = "", **facts: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.todo = todo
        self.facts = facts

    def __str__(self) -> str:
        return f"{self.detail} {self.todo}".strip()


class InvalidInput(SmartContentError):
    code = "invalid-input"


class InvalidContent(InvalidInput):
    code = "invalid-content"


class TextBlocked(InvalidInput):
    """`findings` are what is in the way; no override helps against the rules in `final`."""

    code = "text-blocked"


class TooLarge(InvalidInput):
    code = "too-large"


class PageUnavailable(InvalidInput):
    code = "page-unavailable"


class InvalidEvent(InvalidInput):
    code = "invalid-event"


class UnknownPlatform(InvalidInput):
    code = "unknown-platform"


class UnknownStrategy(InvalidInput):
    code = "unknown-strategy"


class PastTime(InvalidInput):
    code = "past-time"


class MalformedTool(InvalidInput):
    code = "malformed-tool"


class NotFound(SmartContentError):
    code = "not-found"


class Denied(SmartContentError):
    code = "denied"


class NotAuthenticated(Denied):
    code = "not-authenticated"


class NotAllowed(Denied):
    code = "not-allowed"


class ConsentMissing(Denied):
    code = "consent-missing"


class AddressRefused(Denied):
    code = "address-refused"


class Conflict(SmartContentError):
    code = "conflict"


class AlreadyExists(Conflict):
    code = "already-exists"


class StaleVersion(Conflict):
    code = "stale-version"


class WrongState(Conflict):
    code = "wrong-state"


class LeaseLost(Conflict):
    code = "lease-lost"


class PlatformProblem(SmartContentError):
    code = "platform-problem"


class RateLimited(PlatformProblem):
    code = "rate-limited"

    def __init__(self, detail: str, *, until: datetime, todo: str = "", **facts: object) -> None:
        super().__init__(detail, todo=todo, until=until.isoformat(), **facts)
        self.until = until


class Rejected(PlatformProblem):
    code = "rejected"


class Unreachable(PlatformProblem):
    code = "unreachable"


class OutcomeUnknown(PlatformProblem):
    code = "outcome-unknown"


class ModelProblem(SmartContentError):
    code = "model-problem"


class ModelUnavailable(ModelProblem):
    code = "model-unavailable"


class ModelMisbehaved(ModelProblem):
    code = "model-misbehaved"


class BudgetSpent(ModelProblem):
    code = "budget-spent"


class SnapshotDamaged(ModelProblem):
    code = "snapshot-damaged"


class EmbedderMismatch(ModelProblem):
    code = "embedder-mismatch"


class SetupProblem(SmartContentError):
    code = "setup-problem"


class PortTaken(SetupProblem):
    code = "port-taken"


class FolderUnwritable(SetupProblem):
    code = "folder-unwritable"


class DatabaseUnreachable(SetupProblem):
    code = "database-unreachable"


class DownloadFailed(SetupProblem):
    code = "download-failed"


class MissingExtra(SetupProblem):
    code = "missing-extra"
