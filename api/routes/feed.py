"""The public feed of a workspace: what was published to the sandbox."""

from fastapi import APIRouter

router = APIRouter()
