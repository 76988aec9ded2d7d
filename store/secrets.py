"""Sealing: AES-256-GCM under a fresh key for each secret, which the master key wraps.

A sealed value says nothing without its context: bytes moved to another workspace or row do not
open there.  Layout: version (1), nonce (12), wrapped key (32 + 16), nonce (12), sealed (n + 16).
"""

import os
import re
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from filelock import FileLock

from smartcontent.errors import FolderUnwritable, SetupProblem

VERSION = b"\x01"
KEY_BYTES = 32
NONCE_BYTES = 12
WRAPPED = NONCE_BYTES + KEY_BYTES + 16


class Vault:
    """Seals and opens with one master key of 32 bytes.

    >>> vault = Vault(bytes(32))
    >>> vault.open(vault.seal(b"token", context="account 7"), context="account 7")
    b'token'
    """

    def __init__(self, master: bytes) -> None:
        self._master = AESGCM(master)

    def seal(self, plain: bytes, *, context: str) -> bytes:
        key, aad = os.urandom(KEY_BYTES), context.encode()
        return VERSION + _encrypt(self._master, key, aad) + _encrypt(AESGCM(key), plain, aad)

    def open(self, sealed: bytes, *, context: str) -> bytes:
        """Raises SetupProblem: another master key, another context, or damaged bytes."""
        aad = context.encode()
        try:
            if sealed[:1] != VERSION:
                raise InvalidTag
            key = _decrypt(self._master, sealed[1 : 1 + WRAPPED], aad)
            return _decrypt(AESGCM(key), sealed[1 + WRAPPED :], aad)
        except (InvalidTag, ValueError) as damaged:
            raise SetupProblem(
                "A stored secret does not open.",
                todo="Use the SMARTCONTENT_SECRET_KEY, or the data folder's secret.key, "
                "that it was stored with.",
            ) from damaged


def master_key(settings_secret: str | None, data_dir: Path) -> bytes:
    """32 bytes from the setting, else from `secret.key` in the data folder, made when missing.

    Raises FolderUnwritable, and SetupProblem when the file is not a key.
    """
    if settings_secret:
        derived = HKDF(SHA256(), KEY_BYTES, salt=None, info=b"smartcontent master key")
        return derived.derive(settings_secret.encode())
    path = data_dir / "secret.key"
    try:
        text = _kept_or_made(path)
    except OSError as refused:
        raise FolderUnwritable(
            f"The master key cannot be kept: {refused}",
            todo="Make the data folder writable, or set SMARTCONTENT_SECRET_KEY.",
        ) from refused
    if not re.fullmatch(rb"[0-9a-f]{64}", text):
        raise SetupProblem(
            f"{path} is not a key.",
            todo="Restore it from a backup, or set SMARTCONTENT_SECRET_KEY.",
        )
    return bytes.fromhex(text.decode())


def _kept_or_made(path: Path) -> bytes:
    """Of two processes that start at once, both use the first's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(path.with_suffix(".lock")):
        if not path.exists():
            aside = path.with_suffix(".new")
            with open(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(os.urandom(KEY_BYTES).hex().encode())
                file.flush()
                os.fsync(file.fileno())
            aside.rename(path)
        return path.read_bytes()


def _encrypt(key: AESGCM, plain: bytes, aad: bytes) -> bytes:
    nonce = os.urandom(NONCE_BYTES)
    return nonce + key.encrypt(nonce, plain, aad)


def _decrypt(key: AESGCM, sealed: bytes, aad: bytes) -> bytes:
    return key.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], aad)
