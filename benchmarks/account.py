"""A workspace with an API key, made through HTTP as anybody would make one."""

import secrets
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import httpx

SCOPES = ("decisions:write", "decisions:read", "events:write", "subjects:write")


class Account:
    """Calls the API with the key of a new workspace.  Raises HTTPStatusError on a refusal."""

    def __init__(self, port: int) -> None:
        self._client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60.0)
        self.key = self._sign_up()
        self._client.headers["Authorization"] = f"Bearer {self.key}"

    def _sign_up(self) -> str:
        founded = self.post("/v1/workspaces", {
            "workspace": "Benchmark",
            "name": "Benchmark",
            "email": f"{secrets.token_hex(8)}@smartcontent.localhost",
            "password": secrets.token_urlsafe(16),
        })  # fmt: skip
        token = founded["tokens"]["access_token"]
        asked = {"name": "benchmark", "scopes": list(SCOPES)}
        return str(self.post("/v1/keys", asked, Authorization=f"Bearer {token}")["secret"])

    def post(self, path: str, body: Mapping[str, Any], **headers: str) -> Any:
        answer = self._client.post(path, json=body, headers=headers)
        return answer.raise_for_status().json()

    def consent(self, subjects: Sequence[str], purpose: str) -> None:
        for subject in subjects:
            path = f"/v1/subjects/{subject}/consents/{purpose}"
            self._client.put(path).raise_for_status()

    def decide(self, bodies: Sequence[Mapping[str, Any]]) -> list[UUID]:
        """Decisions by the batch, as many as there are bodies."""
        made: list[UUID] = []
        for first in range(0, len(bodies), 100):
            asked = {"requests": list(bodies[first : first + 100])}
            items = self.post("/v1/decisions/rank/batch", asked)["items"]
            made += [UUID(item["id"]) for item in items]
        return made

    def close(self) -> None:
        self._client.close()
