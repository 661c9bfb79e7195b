"""The functions of eventstats and streamstats, over a window to which values are added at one end and taken away at the other.

Null is no value to any of them; without values there is no result. `dc`, `values` and `by` look at texts; `min` and `max` compare
numbers, and how they compare texts a search must not ask.
https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/statistical-and-charting-functions
"""
from collections import Counter, deque

from .refused import Refused
from .values import each, label, number, several


class Count:
    """count"""

    def __init__(self):
        self.found = 0

    def add(self, value):
        self.found += 1

    def remove(self, value):
        self.found -= 1

    def result(self):
        return self.found

    def size(self):
        return 8


class Distinct:
    """dc"""

    def __init__(self):
        self.texts = Counter()

    def add(self, value):
        for one in each(value):
            self.texts[label(one)] += 1

    def remove(self, value):
        for one in each(value):
            one = label(one)
            self.texts[one] -= 1
            if not self.texts[one]:
                del self.texts[one]

    def result(self):
        return len(self.texts)

    def size(self):
        return sum(map(len, self.texts))


class Values(Distinct):
    """values: in the order of their bytes"""

    def result(self):
        return several(sorted(self.texts))


class Held:
    """Something of the values in the order in which they came."""

    def __init__(self):
        self.values = deque()
        self.known = None

    def add(self, value):
        if isinstance(value, list):
            raise Refused(f"{type(self).__doc__} of several values")
        self.values.append(value)
        self.known = None

    def remove(self, value):
        self.values.popleft()
        self.known = None

    def result(self):
        if self.known is None and self.values:
            self.known = self.of(self.values)
        return self.known

    def size(self):
        return 8 * len(self.values)


class First(Held):
    """first"""

    def result(self):
        return self.values[0] if self.values else None


class Last(Held):
    """last"""

    def result(self):
        return self.values[-1] if self.values else None


class Numbers(Held):
    def add(self, value):
        one = None if isinstance(value, list) else number(value)
        if one is None:
            raise Refused(f"{type(self).__doc__} of {value!r}")
        self.values.append(one)
        # What came first is added first, so that what is added last leaves the others' sum as it was.
        if self.known is not None:
            self.known = self.grown(self.known, one)

    def grown(self, known, one):
        return self.of((known, one))


class Min(Numbers):
    """min"""

    of = staticmethod(min)


class Max(Numbers):
    """max"""

    of = staticmethod(max)


class Sum(Numbers):
    """sum"""

    of = staticmethod(sum)


class Average(Numbers):
    """avg"""

    of = staticmethod(sum)

    def result(self):
        found = super().result()
        return None if found is None else found / len(self.values)


class Range(Numbers):
    """range"""

    def grown(self, known, one):
        return None

    @staticmethod
    def of(values):
        return max(values) - min(values)


FUNCTIONS = {
    "count": Count,
    "dc": Distinct,
    "values": Values,
    "min": Min,
    "max": Max,
    "sum": Sum,
    "avg": Average,
    "first": First,
    "last": Last,
    "range": Range,
}
