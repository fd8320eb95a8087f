"""What a human body cannot do, though its mirror image can: the evidence for chirality."""

from canonpose.anatomy.rules import Point, Rule, usable_rules
from canonpose.anatomy.sides import signed_side

__all__ = ["Point", "Rule", "signed_side", "usable_rules"]
