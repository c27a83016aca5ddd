"""An amount of a statement before it is summed into a line."""

from fractions import Fraction

from rating_text import HOUR_US


class Charge:
    """tenant, pool, commitment: "" for none. price None: no cost of its own."""

    def __init__(self, end, tenant, pool, commitment, kind, time, price=None,
                 money=None):
        self.end = end
        self.tenant = tenant
        self.pool = pool
        self.commitment = commitment
        self.kind = kind
        self.time = time
        self.price = price
        self.money = money
        self.layer = None  # of the commitment that it draws or that owes it

    def cost(self):
        if self.money is not None:
            return self.money
        return Fraction(self.time or 0) * (self.price or 0) / HOUR_US
