"""Pictures of a content: checked, kept by their hash, described for those who cannot see them."""

from fastapi import APIRouter

router = APIRouter()
