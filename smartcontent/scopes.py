"""What a credential may do: scopes, and which role holds which."""

from typing import Literal, get_args

from smartcontent.content import Caller, Role
from smartcontent.errors import NotAllowed

Scope = Literal[
    "contents:read",
    "contents:write",
    "campaigns:read",
    "campaigns:write",
    "posts:approve",
    "decisions:read",
    "decisions:write",
    "events:write",
    "subjects:read",
    "subjects:write",
    "insights:read",
    "learning:write",
    "chat:use",
    "members:write",
    "keys:write",
    "budget:write",
]
SCOPES: frozenset[Scope] = frozenset(get_args(Scope))

READING: frozenset[Scope] = frozenset(
    {"contents:read", "campaigns:read", "decisions:read", "insights:read", "chat:use"}
)
REVIEWING: frozenset[Scope] = frozenset({"posts:approve"})
ANALYSING: frozenset[Scope] = frozenset({"subjects:read"})
ROLE_SCOPES: dict[Role, frozenset[Scope]] = {
    "owner": SCOPES,
    "editor": SCOPES - {"members:write", "keys:write", "budget:write"},
    "reviewer": READING | REVIEWING,
    "analyst": READING | ANALYSING,
}


def require(caller: Caller, scope: Scope) -> None:
    """Deny unless the credential holds the scope."""
    if scope not in caller.scopes:
        raise NotAllowed(
            f"This credential may not do {scope}.",
            todo="Ask an owner for a role or a key that has this scope.",
            scope=scope,
            role=caller.role,
        )
