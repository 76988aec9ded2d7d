"""Who may do what: every operation of the API and the one scope it needs.

The doors read this table, so it is not a description of the rules but the rules.  A route whose
name is not here does not start.  `ROLE_SCOPES` in `smartcontent.scopes` says which role has which
scope; together they are the role × operation table of docs/reference/operations.md.
"""

from typing import Literal

from smartcontent.content import Role
from smartcontent.scopes import ROLE_SCOPES, Scope

Access = Scope | Literal["public", "signed-in"]

OPERATIONS: dict[str, Access] = {
    # signing in
    "create_workspace": "public",
    "sign_in": "public",
    "refresh": "public",
    "sign_out": "public",
    "get_me": "signed-in",
    "set_clock": "campaigns:write",
    "set_holdback": "learning:write",
    # people and keys
    "list_members": "members:write",
    "add_member": "members:write",
    "change_role": "members:write",
    "list_keys": "keys:write",
    "create_key": "keys:write",
    "revoke_key": "keys:write",
    # contents
    "list_contents": "contents:read",
    "create_content": "contents:write",
    "upload_content": "contents:write",
    "bring_link": "contents:write",
    "get_content": "contents:read",
    "edit_content": "contents:write",
    "delete_content": "contents:write",
    "list_versions": "contents:read",
    "analyse_content": "contents:read",
    "get_analysis": "contents:read",
    "propose_variants": "contents:read",
    "attach_media": "contents:write",
    "get_media": "contents:read",
    "describe_media": "contents:write",
    "detach_media": "contents:write",
    "check_text": "contents:read",
    # campaigns and posts
    "list_campaigns": "campaigns:read",
    "start_campaign": "campaigns:write",
    "get_campaign": "campaigns:read",
    "cancel_campaign": "campaigns:write",
    "watch_campaign": "campaigns:read",
    "list_posts": "campaigns:read",
    "get_post": "campaigns:read",
    "approve_post": "posts:approve",
    "reject_post": "posts:approve",
    "cancel_post": "campaigns:write",
    # how posts are worded
    "list_voice": "campaigns:read",
    "add_voice_rule": "campaigns:write",
    "get_voice_rule": "campaigns:read",
    "change_voice_rule": "campaigns:write",
    "delete_voice_rule": "campaigns:write",
    "list_voice_examples": "campaigns:read",
    "bring_voice_examples": "campaigns:write",
    "delete_voice_example": "campaigns:write",
    # decisions and what comes back
    "rank": "decisions:write",
    "rank_batch": "decisions:write",
    "rank_slots": "decisions:write",
    "list_decisions": "decisions:read",
    "get_decision": "decisions:read",
    "explain_decision": "decisions:read",
    "reward_decision": "decisions:write",
    "send_events": "events:write",
    # the learner
    "get_rewards": "insights:read",
    "set_rewards": "learning:write",
    "list_policies": "insights:read",
    "shadow_policy": "learning:write",
    "get_policy": "insights:read",
    "promote_policy": "learning:write",
    "roll_back_policy": "learning:write",
    "retire_policy": "learning:write",
    "list_promotions": "insights:read",
    "list_evaluations": "insights:read",
    "evaluate_policy": "learning:write",
    "get_learning_health": "insights:read",
    "get_fairness": "insights:read",
    "get_lift": "insights:read",
    "predict": "insights:read",
    "get_track_record": "insights:read",
    "get_best_times": "insights:read",
    # the audience
    "list_consents": "subjects:read",
    "get_consent": "subjects:read",
    "grant_consent": "subjects:write",
    "revoke_consent": "subjects:write",
    "list_segments": "insights:read",
    "show_insights": "insights:read",
    # what there is
    "get_model": "insights:read",
    "set_budget": "budget:write",
    "list_platforms": "signed-in",
    "list_strategies": "signed-in",
    "list_tools": "chat:use",
    # talking
    "chat": "chat:use",
    "list_threads": "chat:use",
    "delete_thread": "chat:use",
    # the feed and the machine
    "get_feed": "public",
    "get_feed_picture": "public",
    "healthz": "public",
    "readyz": "public",
    "metrics": "public",
}


def roles_of(operation: str) -> frozenset[Role]:
    """The roles that may do it.

    >>> sorted(roles_of("approve_post"))
    ['editor', 'owner', 'reviewer']
    """
    access = OPERATIONS[operation]
    if access in ("public", "signed-in"):
        return frozenset(ROLE_SCOPES)
    return frozenset(role for role, scopes in ROLE_SCOPES.items() if access in scopes)
