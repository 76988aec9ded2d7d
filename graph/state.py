"""How a campaign grows: each node asks for no more of the state than it needs.

A thread holds the nouns of one run, pinned: a creator who edits the content while a campaign
runs changes the next campaign, not the spans this one has already traced.
"""

from typing import TypedDict
from uuid import UUID

from smartcontent.content import Analysis, Content, Segment, Variant
from smartcontent.decision import SlotForecast
from smartcontent.publishing import CampaignSettings


class Uploaded(TypedDict):
    """What a run starts from: ids, and what the creator asked for."""

    workspace_id: UUID
    campaign_id: UUID
    run_id: UUID
    content_id: UUID
    settings: CampaignSettings


class Analysed(Uploaded):
    content: Content
    analysis: Analysis


class Segmented(Analysed):
    segments: list[Segment]


class Planned(Segmented):
    """`plan` has the names of the strategies drawn for each segment, by the segment's id."""

    plan: dict[str, list[str]]


class Written(Planned):
    variants: list[Variant]


class Checked(Written):
    """`allowed` are the ids of the variants that nothing forbids."""

    allowed: list[UUID]


class Scheduled(Checked):
    forecasts: list[SlotForecast]
    posts: list[UUID]


class Approved(Scheduled):
    """`approved` are posts that a person, or the creator's standing order, said yes to."""

    approved: list[UUID]


class Published(Approved):
    """`intents` are the outbox rows: what will be sent, not what was."""

    intents: list[UUID]


class Update(TypedDict, total=False):
    """What one node adds."""

    content: Content
    analysis: Analysis
    segments: list[Segment]
    plan: dict[str, list[str]]
    variants: list[Variant]
    allowed: list[UUID]
    forecasts: list[SlotForecast]
    posts: list[UUID]
    approved: list[UUID]
    intents: list[UUID]
