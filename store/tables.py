"""The tables as queries see them.  Keys, constraints and rights are the migrations' business.

Columns bear the names of the nouns' fields, so a row is a noun (see `store.rows`).
"""

from typing import Any

from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
)
from sqlalchemy import BigInteger as Long
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.type_api import TypeEngine

METADATA = MetaData()
Time = DateTime(timezone=True)
Kind = type[TypeEngine[Any]] | TypeEngine[Any]


def _table(table: str, /, **columns: Kind) -> Table:
    """A tenant's table; `workspace_id` has a default from the transaction's setting."""
    kept = [Column(name, kind) for name, kind in columns.items()]
    return Table(table, METADATA, Column("workspace_id", Uuid), *kept)


WORKSPACES = Table(
    "workspaces",
    METADATA,
    Column("id", Uuid),
    Column("name", Text),
    Column("time_zone", Text),
    Column("holdback", Double),
    Column("pseudonym_key_sealed", LargeBinary),
    Column("created_at", Time),
)
MEMBERS = _table(
    "members", id=Uuid, email=Text, name=Text, role=Text, password_hash=Text, created_at=Time
)
API_KEYS = _table(
    "api_keys",
    id=Uuid,
    name=Text,
    prefix=Text,
    key_hash=Text,
    scopes=ARRAY(Text),
    created_at=Time,
    last_used_at=Time,
    revoked_at=Time,
)
REFRESH_TOKENS = _table(
    "refresh_tokens",
    id=Uuid,
    member_id=Uuid,
    family_id=Uuid,
    token_hash=Text,
    expires_at=Time,
    used_at=Time,
    revoked_at=Time,
    created_at=Time,
)
REPLIES = _table(
    "replies",
    route=Text,
    key=Text,
    body_hash=Text,
    status=Integer,
    headers=JSONB,
    response=LargeBinary,
    expires_at=Time,
)
THREADS = _table("threads", id=Uuid, member_id=Uuid, title=Text, created_at=Time)

CONTENTS = _table("contents", id=Uuid, version=Integer, created_at=Time)
CONTENT_VERSIONS = _table(
    "content_versions",
    content_id=Uuid,
    version=Integer,
    title=Text,
    text=Text,
    source=Text,
    format=Text,
    link=Text,
    edited_at=Time,
)
MEDIA = _table(
    "media",
    id=Uuid,
    content_id=Uuid,
    media_type=Text,
    bytes=Integer,
    sha256=Text,
    alt_text=Text,
    created_at=Time,
)
ANALYSES = _table("analyses", content_id=Uuid, analysis=JSON, created_at=Time)

CONSENTS = _table("consents", subject=Text, purpose=Text, granted=Boolean, at=Time)
SEGMENTS = _table(
    "segments",
    id=Uuid,
    name=Text,
    size=Integer,
    everyone=Boolean,
    evidence=JSON,
    features=JSON,
    language=Text,
    active=Boolean,
    created_at=Time,
)
SEGMENT_MEMBERS = _table("segment_members", subject=Text, segment_id=Uuid)

CAMPAIGNS = _table(
    "campaigns", id=Uuid, content_id=Uuid, settings=JSON, created_by=Uuid, created_at=Time
)
RUNS = _table(
    "runs",
    id=Uuid,
    campaign_id=Uuid,
    state=Text,
    problem=Text,
    lease_owner=Text,
    lease_until=Time,
    fence=Long,
    created_at=Time,
    updated_at=Time,
)
RUN_STEPS = _table("run_steps", run_id=Uuid, name=Text, summary=Text, seconds=Double, at=Time)
VARIANTS = _table(
    "variants",
    id=Uuid,
    campaign_id=Uuid,
    segment_id=Uuid,
    strategy=Text,
    platform=Text,
    text=Text,
    language=Text,
    writer=Text,
    prompt_hash=Text,
    ai_generated=Boolean,
    traces=JSON,
    sources=JSON,
    findings=JSON,
    media=JSON,
    expected=Double,
    expected_sd=Double,
    wanted_tone=Text,
    tone=JSON,
    place=Integer,
    created_at=Time,
)

DECISIONS = _table(
    "decisions",
    id=Uuid,
    position=Long,
    kind=Text,
    context=JSON,
    actions=JSON,
    chosen=Text,
    propensities=JSON,
    mixture=JSON,
    branch=Text,
    policy=Text,
    policy_version=Text,
    seed=Numeric,
    explored=Boolean,
    personalised=Boolean,
    overridden=Boolean,
    explanation=JSON,
    campaign_id=Uuid,
    subject=Text,
    created_at=Time,
    strategy=Text,
    action_platform=Text,
    segment=Text,
)
REWARD_WINDOWS = _table("reward_windows", closed_before=Time, learned_before=Time)
REVISIONS = _table("revisions", position=Long)
POLICY_SNAPSHOTS = _table(
    "policy_snapshots",
    id=Uuid,
    policy=Text,
    position=Long,
    sha256=Text,
    state=LargeBinary,
    created_at=Time,
    rewards=Text,
    since=Long,
    taken=Long,
    parent=Uuid,
    metrics=JSON,
    card=JSON,
)
REWARD_SPECS = _table("reward_specs", version=Integer, spec=JSON, by=Uuid, created_at=Time)
MODELS = _table(
    "models",
    id=Uuid,
    kind=Text,
    reads=Text,
    rewards=Text,
    since=Long,
    position=Long,
    taken=Long,
    parent=Uuid,
    sha256=Text,
    state=LargeBinary,
    metrics=JSON,
    card=JSON,
    created_at=Time,
)
POLICIES = _table(
    "policies",
    id=Uuid,
    name=Text,
    kind=Text,
    settings=JSON,
    since=Long,
    state=Text,
    created_at=Time,
    changed_at=Time,
)
PROMOTIONS = _table(
    "promotions",
    id=Uuid,
    policy_id=Uuid,
    replaced_id=Uuid,
    evaluation_id=Uuid,
    by=Uuid,
    created_at=Time,
    undone_at=Time,
)
EVALUATIONS = _table(
    "evaluations", id=Uuid, kind=Text, estimate=JSON, details=JSON, created_at=Time
)

FORECASTS = _table(
    "forecasts",
    decision_id=Uuid,
    platform=Text,
    at=Time,
    expected=Double,
    low=Double,
    high=Double,
    samples=Integer,
    created_at=Time,
)

POSTS = _table(
    "posts",
    id=Uuid,
    campaign_id=Uuid,
    variant_id=Uuid,
    decision_id=Uuid,
    platform=Text,
    account=Text,
    text=Text,
    media=JSON,
    content_hash=Text,
    revision=Integer,
    state=Text,
    scheduled_at=Time,
    published_at=Time,
    url=Text,
    remote_id=Text,
    problem=Text,
    created_at=Time,
)
APPROVALS = _table(
    "approvals",
    id=Uuid,
    post_id=Uuid,
    verdict=Text,
    content_hash=Text,
    by=Uuid,
    by_key=Uuid,
    note=Text,
    edited=Boolean,
    warnings=JSON,
    overridden=JSON,
    created_at=Time,
)
OUTBOX = _table(
    "outbox",
    id=Uuid,
    post_id=Uuid,
    effect_key=Text,
    due_at=Time,
    state=Text,
    attempts=Integer,
    lease_owner=Text,
    lease_until=Time,
    fence=Long,
    created_at=Time,
)

VOICE_RULES = _table(
    "voice_rules",
    id=Uuid,
    key=Text,
    kind=Text,
    about=Text,
    instead=Text,
    most=Integer,
    origin=Text,
    enabled=Boolean,
    support=Integer,
    against=Integer,
    evidence=JSON,
    created_at=Time,
    deleted_at=Time,
)
VOICE_EXAMPLES = _table(
    "voice_examples", id=Uuid, sha256=Text, text=Text, language=Text, created_at=Time
)

EVENTS = _table(
    "events",
    id=Text,
    kind=Text,
    occurred_at=Time,
    received_at=Time,
    decision_id=Uuid,
    post_id=Uuid,
    subject=Text,
    value=Double,
    platform=Text,
    topic=Text,
    language=Text,
)

MODEL_BUDGETS = _table("model_budgets", tokens=Long, micros=Long, set_at=Time)
MODEL_SPENDING = _table("model_spending", month=Date, tokens=Long, micros=Long, calls=Long)
MODEL_ANSWERS = _table("model_answers", key=Text, model=Text, answer=Text, created_at=Time)
