"""The commands: each is read strictly, and made into a function of the rows.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands
"""
import ipaddress

from .expressions import Expressions
from .functions import address_of, network_of
from .refused import Refused
from .streams import eventstats, streamstats
from .tokens import RESERVED
from .values import decimal, each, label, number, several, text


def assigned(tokens):
    """The name on the left of an assignment."""
    kind, name = tokens.next()
    if kind == "field":
        return name[1:-1]
    if kind != "word" or name.lower() in RESERVED:
        raise Refused(f"eval of {name!r}")
    if tokens.sees("."):
        raise Refused(f"{name}. is no plain name")
    return name


def evaluate(tokens, scope):
    """eval"""
    assignments = []
    while True:
        name = assigned(tokens)
        tokens.expect("=")
        run = Expressions(tokens, scope).value().run
        scope.write(name)
        assignments.append((name, run))
        if not tokens.accept(","):
            break

    def run(rows, job):
        now = job.now
        for row in rows:
            for name, value in assignments:
                row[name] = shown(value(row, now))
        return rows

    return run


def shown(value):
    """A number in a field has the digits that it is written with."""
    return decimal(value, repr(value)) if value.__class__ is float and value != int(value) else value


def where(tokens, scope):
    """Keeps the rows for which the condition is true, and neither false nor null."""
    condition = Expressions(tokens, scope).condition().run
    return lambda rows, job: [row for row in rows if condition(row, job.now)]


def fields(tokens, scope):
    """Keeps _time and _raw unless they are named behind the minus."""
    if tokens.accept("-"):
        gone = tokens.names()
        scope.drop(gone)

        def drop(rows, job):
            for row in rows:
                for name in gone:
                    row.pop(name, None)
            return rows

        return drop
    kept = list(dict.fromkeys([*tokens.names(), "_time", "_raw"]))
    scope.keep(kept)
    return lambda rows, job: [{name: row[name] for name in kept if name in row} for row in rows]


def table(tokens, scope):
    names = tokens.names()
    scope.keep(names)
    return lambda rows, job: [{name: row.get(name) for name in names} for row in rows]


def sort(tokens, scope):
    """Without a count it keeps 10,000 rows, and without num() or str() the values decide how they are compared. Where rows without
    the field come, and in which order rows come that are alike, a job may say."""
    if tokens.next() != ("number", "0"):
        raise Refused("sort without 0 keeps 10,000 rows")
    keys = []
    while True:
        descending = tokens.accept("-")
        kind = tokens.word()
        if kind not in ("num", "str"):
            raise Refused(f"sort by {kind} leaves it to the values whether it is a number or a text")
        tokens.expect("(")
        name = tokens.name()
        scope.read(name)
        tokens.expect(")")
        keys.append((kind, name, descending))
        if not tokens.accept(","):
            break

    def run(rows, job):
        if job.ties == "reversed":
            rows = rows[::-1]
        # The sort is stable, so that the last key goes first.
        for kind, name, descending in reversed(keys):
            there = [row for row in rows if row.get(name) is not None]
            missing = [row for row in rows if row.get(name) is None] if len(there) < len(rows) else []
            there.sort(key=lambda row: sort_key(kind, row[name]), reverse=descending)
            rows = missing + there if job.missing == "first" else there + missing
        return rows

    return run


def sort_key(kind, value):
    if kind == "str":
        return label(value)
    found = None if isinstance(value, list) else number(value)
    if found is None:
        raise Refused(f"num() of {value!r}")
    return found


def rename(tokens, scope):
    pairs = []
    while True:
        old = tokens.name()
        scope.read(old)
        tokens.expect("AS")
        new = tokens.name()
        scope.write(new)
        scope.drop([old])
        pairs.append((old, new))
        if not tokens.accept(","):
            break

    def run(rows, job):
        for row in rows:
            for old, new in pairs:
                row[new] = row.pop(old, None)
        return rows

    return run


def fieldformat(tokens, scope):
    """Changes what is shown, not the value."""
    name = assigned(tokens)
    scope.read(name)
    tokens.expect("=")
    shown = [tokens.next() for _ in range(6)]
    kind, form = shown[4]
    inner = [value.strip("'") for _, value in (shown[0], shown[1], shown[2], shown[3], shown[5])]
    if inner != ["strftime", "(", name, ",", ")"] or kind != "text" or not form.endswith('%z"'):
        raise Refused(f"fieldformat of {name}")
    return lambda rows, job: rows


def iplocation(tokens, scope):
    """https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/iplocation"""
    option = tokens.option()
    if not option or option[0] != "prefix" or option[1][0] != "word":
        raise Refused("iplocation without a prefix writes over other columns")
    prefix, name = option[1][1], tokens.name()
    scope.read(name)
    attributes = ("City", "Country", "Region", "lat", "lon")
    for attribute in attributes:
        scope.write(prefix + attribute)

    def run(rows, job):
        for row in rows:
            address = row.get(name)
            if address is None:
                continue
            if job.addresses is None:
                raise Refused("iplocation without addresses")
            known = job.addresses.get(text(address), {})
            row.update({prefix + attribute: value for attribute, value in known.items() if attribute in attributes})
        return rows

    return run


def lookup_word(tokens):
    kind, value = tokens.next()
    if kind not in ("word", "text"):
        raise Refused(f"expected the name of a lookup or of its column, found {value!r}")
    return value.strip('"')


def lookup(tokens, scope):
    """Matches exactly, letters' case included, or by CIDR where the lookup's definition says so; null finds nothing.
    https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/lookup"""
    name, column = lookup_word(tokens), lookup_word(tokens)
    tokens.expect("AS")
    tested = tokens.name()
    scope.read(tested)
    tokens.expect("OUTPUT")
    output = lookup_word(tokens)
    tokens.expect("AS")
    new = tokens.name()
    scope.write(new)

    def run(rows, job):
        find = job.lookup(name, column, output)
        for row in rows:
            value = row.get(tested)
            row[new] = None if value is None else find(text(value))
        return rows

    return run


def finder(definition, name, column, output, limits):
    """What a lookup finds for a text."""
    size = 0
    exact, networks = {}, []
    for row in definition["rows"]:
        if column not in row or output not in row:
            raise Refused(f"the lookup {name} has no column {column} or {output}")
        size += sum(len(str(value)) + 1 for value in row.values())
        exact.setdefault(row[column], []).append(row[output])
        if definition["cidr"]:
            networks.append((network_of(row[column]), row[output]))
    if definition["cidr"]:
        limits.check("lookup.max_memtable_bytes", size, f"the lookup {name} has {size} bytes: it is indexed, for exact values")

    def find(value):
        if definition["cidr"]:
            address = address_of(value)
            if not isinstance(address, (ipaddress.IPv4Address, ipaddress.IPv6Address)):
                return None
            found = [output for network, output in networks if address in network]
        else:
            found = exact.get(value, [])
        limits.check("lookup.max_matches", len(found), f"{len(found)} rows of the lookup {name} for one value")
        return several(found)

    return find


def mvexpand(tokens, scope):
    """Of a row without the field nothing is said: there must be none."""
    name = tokens.name()
    scope.read(name)

    def run(rows, job):
        expanded, size = [], 0
        for row in rows:
            values = each(row.get(name))
            if not values:
                raise Refused(f"mvexpand of a row without {name}")
            own = sum(len(value) if isinstance(value, str) else 8 for value in row.values() if not isinstance(value, list))
            size += own * len(values)
            for one in values:
                copy = dict(row)
                copy[name] = one
                expanded.append(copy)
        job.limits.check_memory("mvexpand.max_mem_usage_mb", size, f"mvexpand makes {size} bytes")
        return expanded

    return run


def dedup(tokens, scope):
    """Rows with a missing field go unless keepempty=true."""
    names = tokens.names()
    for name in names:
        scope.read(name)
    keep = False
    if option := tokens.option():
        if option != ("keepempty", ("word", "true")):
            raise Refused(f"dedup {option[0]}={option[1][1]}")
        keep = True

    def run(rows, job):
        seen, kept = set(), []
        for row in rows:
            key = tuple(None if row.get(name) is None else label(row[name]) for name in names)
            if None in key:
                kept += [row] if keep else []
            elif key not in seen:
                seen.add(key)
                kept.append(row)
        return kept

    return run


COMMANDS = {
    "eval": evaluate,
    "where": where,
    "fields": fields,
    "table": table,
    "sort": sort,
    "rename": rename,
    "fieldformat": fieldformat,
    "iplocation": iplocation,
    "lookup": lookup,
    "mvexpand": mvexpand,
    "dedup": dedup,
    "eventstats": eventstats,
    "streamstats": streamstats,
}

# Those that work event by event, which multisearch takes:
# https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/multisearch
STREAMING = {"eval", "where", "fields", "rename", "iplocation", "lookup", "mvexpand"}
