"""Send every attempt as every holder of a stranger's credentials, and look what came of it."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx
import psycopg
from psycopg import sql

from api.deps import Services
from tests.isolation.requests import Attempt
from tests.isolation.tenants import Tenant


@dataclass
class Loot:
    """What a raid brought home: nothing, if all is well."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    reads: list[str] = field(default_factory=list)


async def raid(
    client: httpx.AsyncClient, attempts: Iterable[Attempt], stranger: Tenant, target: Tenant
) -> Loot:
    """Every attempt as the most powerful, the least powerful, and with a key."""
    loot = Loot()
    for attempt in attempts:
        for holder in ("owner", "analyst", "key"):
            credential = stranger.credentials[holder]
            answer = await _send(client, attempt, credential)
            loot.requests += 1
            loot.statuses[answer.status_code] += 1
            if told := _told(answer, attempt, target):
                loot.reads.append(f"{holder}: {attempt.method} {attempt.path}: {told}")
    return loot


async def _send(
    client: httpx.AsyncClient, attempt: Attempt, credential: dict[str, str]
) -> httpx.Response:
    picture = {"file": ("words.txt", b"a stranger's words", "text/plain")} if attempt.file else None
    return await client.request(
        attempt.method,
        attempt.path,
        params=attempt.query,
        json=attempt.body,
        data=attempt.form,
        files=picture,
        headers=credential,
    )


def _told(answer: httpx.Response, attempt: Attempt, target: Tenant) -> str:
    """What of the target's is in the answer that was not in the question."""
    # The one text of the target that a stranger may know, and so may use in texts of their own.
    text = (answer.text + str(answer.headers)).replace(target.ids["subject"][0], "")
    if target.mark in text:
        return text[:200]
    known = {one for one in target.every_id() if one in text} - attempt.sent
    return f"the ids {sorted(known)}" if known else ""


def possessions(owner_url: str, services: Services, target: Tenant) -> dict[str, str]:
    """A fingerprint of everything the target has: rows by table, files, memories."""
    rows = _rows(owner_url, target.workspace_id)
    folder = services.settings.data_dir
    files = {
        str(file.relative_to(folder)): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(Path(folder).rglob("*"))
        if file.is_file() and str(target.workspace_id) in str(file)
    }
    recalled = services.memory.recall(target.workspace_id, target.mark, limit=50)
    memories = {f"memory {one.item.id}": one.item.model_dump_json() for one in recalled}
    return {**rows, **files, **memories}


def _rows(owner_url: str, workspace_id: UUID) -> dict[str, str]:
    """As the owner of the database, whom row-level security does not bind."""
    counted = {}
    with psycopg.connect(owner_url) as connection:
        tables = connection.execute(
            "SELECT table_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND column_name = 'workspace_id' ORDER BY 1"
        ).fetchall()
        for (table,) in [*tables, ("workspaces",)]:
            column = "id" if table == "workspaces" else "workspace_id"
            dump = sql.SQL(
                "SELECT count(*) || ' ' || coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)),"
                " '') FROM {} t WHERE {} = %s"
            ).format(sql.Identifier(table), sql.Identifier(column))
            row = connection.execute(dump, (workspace_id,)).fetchone()
            counted[table] = str(row[0]) if row else ""
    return counted
