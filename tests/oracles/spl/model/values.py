"""Values: null is None, a text is str, a number is int or float, several values are a list of texts; there are no others.

A number with digits behind the point knows how many digits it was written with, since Splunk rounds products and quotients to
the digits of the least precise of their inputs: 8.250*0.2 is 2, 8.250*0.20 is 1.7, 8.250*exact(0.2) is 1.650. Whole numbers and
exact() have as many as they need: 3/2 is 1.5, 3*0.5 is 2.
https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/eval, "Rounding";
https://wiki.splunk.com/Community:BadMath
"""
import functools
import math
import re
from decimal import ROUND_HALF_UP, Context
from decimal import Decimal as BigNumber

from .refused import Refused

NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", re.A)
# Texts of which nothing says whether they are numbers.
DOUBTFUL = re.compile(r"\s*[+-]?(0x[0-9a-f]+|inf(inity)?|nan)\s*", re.A | re.I)
# Whole numbers up to here are what they look like.
EXACT = 2**53
WIDE = Context(prec=400)


class Decimal(float):
    """A number with so many digits that count, of which so many are behind the point."""

    def __new__(cls, value, figures, places):
        made = super().__new__(cls, value)
        made.figures, made.places = figures, places
        return made


def decimal(value, written):
    """A number as it was written."""
    digits = written.strip().lstrip("+-").lower().partition("e")[0]
    whole, _, fraction = digits.partition(".")
    return Decimal(value, max(len((whole + fraction).lstrip("0")), 1), len(fraction))


@functools.lru_cache(maxsize=1 << 16)
def read(text):
    """The number that a text is."""
    if text[:1].isalpha() or not NUMBER.fullmatch(text):
        return None
    if "." in text or "e" in text or "E" in text:
        return decimal(float(text), text)
    return int(text)


def number(value):
    """A value as a number, null where it is none."""
    if isinstance(value, str):
        return read(value)
    if isinstance(value, (int, float)):
        return value
    return None


def text(value):
    """A value as a text, where Splunk leaves no doubt which."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        raise Refused("several values where one is needed")
    if isinstance(value, Decimal) or value != int(value):
        raise Refused(f"the text of {value!r}: how many digits it has is not said, printf says it")
    if abs(value) > EXACT:
        raise Refused(f"the text of {value!r}: a number beyond 2^53 has lost digits")
    return str(int(value))


def label(value):
    """What tells a value from others in `by`, `dedup`, `dc` and `values`, which look at texts."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        raise Refused("several values where one is needed")
    if value == int(value):
        return str(int(value))
    return repr(float(value)) if isinstance(value, Decimal) else repr(round(value, 6))


def several(values):
    """Several values as they are held: none is null, and one is that value."""
    if not values:
        return None
    return values[0] if len(values) == 1 else values


def each(value):
    """The values of a field, one or several."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def is_doubtful(one):
    """Whether a text may be taken for a number."""
    return read(one) is not None or DOUBTFUL.fullmatch(one) is not None


SIGNS = {
    "=": lambda left, right: left == right,
    "!=": lambda left, right: left != right,
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}


def compare(sign, left, right):
    """Null with anything is null; numbers compare as numbers, others as texts with letter case. Two texts that look like
    numbers are compared as numbers in `where` (https://docs.splunk.com/Documentation/Splunk/9.4.0/SearchReference/Where), but not
    everywhere: where that makes a difference, a search must not rely on it."""
    if left is None or right is None:
        return None
    test = SIGNS[sign]
    if isinstance(left, str) and isinstance(right, str):
        found = test(left, right)
        if left == right or not (is_doubtful(left) and is_doubtful(right)):
            return found
        numbers = read(left), read(right)
        if None in numbers or test(*numbers) != found:
            raise Refused(f"{left!r}{sign}{right!r} is one thing of texts and another of numbers")
        return found
    if isinstance(left, list) or isinstance(right, list):
        raise Refused("a comparison with several values")
    numbers = number(left), number(right)
    if None not in numbers:
        return test(*numbers)
    # A number and a text that is none: they are not the same, however the number is written.
    if sign not in ("=", "!=") or DOUBTFUL.fullmatch(left if isinstance(left, str) else right):
        raise Refused(f"{left!r}{sign}{right!r} of a number and a text")
    return sign == "!="


def among(value, listed):
    """Whether a value is one of several."""
    return None if value is None else any(compare("=", value, one) for one in listed)


def figures(value, places):
    """Rounded to so many digits that count."""
    if value == 0 or not math.isfinite(value):
        return value
    return halves(value, places - 1 - math.floor(math.log10(abs(value))))


def halves(value, digits):
    """Rounded to so many digits behind the point (before it, for a negative number), half away from zero, as it is written."""
    if isinstance(value, int) and digits >= 0:
        return float(value)
    step = BigNumber((0, (1,), -digits))
    return float(BigNumber(repr(float(value))).quantize(step, rounding=ROUND_HALF_UP, context=WIDE))


def product(sign, left, right):
    """`*`, `/` and `%`."""
    if sign != "*" and right == 0:
        return None
    if sign == "%":
        return math.fmod(left, right)
    found = left * right if sign == "*" else left / right
    known = [one.figures for one in (left, right) if isinstance(one, Decimal)]
    if not known:
        return found
    found = figures(found, min(known))
    return Decimal(found, min(known), 17)


def total(sign, left, right):
    """`+` and `-`. A sum is as precise as the number with the fewest digits behind the point."""
    found = left + right if sign == "+" else left - right
    known = [one.places for one in (left, right) if isinstance(one, Decimal)]
    if not known:
        return found
    places = min(known)
    return Decimal(halves(found, places) if places < 15 else found, 17, places)
