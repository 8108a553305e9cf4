"""Keys, requests and the check of a certificate that came for one."""
from __future__ import annotations

import datetime
import re
from typing import Any, List, Optional, Sequence, Tuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ..errors import FederationError

_NAME = re.compile(r"fedlearn://([a-z0-9-]{1,63})/([a-z0-9-]{1,63})")


def new_key() -> Any:
    return ec.generate_private_key(ec.SECP256R1())


def signing_request(key: Any) -> bytes:
    """PKCS #10 in DER; only the key is taken from it."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "fedlearn client")])
    request = x509.CertificateSigningRequestBuilder().subject_name(subject).sign(key, hashes.SHA256())
    return bytes(request.public_bytes(serialization.Encoding.DER))


def key_pem(key: Any) -> bytes:
    return bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))


def pem(certificate: x509.Certificate) -> bytes:
    return bytes(certificate.public_bytes(serialization.Encoding.PEM))


def validity(certificate: Any) -> Tuple[datetime.datetime, datetime.datetime]:
    """From when until when, UTC."""
    if hasattr(certificate, "not_valid_before_utc"):
        return certificate.not_valid_before_utc, certificate.not_valid_after_utc
    zone = datetime.timezone.utc
    return certificate.not_valid_before.replace(tzinfo=zone), certificate.not_valid_after.replace(tzinfo=zone)


def name_in(certificate: x509.Certificate) -> Tuple[str, str]:
    """Federation and client: the certificate's one alternative name."""
    try:
        names = list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        names = []
    uri = names[0].value if len(names) == 1 and isinstance(names[0], x509.UniformResourceIdentifier) else ""
    found = _NAME.fullmatch(str(uri))
    if not found:
        raise FederationError("the certificate names no participant; ask the operator for an invitation, and enrol again")
    return found[1], found[2]


def check_received(certificate: x509.Certificate, issuers: Sequence[x509.Certificate], root: x509.Certificate, public_key: Any, now: datetime.datetime) -> None:
    """FederationError unless the certificate is for this key, valid now, and leads to the root."""
    encoding = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    if certificate.public_key().public_bytes(*encoding) != public_key.public_bytes(*encoding):
        raise FederationError("the coordinator gave a certificate that is not for this key")
    problem = _chain_problem([certificate, *issuers, root], now)
    if problem:
        raise FederationError(
            f"the coordinator gave a certificate that does not come from its federation's root, or not for now ({problem}); is this machine's clock right?")


def _chain_problem(chain: List[x509.Certificate], now: datetime.datetime) -> Optional[str]:
    for child, issuer in zip(chain, chain[1:]):
        begin, end = validity(child)
        if not begin <= now <= end:
            return f"valid from {begin} to {end}"
        if child.issuer != issuer.subject or not _has_signed(issuer, child):
            return f"not issued by {issuer.subject.rfc4514_string()}"
    return None


def _has_signed(issuer: x509.Certificate, child: x509.Certificate) -> bool:
    key = issuer.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or child.signature_hash_algorithm is None:
        return False
    try:
        key.verify(child.signature, child.tbs_certificate_bytes, ec.ECDSA(child.signature_hash_algorithm))
        return True
    except InvalidSignature:
        return False
