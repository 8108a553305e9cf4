"""Key-encryption keys: a key file, a passphrase, or an RSA pair. The disk holds nothing of them but kind and id, and of a passphrase salt and rounds."""
from __future__ import annotations

import abc
import base64
import hashlib
import os
import pathlib
from typing import Any, Dict, Optional, Union

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap_with_padding, aes_key_wrap_with_padding

from ..errors import VaultError
from . import files

PathText = Union[str, "os.PathLike[str]"]
ROUNDS = 600_000
MOST_ROUNDS = 100_000_000
SALT = 16
LEAST_PASSPHRASE = 12
LEAST_RSA_BITS = 3072
_OAEP = padding.OAEP(padding.MGF1(hashes.SHA256()), hashes.SHA256(), None)


class Key(abc.ABC):
    """A key that wraps data keys, and what `keyring.json` says of it."""

    def __init__(self, descriptor: Dict[str, Any]) -> None:
        self.descriptor = descriptor

    @abc.abstractmethod
    def wrap(self, data_key: bytes) -> bytes: ...

    @abc.abstractmethod
    def unwrap(self, wrapped: bytes) -> Optional[bytes]:
        """None where it does not unwrap."""


class SymmetricKey(Key):
    """AES-256 key wrap with padding (RFC 5649)."""

    def __init__(self, key: bytes, kind: str, **more: Any) -> None:
        key_id = HKDF(hashes.SHA256(), 8, b"", b"fedlearn key id").derive(key).hex()
        super().__init__({"kind": kind, "id": key_id, "salt": None, "iterations": None, **more})
        self._key = key

    def wrap(self, data_key: bytes) -> bytes:
        return bytes(aes_key_wrap_with_padding(self._key, data_key))

    def unwrap(self, wrapped: bytes) -> Optional[bytes]:
        try:
            return bytes(aes_key_unwrap_with_padding(self._key, wrapped))
        except (InvalidUnwrap, ValueError):
            return None


class RsaKey(Key):
    """RSA-OAEP with SHA-256."""

    def __init__(self, public: rsa.RSAPublicKey, private: Optional[rsa.RSAPrivateKey]) -> None:
        spki = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
        super().__init__({"kind": "rsa", "id": hashlib.sha256(spki).hexdigest()[:16], "salt": None, "iterations": None})
        self._public, self._private = public, private

    def wrap(self, data_key: bytes) -> bytes:
        return bytes(self._public.encrypt(data_key, _OAEP))

    def unwrap(self, wrapped: bytes) -> Optional[bytes]:
        if self._private is None:
            raise VaultError("the public key adds data and cannot read it; the private key is needed")
        try:
            return bytes(self._private.decrypt(wrapped, _OAEP))
        except ValueError:
            return None


class KeySource(abc.ABC):
    """Where a key-encryption key comes from."""

    kind: str

    @abc.abstractmethod
    def create(self) -> Key:
        """The key for something new."""

    @abc.abstractmethod
    def load(self, descriptor: Dict[str, Any]) -> Key: ...

    def open(self, descriptor: Dict[str, Any]) -> Key:
        """The key that a descriptor asks for."""
        if descriptor["kind"] != self.kind:
            raise VaultError(f"the data is under a key of kind {descriptor['kind']} (id {descriptor['id']}), not {self.kind}")
        key = self.load(descriptor)
        if key.descriptor["id"] != descriptor["id"]:
            raise VaultError(f"wrong {self.kind}: the data is under the key with id {descriptor['id']}, this one's is {key.descriptor['id']}")
        return key


class KeyFile(KeySource):
    """A file of 32 random bytes that only its owner may read. For something new, a file that does not exist yet is made."""

    kind = "key-file"

    def __init__(self, path: PathText) -> None:
        self._path = pathlib.Path(path)

    def create(self) -> Key:
        if not self._path.exists():
            files.create_folder(self._path.parent)
            files.replace(self._path, os.urandom(32))
        return self.load({})

    def load(self, descriptor: Dict[str, Any]) -> Key:
        key = files.read_secret(self._path, "key file")
        if len(key) != 32:
            raise VaultError(f"the key file {self._path} must hold 32 random bytes, not {len(key)}")
        return SymmetricKey(key, self.kind)


class Passphrase(KeySource):
    """A passphrase, of at least 12 bytes where it is to protect something new."""

    kind = "passphrase"

    def __init__(self, passphrase: Union[str, bytes]) -> None:
        self._passphrase = passphrase.encode() if isinstance(passphrase, str) else passphrase

    @classmethod
    def from_file(cls, path: PathText) -> "Passphrase":
        """The first line of a file that only its owner may read."""
        return cls(files.read_secret(pathlib.Path(path), "passphrase file").replace(b"\r", b"\n").split(b"\n")[0])

    def create(self) -> Key:
        if len(self._passphrase) < LEAST_PASSPHRASE:
            raise VaultError(f"a passphrase of at least {LEAST_PASSPHRASE} bytes is expected, not {len(self._passphrase)}; five random words do")
        return self._derive(os.urandom(SALT), ROUNDS)

    def load(self, descriptor: Dict[str, Any]) -> Key:
        salt, rounds = base64.b64decode(descriptor.get("salt") or ""), descriptor.get("iterations") or 0
        if len(salt) < SALT or not ROUNDS <= rounds <= MOST_ROUNDS:
            raise VaultError(f"the key record asks for fewer than {ROUNDS} rounds or has no salt: it was changed; restore it from a backup")
        return self._derive(salt, rounds)

    def _derive(self, salt: bytes, rounds: int) -> Key:
        key = hashlib.pbkdf2_hmac("sha256", self._passphrase, salt, rounds, 32)
        return SymmetricKey(key, self.kind, salt=base64.b64encode(salt).decode(), iterations=rounds)


class RsaPem(KeySource):
    """An RSA key of at least 3072 bits in a PEM file: the public one adds data, the private one reads it too."""

    kind = "rsa"

    def __init__(self, path: PathText, private: bool) -> None:
        self._path, self._private = pathlib.Path(path), private

    def create(self) -> Key:
        return self.load({})

    def load(self, descriptor: Dict[str, Any]) -> Key:
        try:
            key: Key = self._read()
        except (ValueError, TypeError):
            what = "private" if self._private else "public"
            raise VaultError(f"{self._path} holds no RSA {what} key in PEM without a password") from None
        return key

    def _read(self) -> RsaKey:
        if self._private:
            private = serialization.load_pem_private_key(files.read_secret(self._path, "private key"), None)
            public: Any = private.public_key()
        else:
            private, public = None, serialization.load_pem_public_key(self._path.read_bytes())
        if not isinstance(public, rsa.RSAPublicKey):
            raise ValueError
        if public.key_size < LEAST_RSA_BITS:
            raise VaultError(f"an RSA key of at least {LEAST_RSA_BITS} bits is expected in {self._path}, not {public.key_size}")
        return RsaKey(public, private)
