"""Who approved a post: a member by name, an API key by its own, or nobody in person."""

from store.api_keys import ApiKeys
from store.database import Session
from store.members import Members
from store.posts import Approval


async def approver(session: Session, said: Approval) -> str:
    if said.by is not None:
        return (await Members(session).get(said.by)).name
    if said.by_key is not None:
        return f"the key {(await ApiKeys(session).get(said.by_key)).name}"
    return "a standing order"
