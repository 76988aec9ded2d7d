"""What a subject allows, purpose by purpose.  Absent means no; no takes effect at once."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, ConfigDict

from api.callers import CurrentCaller
from api.deps import Work
from api.door import Door
from api.parts import Using
from api.problems import answers
from smartcontent.consent import allows
from smartcontent.content import Consent, Purpose
from smartcontent.errors import NotFound
from store.consents import Consents

router = APIRouter(prefix="/v1/subjects/{subject}/consents", route_class=Door, tags=["audience"])
Subject = Annotated[
    str,
    Path(min_length=1, max_length=200, description="Your id of the person; we keep a pseudonym."),
]


class Allowed(BaseModel):
    """Every purpose a subject was asked about, with the last answer."""

    model_config = ConfigDict(extra="forbid")

    items: list[Consent]


async def pseudonymised(
    subject: Subject, caller: CurrentCaller, parts: Using, session: Work
) -> str:
    """The subject's pseudonym in the caller's workspace."""
    return await parts.pseudonyms.of(session, caller.workspace_id, subject)


Pseudonym = Annotated[str, Depends(pseudonymised)]


@router.get("")
async def list_consents(pseudonym: Pseudonym, session: Work) -> Allowed:
    """What the subject allows and refused."""
    return Allowed(items=await Consents(session).of(pseudonym))


@router.get("/{purpose}", responses=answers(404))
async def get_consent(purpose: Purpose, pseudonym: Pseudonym, session: Work) -> Consent:
    """The consent in force for a purpose; none is a 404, for absent means no."""
    said = await Consents(session).of(pseudonym)
    if not allows(said, purpose):
        raise NotFound(
            f"This subject does not allow {purpose}.",
            todo=f"Record a yes: PUT /v1/subjects/{{subject}}/consents/{purpose}",
            purpose=purpose,
        )
    return next(consent for consent in said if consent.purpose == purpose)


@router.put("/{purpose}")
async def grant_consent(purpose: Purpose, pseudonym: Pseudonym, session: Work) -> Consent:
    """The subject said yes."""
    return await Consents(session).set(pseudonym, purpose, True)


@router.delete("/{purpose}", status_code=204)
async def revoke_consent(purpose: Purpose, pseudonym: Pseudonym, session: Work) -> Response:
    """The subject said no, or took a yes back.  Personalisation ends with this answer."""
    await Consents(session).set(pseudonym, purpose, False)
    return Response(status_code=204)
