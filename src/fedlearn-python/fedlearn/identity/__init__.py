"""Who a participant is: invitation, key, certificate."""
from .enrol import enrol
from .folder import Identity
from .invitation import Invitation

__all__ = ["Identity", "Invitation", "enrol"]
