"""The errors that reach a user of the package; each says what was expected and what to do."""


class FederationError(Exception):
    """Only a person can help: a mistake in the options, a refused identity, a state folder in use."""


class VaultError(FederationError):
    """Encrypted data cannot be opened, or is not what it must be. Nothing of it was used."""


class RefusedError(Exception):
    """This round is not served: what the coordinator sent does not hold, or the trainer's result does not. The operator reads why."""


class GivenUp(Exception):
    """The work at hand has become pointless: the round is over, its time is up, or the worker stops. Trainers may raise it, or let it pass."""
