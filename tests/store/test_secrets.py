"""Sealed secrets, the master key, and bytes kept by name."""

from pathlib import Path
from uuid import UUID

import pytest

from smartcontent.errors import FolderUnwritable, NotFound, SetupProblem
from store.media import MediaFolder
from store.secrets import Vault, master_key

ONE, TWO = UUID(int=1), UUID(int=2)


def test_a_secret_opens_only_in_its_context_and_under_its_key() -> None:
    vault = Vault(bytes(32))
    sealed = vault.seal(b"token", context="one")
    assert vault.open(sealed, context="one") == b"token"
    assert b"token" not in sealed
    assert vault.seal(b"token", context="one") != sealed
    for other, context in [(vault, "two"), (Vault(b"\x01" * 32), "one")]:
        with pytest.raises(SetupProblem):
            other.open(sealed, context=context)


@pytest.mark.parametrize("place", [0, 5, 40, 70, -1])
def test_damaged_bytes_do_not_open(place: int) -> None:
    vault = Vault(bytes(32))
    sealed = bytearray(vault.seal(b"token", context="one"))
    sealed[place] ^= 1
    for damaged in (bytes(sealed), b"", bytes(sealed[:20])):
        with pytest.raises(SetupProblem):
            vault.open(damaged, context="one")


def test_the_master_key_is_made_once_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    first = master_key(None, tmp_path / "data")
    assert master_key(None, tmp_path / "data") == first and len(first) == 32
    assert (tmp_path / "data" / "secret.key").stat().st_mode & 0o077 == 0
    assert master_key("a setting", tmp_path) == master_key("a setting", tmp_path / "other")
    assert master_key("a setting", tmp_path) != first


def test_what_is_no_key_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_bytes(b"\xff not a key")
    with pytest.raises(SetupProblem, match="not a key"):
        master_key(None, tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnwritable):
        master_key(None, tmp_path / "file")


def test_pictures_are_kept_apart_by_workspace(tmp_path: Path) -> None:
    media = MediaFolder(tmp_path / "media")
    name = media.put(ONE, b"picture")
    assert media.put(ONE, b"picture") == name
    assert media.get(ONE, name) == b"picture"
    with pytest.raises(NotFound):
        media.get(TWO, name)
    media.delete(TWO, name)
    assert media.get(ONE, name) == b"picture"
    media.delete(ONE, name)
    media.delete(ONE, name)
    with pytest.raises(NotFound):
        media.get(ONE, name)


def test_a_name_is_no_way_out(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        MediaFolder(tmp_path).get(ONE, "../../etc/passwd")


def test_a_folder_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(FolderUnwritable):
        MediaFolder(tmp_path / "file").put(ONE, b"picture")
