"""Takes an invitation for an identity, and renews one, as the comment at the head of identity.proto says."""
from __future__ import annotations

import pathlib
from typing import Any

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from ..errors import FederationError
from ..v1 import identity_pb2 as pb
from ..v1.identity_pb2_grpc import EnrolmentStub
from ..vault import files
from ..vault.keys import PathText
from . import certificates
from .authority import fetch_root
from .folder import Identity
from .invitation import Invitation

_SECONDS = 30


def enrol(invitation: str, folder: PathText) -> Identity:
    """Makes a key here, asks for a certificate of it, and keeps both in a folder. A call that broke can be repeated with the same folder while the
    invitation is valid. FederationError says what to do where the invitation is of no use, or who answers is not who invited."""
    parsed, place = Invitation.parse(invitation), pathlib.Path(folder)
    root = x509.load_der_x509_certificate(fetch_root(parsed))
    key = _key_in(place)
    credentials = grpc.ssl_channel_credentials(root_certificates=certificates.pem(root))
    with grpc.secure_channel(parsed.address[len("https://"):].rstrip("/"), credentials) as channel:
        try:
            reply = EnrolmentStub(channel).Enrol(  # type: ignore[no-untyped-call]
                pb.EnrolRequest(secret=parsed.secret, signing_request=certificates.signing_request(key)), timeout=_SECONDS)
        except grpc.RpcError as fault:
            raise FederationError(f"{parsed.address} refuses the invitation: {fault.code().name}: {fault.details()}") from None
    identity = Identity.received(reply.certificate, reply.issuers, key, root, reply.address)
    _keep(place, identity)
    return identity


def renew(channel: Any, current: Identity, seconds: float = _SECONDS) -> Identity:
    """A new certificate, of a new key, for the caller that the channel shows."""
    key = certificates.new_key()
    reply = EnrolmentStub(channel).Renew(  # type: ignore[no-untyped-call]
        pb.RenewRequest(signing_request=certificates.signing_request(key)), timeout=seconds)
    renewed = Identity.received(reply.certificate, reply.issuers, key, current.root, current.address)
    if renewed.name != current.name:
        raise FederationError(f"the coordinator gave a certificate for {renewed.name} to {current.name}; it is not used")
    return renewed


def _key_in(folder: pathlib.Path) -> Any:
    files.create_folder(folder)
    path = folder / "new.key"
    if path.exists():
        return serialization.load_der_private_key(files.read_secret(path, "key of an enrolment"), None)
    key = certificates.new_key()
    files.replace(path, key.private_bytes(serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return key


def _keep(folder: pathlib.Path, identity: Identity) -> None:
    if Identity.exists(folder):
        older = Identity.load(folder)
        if older.name != identity.name:
            raise FederationError(f"{folder} holds the identity {older.name}, and the invitation is for {identity.name}; ask for another invitation, and use another folder")
    identity.save(folder)
    files.shred(folder / "new.key")
