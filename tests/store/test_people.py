"""Members, keys and sessions, and finding them before their workspace is known."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from smartcontent.errors import AlreadyExists, NotAuthenticated, NotFound
from store.api_keys import ApiKeys
from store.credentials import api_key_lookup, login_lookup, refresh_lookup
from store.database import Database
from store.members import Members
from store.refresh_tokens import RefreshTokens
from store.rows import new_id
from store.workspaces import Workspaces

SOON = datetime.now(UTC) + timedelta(hours=1)
PAST = datetime.now(UTC) - timedelta(hours=1)


async def test_a_workspace_keeps_its_sealed_key(database: Database, workspace: UUID) -> None:
    async with database.transaction(workspace) as session:
        assert await Workspaces(session).pseudonym_key_sealed() == b"sealed"
        with pytest.raises(AlreadyExists):
            await Workspaces(session).create("Twice", id=workspace, pseudonym_key_sealed=b"")


async def test_members_are_added_read_and_given_roles(database: Database, workspace: UUID) -> None:
    async with database.transaction(workspace) as session:
        members = Members(session)
        ana = await members.add(email="ana@x.test", name="Ana", role="editor", password_hash="h")
        assert await members.get(ana.id) == ana
        assert await members.password_hash(ana.id) == "h"
        assert (await members.set_role(ana.id, "reviewer")).role == "reviewer"
        assert [member.name for member in await members.list()] == ["Ana", "Owner"]
        assert [member.name for member in await members.list(after=ana.id)] == ["Owner"]
        assert await members.owners() == 1
        with pytest.raises(NotFound):
            await members.get(new_id())


async def test_an_address_belongs_to_one_member_of_one_workspace(
    database: Database, workspace: UUID, second_workspace: UUID
) -> None:
    async with database.transaction(workspace) as session:
        await Members(session).add(email="Bo@x.test", name="Bo", role="editor", password_hash="h")
    async with database.transaction(second_workspace) as session:
        with pytest.raises(AlreadyExists):
            await Members(session).add(
                email="bo@X.test", name="Bo", role="editor", password_hash="h"
            )
        assert len(await Members(session).list()) == 1  # the transaction goes on


async def test_a_login_is_found_across_workspaces_by_ids_only(
    database: Database, workspace: UUID
) -> None:
    async with database.definer() as session:
        found = await login_lookup(session, f"OWNER@{workspace}.test")
        assert found is not None and found[0] == workspace
        assert await login_lookup(session, "nobody@x.test") is None
        assert await login_lookup(session, "nul\x00") is None


async def test_api_keys_are_found_by_prefix_until_revoked(
    database: Database, workspace: UUID
) -> None:
    prefix = new_id().hex
    async with database.transaction(workspace) as session:
        keys = ApiKeys(session)
        key = await keys.add(name="CI", prefix=prefix, key_hash="h", scopes=["events:write"])
        await keys.touch(key.id)
        assert (await keys.get(key.id)).last_used_at is not None
        assert await keys.hash_of(key.id) == "h"
    async with database.definer() as session:
        assert await api_key_lookup(session, prefix) == (workspace, key.id)
    async with database.transaction(workspace) as session:
        keys = ApiKeys(session)
        first = (await keys.revoke(key.id)).revoked_at
        assert (await keys.revoke(key.id)).revoked_at == first is not None
        with pytest.raises(NotFound):
            await keys.hash_of(key.id)
        assert [kept.id for kept in await keys.list()] == [key.id]
    async with database.definer() as session:
        assert await api_key_lookup(session, prefix) is None


async def test_a_refresh_token_is_good_once_and_its_reuse_ends_the_family(
    database: Database, workspace: UUID
) -> None:
    family, hashes = new_id(), [new_id().hex, new_id().hex]
    async with database.transaction(workspace) as session:
        owner = (await Members(session).list())[0].id
        tokens = RefreshTokens(session)
        first, second = [await tokens.add(owner, family, hash, SOON) for hash in hashes]
        used = await tokens.use(first)
        assert used is not None and (used.member_id, used.family_id) == (owner, family)
    async with database.definer() as session:
        assert await refresh_lookup(session, hashes[0]) == (workspace, first)
    async with database.transaction(workspace) as session:
        assert await RefreshTokens(session).use(first) is None
    async with database.transaction(workspace) as session:
        with pytest.raises(NotAuthenticated):
            await RefreshTokens(session).use(second)


async def test_expired_and_ended_tokens_open_nothing(database: Database, workspace: UUID) -> None:
    async with database.transaction(workspace) as session:
        owner = (await Members(session).list())[0].id
        tokens = RefreshTokens(session)
        old = await tokens.add(owner, new_id(), new_id().hex, PAST)
        ended = await tokens.add(owner, new_id(), new_id().hex, SOON)
        await tokens.end(ended)
        for token in (old, ended, new_id()):
            with pytest.raises(NotAuthenticated):
                await tokens.use(token)
