"""eventstats and streamstats.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/streamstats
https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/eventstats
"""
import re
from collections import deque

from .expressions import Expressions
from .functions import CONDITION
from .limits import NEVER_STATS
from .refused import Refused
from .stats import FUNCTIONS, Values
from .values import label

UNITS = {"us": 1, "ms": 1000, "s": 10**6, "m": 60 * 10**6, "h": 3600 * 10**6}


class Term:
    """`dc(country) AS n`"""

    def __init__(self, function, run, name):
        self.function, self.run, self.name = function, run, name


def term(tokens, scope):
    function = tokens.word()
    if function not in FUNCTIONS:
        raise Refused(f"the stats function {function}: {NEVER_STATS.get(function, 'it is not known here')}")
    run = None
    if tokens.accept("("):
        run = argument(tokens, scope, function)
        tokens.expect(")")
    elif function != "count":
        raise Refused(f"{function} of nothing")
    tokens.expect("AS")
    return Term(FUNCTIONS[function], run, tokens.name())


def argument(tokens, scope, function):
    """What a row brings to a term: null for nothing; a condition brings something where it holds."""
    if not (tokens.sees("eval") and tokens.peek(1) == ("sign", "(")):
        name = tokens.name()
        scope.read(name)
        return lambda row, now: row.get(name)
    tokens.next()
    tokens.expect("(")
    node = Expressions(tokens, scope).disjunction()
    tokens.expect(")")
    if (node.kind == CONDITION) != (function == "count"):
        raise Refused(f"{function} of a {node.kind}")
    run = node.run
    return (lambda row, now: run(row, now) or None) if node.kind == CONDITION else run


def terms(tokens, scope):
    """The terms, and what they are `by`."""
    found = []
    while tokens.peek()[0] == "word" and not tokens.sees("by"):
        found.append(term(tokens, scope))
        tokens.accept(",")
    if not found:
        raise Refused("a stats command without a function")
    by = []
    if tokens.accept("by"):
        by = tokens.names()
        for name in by:
            scope.read(name)
    names = [one.name for one in found]
    if len(set(names)) < len(names) or set(names) & set(by):
        raise Refused(f"one column for two: {names} by {by}")
    for name in names:
        scope.write(name)
    return found, by


def group(row, by):
    """The group of a row; none where a field of it is missing."""
    key = []
    for name in by:
        value = row.get(name)
        if value is None:
            return None
        key.append(value if isinstance(value, str) else label(value))
    return tuple(key)


def give(row, found, held, limits):
    """Puts the results into a row. A function without values may leave or clear what was in its column before; that is not said."""
    for one, values in zip(found, held):
        result = values.result()
        if result is not None:
            if isinstance(values, Values):
                check_values(result, limits)
            row[one.name] = result
        elif row.get(one.name) is not None:
            raise Refused(f"{one.name} had a value before a stats function that has none")
        else:
            row[one.name] = None


def check_values(result, limits):
    many = result if isinstance(result, list) else [result]
    if limits["stats.maxvalues"]:
        limits.check("stats.maxvalues", len(many), f"{len(many)} values")
    if limits["stats.maxvaluesize"]:
        longest = max(map(len, many))
        limits.check("stats.maxvaluesize", longest, f"a value of {longest} characters")


def eventstats(tokens, scope):
    found, by = terms(tokens, scope)
    if tokens.peek(1) == ("sign", "="):
        raise Refused("options of eventstats")

    def run(rows, job):
        groups = {}
        for row in rows:
            key = group(row, by)
            if key is None:
                continue
            known = groups.get(key)
            if known is None:
                known = groups[key] = ([one.function() for one in found], [])
            known[1].append(row)
            for one, values in zip(found, known[0]):
                value = 1 if one.run is None else one.run(row, job.now)
                if value is not None:
                    values.add(value)
        size = sum(values.size() for held, _ in groups.values() for values in held)
        job.limits.check_memory("default.max_mem_usage_mb", size, f"eventstats holds {size} bytes")
        for held, members in groups.values():
            for row in members:
                give(row, found, held, job.limits)
        return rows

    return run


def stats(tokens, scope):
    """A row a group. https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/stats"""
    found, by = terms(tokens, scope)
    scope.keep([*by, *(one.name for one in found)])

    def run(rows, job):
        groups = {}
        for row in rows:
            key = group(row, by)
            if key is None:
                continue
            start, held = groups.setdefault(key, ({name: row[name] for name in by}, [one.function() for one in found]))
            for one, values in zip(found, held):
                value = 1 if one.run is None else one.run(row, job.now)
                if value is not None:
                    values.add(value)
        for row, held in groups.values():
            give(row, found, held, job.limits)
        return [row for row, _ in groups.values()]

    return run


def options_of(tokens):
    options = {}
    while option := tokens.option():
        name, (kind, value) = option
        if name in options:
            raise Refused(f"{name} twice")
        options[name] = (kind, value)
    unknown = set(options) - {"time_window", "current", "window", "global"}
    if unknown:
        raise Refused(f"the options {sorted(unknown)} of streamstats")
    for name in ("current", "global"):
        if options.get(name, ("word", "f")) != ("word", "f"):
            raise Refused(f"{name}={options[name][1]}: only f is written")
    return options


def width_of(options):
    if "time_window" not in options:
        return None
    if "window" in options or "current" in options or "global" in options:
        raise Refused("time_window beside another option")
    match = re.fullmatch(r"(\d+)(us|ms|s|m|h)", options["time_window"][1])
    if options["time_window"][0] != "span" or not match or not int(match.group(1)):
        raise Refused(f"time_window={options['time_window'][1]}")
    return int(match.group(1)) * UNITS[match.group(2)]


def streamstats(tokens, scope):
    options = options_of(tokens)
    found, by = terms(tokens, scope)
    width = width_of(options)
    if width is not None:
        return lambda rows, job: sliding(rows, job, found, by, width)
    if "window" not in options:
        if "global" in options:
            raise Refused("global without window")
        current = "current" not in options
        return lambda rows, job: running(rows, job, found, by, current)
    if options["window"] != ("number", "1") or "current" not in options:
        raise Refused("a window of events other than the one before")
    if "global" not in options:
        raise Refused("window=1 looks at the previous event of any group unless global=f")
    return lambda rows, job: previous(rows, job, found, by)


def inputs_of(row, found, now):
    return [1 if one.run is None else one.run(row, now) for one in found]


def add(held, inputs):
    for values, value in zip(held, inputs):
        if value is not None:
            values.add(value)


def previous(rows, job, found, by):
    """current=f window=1 global=f: the event of the group just before."""
    before = {}
    for row in rows:
        key = group(row, by)
        if key is None:
            continue
        held, inputs = [one.function() for one in found], inputs_of(row, found, job.now)
        add(held, before.get(key, ()))
        give(row, found, held, job.limits)
        before[key] = inputs
    return rows


def running(rows, job, found, by, current):
    """Without a window: all events so far, of which Splunk's manual says that max_stream_window applies to them as well."""
    what = f"streamstats without a window over {len(rows)} events"
    job.limits.check("stats.max_stream_window", len(rows), what)
    groups = {}
    for row in rows:
        key = group(row, by)
        if key is None:
            continue
        held = groups.get(key)
        if held is None:
            held = groups[key] = [one.function() for one in found]
        inputs = inputs_of(row, found, job.now)
        if current:
            add(held, inputs)
            give(row, found, held, job.limits)
        else:
            give(row, found, held, job.limits)
            add(held, inputs)
    return rows


def sliding(rows, job, found, by, width):
    """time_window: the events of the group with _time >= now - window. Whether the far edge belongs to it is not said, nor whether
    the number of events is counted for each group: all are."""
    groups, everything, last = {}, deque(), None
    for row in rows:
        now = round(row["_time"] * 10**6)
        if last is not None and now < last:
            raise Refused("streamstats time_window over events that are not in ascending order of _time")
        last = now
        key = group(row, by)
        if key is None:
            continue
        oldest = now - width + (1 if job.far_edge == "exclusive" else 0)
        everything.append(now)
        while everything[0] < oldest:
            everything.popleft()
        job.limits.check("stats.max_stream_window", len(everything), f"{len(everything):,} events in a window")
        known = groups.get(key)
        if known is None:
            known = groups[key] = ([one.function() for one in found], deque())
        held, window = known
        inputs = inputs_of(row, found, job.now)
        window.append((now, inputs))
        add(held, inputs)
        while window[0][0] < oldest:
            for values, value in zip(held, window.popleft()[1]):
                if value is not None:
                    values.remove(value)
        give(row, found, held, job.limits)
    return rows
