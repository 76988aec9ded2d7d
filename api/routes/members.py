"""The people of a workspace and their roles."""

from fastapi import APIRouter, Request

from api.bodies import Body, Id, Line
from api.deps import Work
from api.door import Door
from api.paging import After, Limit, Page, page
from api.parts import Using
from api.problems import answers
from api.replies import KeyedOnce, KeyedWork, working
from api.routes.sign_in import Email, Password
from smartcontent.content import Member, Role
from smartcontent.errors import WrongState
from store.members import Members

router = APIRouter(prefix="/v1/members", route_class=Door, tags=["people"])


class NewMember(Body):
    """Somebody to add, with a first password that they should change."""

    email: Email
    name: Line
    role: Role
    password: Password


class NewRole(Body):
    role: Role


@router.get("")
async def list_members(session: Work, after: After = None, limit: Limit = 50) -> Page[Member]:
    """The people of this workspace."""
    return page(await Members(session).list(after=after, limit=limit + 1), limit)


@router.post("", status_code=201, responses=answers(409), dependencies=[KeyedOnce])
async def add_member(body: NewMember, parts: Using, request: Request, keyed: KeyedWork) -> Member:
    """Add somebody with a role."""
    kept = await parts.passwords.hash(body.password)
    async with working(request, keyed) as session:
        return await Members(session).add(
            email=body.email, name=body.name, role=body.role, password_hash=kept
        )


@router.put("/{member_id:uuid}/role", responses=answers(404, 409))
async def change_role(member_id: Id, body: NewRole, session: Work) -> Member:
    """Give somebody another role.  It counts from their next access token on."""
    members = Members(session)
    member = await members.set_role(member_id, body.role)
    if await members.owners() == 0:
        raise WrongState(
            "A workspace keeps at least one owner.", todo="Make somebody else an owner first."
        )
    return member
