"""Pictures and other bytes, kept by what they are: their SHA-256 is their name."""

import hashlib
import os
import re
from pathlib import Path
from typing import Protocol
from uuid import UUID, uuid4

from smartcontent.errors import FolderUnwritable, NotFound

SHA256 = re.compile(r"[0-9a-f]{64}")


class MediaStore(Protocol):
    """Bytes of one workspace are never found through another."""

    def put(self, workspace_id: UUID, data: bytes) -> str: ...

    def get(self, workspace_id: UUID, sha256: str) -> bytes: ...

    def delete(self, workspace_id: UUID, sha256: str) -> None: ...


class MediaFolder:
    """A folder for each workspace.

    >>> import tempfile
    >>> media = MediaFolder(Path(tempfile.mkdtemp()))
    >>> media.get(UUID(int=1), media.put(UUID(int=1), b"picture"))
    b'picture'
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, workspace_id: UUID, data: bytes) -> str:
        """Keep bytes; their name.  Whole or not at all, also when power fails."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self._path(workspace_id, sha256)
        if path.exists():
            return sha256
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_name(f".{uuid4().hex}")
            with fresh.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except OSError as refused:
            raise FolderUnwritable(
                f"A picture cannot be kept: {refused}", todo="Check space and rights of the folder."
            ) from refused
        return sha256

    def get(self, workspace_id: UUID, sha256: str) -> bytes:
        """Raises NotFound."""
        try:
            return self._path(workspace_id, sha256).read_bytes()
        except FileNotFoundError as missing:
            raise NotFound("There is no such picture here.", todo="Upload it again.") from missing

    def delete(self, workspace_id: UUID, sha256: str) -> None:
        """What is not there is gone already."""
        self._path(workspace_id, sha256).unlink(missing_ok=True)

    def _path(self, workspace_id: UUID, sha256: str) -> Path:
        if not SHA256.fullmatch(sha256):  # a name is never a way out of the folder
            raise NotFound("There is no such picture here.", todo="Upload it again.")
        return self._root / str(workspace_id) / sha256[:2] / sha256
