"""The workspace of whoever runs the command line: made once, its login kept beside the data."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import orjson

from api.passwords import Passwords
from api.workspaces import Founder, found
from smartcontent.bootstrap import Product
from smartcontent.content import Caller
from smartcontent.errors import NotFound
from smartcontent.scopes import SCOPES
from store.workspaces import Workspaces

EMAIL = "owner@smartcontent.localhost"


@dataclass(frozen=True)
class Home:
    """A workspace, the caller who owns it, and how that person signs in."""

    caller: Caller
    email: str
    password: str
    fresh: bool


async def home(product: Product) -> Home:
    """The workspace of this data folder; founded when there is none yet."""
    note = product.services.settings.data_dir / "login.json"
    if note.exists():
        kept = _read(note)
        if await _still_there(product, kept.caller):
            return kept
    password = secrets.token_urlsafe(12)
    founder = Founder("My workspace", _free_address(), "Owner", password)
    workspace, member = await found(product.services, Passwords(), founder)
    said = {
        "workspace_id": str(workspace.id),
        "member_id": str(member.id),
        "email": founder.email,
        "password": password,
    }
    note.touch(mode=0o600)
    note.write_bytes(orjson.dumps(said))
    return Home(_owner(workspace.id, member.id), founder.email, password, fresh=True)


def _free_address() -> str:
    """One database may serve several data folders, so the address is not the same for each."""
    return EMAIL.replace("@", f"-{secrets.token_hex(3)}@")


def _read(note: Path) -> Home:
    kept = orjson.loads(note.read_bytes())
    caller = _owner(UUID(kept["workspace_id"]), UUID(kept["member_id"]))
    return Home(caller, kept["email"], kept["password"], fresh=False)


def _owner(workspace_id: UUID, member_id: UUID) -> Caller:
    return Caller(workspace_id=workspace_id, member_id=member_id, role="owner", scopes=SCOPES)


async def _still_there(product: Product, caller: Caller) -> bool:
    async with product.services.database.transaction(caller.workspace_id) as session:
        try:
            await Workspaces(session).get()
        except NotFound:
            return False
    return True
