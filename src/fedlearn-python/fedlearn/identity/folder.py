"""An identity's folder, as `fedlearn enrol` and `fedlearn-worker-py enrol` make it: client.pem (key, certificate, issuers), root.pem, coordinator."""
from __future__ import annotations

import datetime
import pathlib
from dataclasses import dataclass
from typing import Any, Iterable, Tuple

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from ..errors import FederationError, VaultError
from ..vault import files
from . import certificates


@dataclass(frozen=True)
class Identity:
    """Who a participant is: its key, its certificate, and the root of its federation, the only one that it trusts."""

    key: Any
    certificate: x509.Certificate
    issuers: Tuple[x509.Certificate, ...]
    root: x509.Certificate
    address: str
    """Where participants are served, as the coordinator gave it at the enrolment."""

    @property
    def name(self) -> Tuple[str, str]:
        """Federation and client."""
        return certificates.name_in(self.certificate)

    @property
    def client_id(self) -> str:
        return self.name[1]

    @property
    def not_after(self) -> datetime.datetime:
        return certificates.validity(self.certificate)[1]

    @property
    def renew_at(self) -> datetime.datetime:
        """After two thirds of its life."""
        begin, end = certificates.validity(self.certificate)
        return begin + (end - begin) * 2 / 3

    @property
    def key_pem(self) -> bytes:
        return certificates.key_pem(self.key)

    @property
    def chain_pem(self) -> bytes:
        """What a TLS handshake shows: the certificate and those between it and the root."""
        return b"".join(certificates.pem(c) for c in (self.certificate, *self.issuers))

    @property
    def root_pem(self) -> bytes:
        return certificates.pem(self.root)

    @classmethod
    def received(cls, der: bytes, issuers: Iterable[bytes], key: Any, root: x509.Certificate, address: str) -> "Identity":
        """What came for a key, checked against it and the federation's root."""
        try:
            certificate = x509.load_der_x509_certificate(der)
            between = tuple(x509.load_der_x509_certificate(i) for i in issuers)
        except ValueError as fault:
            raise FederationError(f"the coordinator gave a certificate that cannot be read: {fault}") from None
        certificates.check_received(certificate, between, root, key.public_key(), datetime.datetime.now(datetime.timezone.utc))
        certificates.name_in(certificate)
        return cls(key, certificate, between, root, address)

    @staticmethod
    def exists(folder: pathlib.Path) -> bool:
        return (folder / "client.pem").exists()

    @classmethod
    def load(cls, folder: pathlib.Path) -> "Identity":
        """Reads an identity; FederationError where there is none, it is damaged, or others can read its key."""
        try:
            text = files.read_secret(folder / "client.pem", "identity")
            begin = b"-----BEGIN CERTIFICATE-----"
            chain = [x509.load_pem_x509_certificate(begin + part) for part in text.split(begin)[1:]]
            key = serialization.load_pem_private_key(text, None)
            root = x509.load_pem_x509_certificate((folder / "root.pem").read_bytes())
            identity = cls(key, chain[0], tuple(chain[1:]), root, (folder / "coordinator").read_text().strip())
            certificates.name_in(identity.certificate)
            return identity
        except VaultError as fault:
            raise FederationError(f"{fault}. `fedlearn-worker-py enrol INVITATION` makes an identity") from None
        except (OSError, ValueError, IndexError, TypeError) as fault:
            raise FederationError(f"the identity in {folder} cannot be read ({fault}); ask the operator for an invitation, and enrol again") from None

    def save(self, folder: pathlib.Path) -> None:
        """Writes it where `load` finds it; the key and its certificate at once."""
        files.create_folder(folder)
        files.replace(folder / "root.pem", self.root_pem)
        files.replace(folder / "coordinator", self.address.encode() + b"\n")
        files.replace(folder / "client.pem", self.key_pem + self.chain_pem)
