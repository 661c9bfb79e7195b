"""The functions of eval: how many arguments they take, which of them are conditions, and what they give.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/evaluation-functions
"""
import functools
import ipaddress
import math
import re
import urllib.parse
from datetime import datetime

from .patterns import pattern, replaced, wildcards
from .refused import Refused
from .values import Decimal, among, compare, each, figures, halves, number, several, text


def of_text(function):
    """A function of texts, null for null."""
    return lambda one, *more: None if one is None else function(text(one), *more)


def of_number(function):
    """A function of a number that is no more precise than the number; null outside of its range."""

    def apply(one):
        value = number(one)
        if value is None:
            return None
        try:
            found = function(value)
        except (ValueError, OverflowError):
            return None
        return Decimal(figures(found, value.figures), value.figures, 17) if isinstance(value, Decimal) else found

    return apply


def whole(function):
    """A function of a number that gives a whole one."""

    def apply(one):
        value = number(one)
        return None if value is None else function(value)

    return apply


def exact(one):
    """As many digits as a double has."""
    value = number(one)
    return float(value) if isinstance(value, Decimal) else value


def rounded(one, digits=0):
    value = number(one)
    if value is None:
        return None
    found = halves(value, int(digits))
    return Decimal(found, len(str(int(abs(found)))) + int(digits), int(digits)) if digits else int(found)


def absolute(one):
    value = number(one)
    if isinstance(value, Decimal):
        return Decimal(abs(value), value.figures, value.places)
    return None if value is None else abs(value)


def power(one, other):
    base, exponent = number(one), number(other)
    if base is None or exponent is None:
        return None
    return of_number(lambda value: value**exponent)(base)


def extreme(pick):
    """min() and max(). Whether they count null, and how they compare texts with numbers, a search must not ask."""

    def apply(*values):
        if any(isinstance(value, (str, list)) or value is None for value in values):
            raise Refused(f"{pick.__name__} of {values}")
        return pick(values)

    return apply


def part(one, start, length=None):
    if start < 1 or (length is not None and length < 0):
        raise Refused(f"substr from {start}, {length} long")
    return one[int(start) - 1 :] if length is None else one[int(start) - 1 : int(start) - 1 + int(length)]


def printf(form, one):
    if not re.fullmatch(r"%(017)?(\.\d+)?[df]", form):
        raise Refused(f"the format {form!r}")
    if number(one) is None:
        raise Refused(f"printf of {one!r}")
    return form % number(one)


@functools.lru_cache(maxsize=4096)
def network_of(one):
    return ipaddress.ip_network(one)


@functools.lru_cache(maxsize=1 << 16)
def address_of(one):
    try:
        return ipaddress.ip_address(one)
    except ValueError:
        return None


def cidrmatch(network, one):
    if one is None:
        return None
    address = address_of(text(one))
    return address is not None and address in network_of(network)


@functools.lru_cache(maxsize=1 << 16)
def strptime(value, form):
    """Seconds since 1970."""
    try:
        return int(datetime.strptime(value, form).timestamp())
    except ValueError:
        return None


def relative_time(moment, offset):
    match = re.fullmatch(r"-(\d+)(us|ms|s|m|h)", offset)
    if not match:
        raise Refused(f"the offset {offset!r}: a day follows the user's calendar, and a snap their zone")
    amount, unit = int(match.group(1)), match.group(2)
    if unit in ("us", "ms"):
        raise Refused(f"the offset {offset!r}: of less than a second nothing is said")
    return moment - amount * {"s": 1, "m": 60, "h": 3600}[unit]


def mvappend(*values):
    return several([text(one) for value in values for one in each(value)])


def mvindex(many, at):
    values = each(many)
    at = int(at)
    return values[at] if -len(values) <= at < len(values) else None


def mvfind(many, source):
    return next((index for index, one in enumerate(each(many)) if pattern(source).search(text(one))), None)


# The name; of each argument whether it is a value or a condition, the last one as often as there are arguments where there is a
# star; how many can be left out; whether it is a value or a condition itself; and what it does.
VALUE, CONDITION = "value", "condition"
FUNCTIONS = {
    "null": ("", 0, VALUE, lambda: None),
    "isnull": ("v", 0, CONDITION, lambda one: one is None),
    "isnotnull": ("v", 0, CONDITION, lambda one: one is not None),
    "nullif": ("vv", 0, VALUE, lambda one, other: None if compare("=", one, other) else one),
    "in": ("vv*", 0, CONDITION, lambda one, *others: among(one, others)),
    "lower": ("v", 0, VALUE, of_text(str.lower)),
    "upper": ("v", 0, VALUE, of_text(str.upper)),
    "len": ("v", 0, VALUE, of_text(len)),
    "substr": ("vvv", 1, VALUE, of_text(part)),
    "replace": ("vvv", 0, VALUE, of_text(replaced)),
    "match": ("vv", 0, CONDITION, of_text(lambda one, source: pattern(source).search(one) is not None)),
    "like": ("vv", 0, CONDITION, of_text(lambda one, source: wildcards(source).fullmatch(one) is not None)),
    "urldecode": ("v", 0, VALUE, of_text(urllib.parse.unquote)),
    "printf": ("vv", 0, VALUE, printf),
    "tonumber": ("v", 0, VALUE, number),
    "tostring": ("v", 0, VALUE, of_text(lambda one: one)),
    "exact": ("v", 0, VALUE, exact),
    "abs": ("v", 0, VALUE, absolute),
    "floor": ("v", 0, VALUE, whole(math.floor)),
    "ceiling": ("v", 0, VALUE, whole(math.ceil)),
    "round": ("vv", 1, VALUE, rounded),
    "sqrt": ("v", 0, VALUE, of_number(math.sqrt)),
    "sin": ("v", 0, VALUE, of_number(math.sin)),
    "cos": ("v", 0, VALUE, of_number(math.cos)),
    "asin": ("v", 0, VALUE, of_number(math.asin)),
    "pow": ("vv", 0, VALUE, power),
    "min": ("vv*", 0, VALUE, extreme(min)),
    "max": ("vv*", 0, VALUE, extreme(max)),
    "cidrmatch": ("vv", 0, CONDITION, cidrmatch),
    "strptime": ("vv", 0, VALUE, lambda one, form: None if one is None else strptime(text(one), form)),
    "relative_time": ("vv", 0, VALUE, relative_time),
    "mvappend": ("v*", 0, VALUE, mvappend),
    "mvcount": ("v", 0, VALUE, lambda one: len(each(one)) or None),
    "mvdedup": ("v", 0, VALUE, lambda one: several(list(dict.fromkeys(each(one))))),
    "mvfind": ("vv", 0, VALUE, mvfind),
    "mvindex": ("vv", 0, VALUE, mvindex),
    "mvjoin": ("vv", 0, VALUE, lambda many, by: by.join(text(one) for one in each(many)) if each(many) else None),
    "split": ("vv", 0, VALUE, of_text(lambda one, by: several(one.split(by)))),
}

# Functions that are never written, and why.
NEVER = {
    "pi": "it has 11 digits",
    "time": "it is another for each event",
    "random": "it is another for each event",
    "searchmatch": "it ignores letters' case and splits words",
    "mvfilter": "it may look at one field only",
    "mvsort": "it sorts texts by their bytes",
    "strftime": "it takes the user's time zone; fieldformat is for what is shown",
    "true": "1=1 is no different in where and eval",
    "false": "1=0 is no different in where and eval",
    "isnum": "what looks like a number is one",
    "isstr": "what looks like a number is none",
    "typeof": "its words are not said",
    "mvrange": "its values end at 10,000",
    "mvzip": "its delimiter may be in its values",
    "mvreverse_index": "there is none",
    "sigfig": "it rounds",
    "md5": "nothing needs it",
    "ipmask": "it knows IPv4 only",
    "json_extract": "records are extracted already",
    "spath": "it reads 5,000 characters of an event (spath.extraction_cutoff)",
    "tojson": "nothing needs it",
    "lookup": "it reads the lookup for each event",
}

# What must be a literal: the place of the argument, and what it is checked by.
LITERALS = {
    "match": {1: pattern},
    "mvfind": {1: pattern},
    "replace": {1: pattern},
    "like": {1: wildcards},
    "cidrmatch": {0: network_of},
    "printf": {0: None},
    "strptime": {1: None},
    "relative_time": {1: None},
    "split": {1: None},
    "mvjoin": {1: None},
    "round": {1: None},
}


def check_literal(name, place, value):
    """Whether a literal argument is what the function takes."""
    check = LITERALS[name][place]
    if name != "round" and not isinstance(value, str):
        raise Refused(f"{name} takes a text, not {value!r}")
    if name == "strptime" and not re.fullmatch(r"(%[YmdHMS]|[-:T ])+%z", value):
        raise Refused(f"the format {value!r}: without a zone strptime takes the user's")
    if name == "split" and not value:
        raise Refused("split by nothing")
    if check:
        try:
            check(value)
        except ValueError as error:
            raise Refused(f"{name} of {value!r}: {error}") from error
