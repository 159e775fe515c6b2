from .organisation import Organisation, Unit
from .people import Membership, User

__all__ = ["Membership", "Organisation", "Unit", "User"]
