"""Encrypted folders, in the format of docs/vault-format.md: what this package seals a C# participant opens, and the other way round."""
from .images import load_images
from .keys import KeyFile, KeySource, Passphrase, RsaPem
from .store import SealedStore
from .vault import DataVault
from .versions import VaultFile, VaultVersion

__all__ = ["DataVault", "KeyFile", "KeySource", "Passphrase", "RsaPem", "SealedStore", "VaultFile", "VaultVersion", "load_images"]
