"""A workspace's account with language models, kept in the database."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from llm.accounts import Spend
from store.answers import Answers
from store.budgets import Budgets, Limits
from store.database import Database


@dataclass(frozen=True)
class WorkspaceAccount:
    """Each word is a transaction of its own: a reservation counts as soon as it is made."""

    database: Database
    workspace_id: UUID
    usual: Limits = Limits()

    async def reserve(self, most: Spend) -> date:
        """Raises BudgetSpent."""
        async with self.database.transaction(self.workspace_id) as session:
            return await Budgets(session, self.usual).reserve(*most)

    async def settle(self, reserved: date, most: Spend, used: Spend) -> None:
        less = used.tokens - most.tokens, used.micros - most.micros
        async with self.database.transaction(self.workspace_id) as session:
            await Budgets(session, self.usual).settle(reserved, *less)

    async def recall(self, key: str) -> str | None:
        async with self.database.transaction(self.workspace_id) as session:
            return await Answers(session).get(key)

    async def keep(self, key: str, model: str, answer: str) -> None:
        async with self.database.transaction(self.workspace_id) as session:
            await Answers(session).keep(key, model=model, answer=answer)
