"""Whole searches: where their rows come from, and one command after the other."""
import functools
import json

from .commands import COMMANDS, STREAMING, finder
from .limits import NEVER, Limits
from .refused import Refused
from .streams import stats
from .tokens import Tokens, unescaped
from .values import each, number, text


class Scope:
    """The columns that there are. Until the first `fields` an event may have any."""

    def __init__(self):
        self.raw, self.columns = True, {"_time", "_indextime", "_raw"}

    def is_known(self, name):
        return name in self.columns

    def is_raw(self, name):
        return self.raw and name not in self.columns

    def read(self, name):
        if not self.raw and name not in self.columns:
            raise Refused(f"no command gives the column {name}")

    def write(self, name):
        self.columns.add(name)

    def drop(self, names):
        for name in names:
            self.read(name)
            self.columns.discard(name)

    def keep(self, names):
        for name in names:
            if name not in ("_time", "_raw"):
                self.read(name)
        self.raw, self.columns = False, {name for name in names if self.raw or name in self.columns}


class Leg:
    """The events of one macro, and the first commands over them, which look at each event for itself. Rules and grains that start in
    the same way over the same events share what comes out."""

    numbers = {}

    def __init__(self, name, tokens, start, found):
        self.name, self.commands = name, [run for _, run, _ in found]
        words = (name, *tokens.tokens[start : found[-1][2] if found else start])
        self.number = Leg.numbers.setdefault(words, len(Leg.numbers))
        self.is_shared = not {("word", "now"), ("word", "lookup"), ("word", "iplocation")} & set(words)

    def rows(self, job):
        if not self.is_shared:
            return self.made(job)
        key = (self.number, job.json_null, job.ties)
        known = job.world.legs
        if key not in known:
            known[key] = self.made(job)
        return [dict(row) for row in known[key]]

    def made(self, job):
        rows = job.world.events(self.name, job)
        for command in self.commands:
            rows = command(rows, job)
        return rows


def commands(tokens, scope, streaming=False):
    """The commands of a pipeline up to its end: the name, what it does, the token behind it."""
    found = []
    while tokens.accept("|"):
        name = tokens.word()
        if name in SELFTEST and tokens.is_selftest:
            found.append((name, SELFTEST[name](tokens, scope), tokens.at))
            continue
        if name not in COMMANDS:
            raise Refused(f"the command {name}: {NEVER.get(name, 'it is not known here')}")
        if streaming and name not in STREAMING:
            raise Refused(f"{name} inside multisearch, which takes streaming commands only")
        found.append((name, COMMANDS[name](tokens, scope), tokens.at))
    return found


def macro(tokens):
    kind, name = tokens.next()
    if kind != "macro":
        raise Refused(f"a search that is not one macro but starts with {name!r}")
    return name.strip("`")


def legs_of(tokens):
    """The searches of multisearch: the macro and the commands of each, and the columns that come out of any."""
    legs, together = [], None
    while tokens.accept("["):
        scope = Scope()
        tokens.expect("search")
        name, start = macro(tokens), tokens.at
        legs.append(Leg(name, tokens, start, commands(tokens, scope, streaming=True)))
        tokens.expect("]")
        if scope.raw:
            raise Refused("a search of multisearch that does not say its fields")
        together = together or Scope()
        together.raw = False
        together.columns = scope.columns | (together.columns if len(legs) > 1 else set())
    if len(legs) < 2:
        raise Refused("multisearch needs two searches at least")
    return legs, together


class Parsed:
    """A search that was read: it runs on any events."""

    def __init__(self, source):
        tokens = Tokens(source)
        self.made = None
        if tokens.peek()[0] == "macro":
            scope, start = Scope(), 1
            name = macro(tokens)
            found = commands(tokens, scope)
            first = next((at for at, one in enumerate(found) if one[0] not in STREAMING), len(found))
            self.legs, found = [Leg(name, tokens, start, found[:first])], found[first:]
        else:
            tokens.expect("|")
            if tokens.accept("makeresults"):
                tokens.is_selftest = True
                self.legs, scope, self.made = [], Scope(), makeresults(tokens)
            else:
                tokens.expect("multisearch")
                self.legs, scope = legs_of(tokens)
            found = commands(tokens, scope)
        self.commands = [run for _, run, _ in found]
        if tokens.peek()[0] is not None:
            raise Refused(f"unexpected {tokens.peek()[1]!r}")

    def run(self, job):
        rows = self.made(job) if self.made else []
        for leg in self.legs:
            rows += leg.rows(job)
        if len(self.legs) > 1:
            rows = newest_first(rows, job)
        for command in self.commands:
            rows = command(rows, job)
        job.limits.check("scheduler.max_action_results", len(rows), f"{len(rows):,} rows")
        return rows


def makeresults(tokens):
    """Rows out of nothing: so many, or those of a JSON array.
    https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/makeresults"""
    options = {}
    while option := tokens.option():
        options[option[0]] = option[1]
    if set(options) == {"format", "data"} and options["format"] == ("word", "json") and options["data"][0] == "text":
        given = json.loads(unescaped(options["data"][1][1:-1]))
    elif set(options) <= {"count"} and options.get("count", ("number", "1"))[0] == "number":
        given = [{}] * int(options.get("count", ("number", "1"))[1])
    else:
        raise Refused(f"makeresults {sorted(options)}")

    def made(job):
        job.limits.check("makeresults.maxresultrows", len(given), f"makeresults of {len(given):,}")
        return [{"_time": job.now, **extracted(one, job)} for one in given]

    return made


def append(tokens, scope):
    """The rows of another search that makes its events itself.
    https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/append"""
    for sign in ("[", "|", "makeresults"):
        tokens.expect(sign)
    made, inner = makeresults(tokens), Scope()
    found = commands(tokens, inner)
    tokens.expect("]")
    scope.columns |= inner.columns

    def run(rows, job):
        more = made(job)
        for _, command, _ in found:
            more = command(more, job)
        job.limits.check("subsearch.maxout", len(more), f"append of {len(more):,} rows")
        return rows + more

    return run


def spath(tokens, scope):
    """All fields of a JSON text, named by their paths. It looks at 5,000 characters.
    https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/spath"""
    option = tokens.option()
    if not option or option[0] != "input" or option[1][0] != "word":
        raise Refused("spath without an input")
    name = option[1][1]
    scope.read(name)

    def run(rows, job):
        for row in rows:
            value = text(row[name])
            job.limits.check("spath.extraction_cutoff", len(value), f"spath of {len(value):,} characters")
            row.update(extracted(json.loads(value), job))
        return rows

    return run


# Commands that only a search has that makes its events itself: what limits them does not matter to a few events.
SELFTEST = {"append": append, "spath": spath, "stats": stats}


def newest_first(rows, job):
    """A search gives the newest event first. Of events at one moment nothing is said."""
    if job.ties == "reversed":
        rows = rows[::-1]
    return sorted(rows, key=lambda row: -(row.get("_time") or 0))


def extracted(event, job):
    """The fields of an event as the index gives them: texts, but for the two times."""
    row = {}

    def add(name, value):
        if name in ("_time", "_indextime"):
            row[name] = number(value)
        elif isinstance(value, dict):
            for key, inner in value.items():
                add(f"{name}.{key}" if name else key, inner)
        elif isinstance(value, list):
            for inner in value:
                if isinstance(inner, (dict, list)):
                    add(name + "{}", inner)
                else:
                    known = row.get(name + "{}")
                    row[name + "{}"] = [*each(known), scalar(inner)]
        elif value is not None or job.json_null == "text":
            row[name] = [*each(row[name]), scalar(value)] if name in row else scalar(value)

    add("", event)
    fields = len(row) - ("_time" in row) - ("_indextime" in row)
    job.limits.check("kv.limit", fields, f"an event of {fields} fields")
    return row


def scalar(value):
    """A value of JSON as a text."""
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    return value if isinstance(value, str) else json.dumps(value)


@functools.lru_cache(maxsize=512)
def parsed(source):
    """A search, read once for all its events."""
    return Parsed(source)


class World:
    """The events behind the macros of several jobs, extracted once."""

    def __init__(self, macros):
        self.macros, self.rows, self.legs = macros, {}, {}

    def events(self, name, job):
        if name not in self.macros:
            raise Refused(f"the macro {name} is not defined")
        key = (name, job.json_null, job.ties)
        if key not in self.rows:
            rows = []
            for event in self.macros[name]:
                row = extracted(event, job)
                raw = json.dumps(event)
                job.limits.check("kv.maxchars", len(raw), f"an event of {len(raw):,} characters")
                row["_raw"] = raw
                rows.append(row)
            self.rows[key] = newest_first(rows, job)
        return [dict(row) for row in self.rows[key]]


KNOBS = {
    # Whether an event exactly as old as time_window belongs to the window.
    "far_edge": ("inclusive", "exclusive"),
    # In which order rows come that a sort does not tell apart, and events at one moment.
    "ties": ("kept", "reversed"),
    # Where rows come whose field to sort by is missing.
    "missing": ("last", "first"),
    # Whether null in JSON is the text "null" or nothing.
    "json_null": ("text", "nothing"),
}


class Job:
    """A search with its events and surroundings."""

    def __init__(self, given, world):
        self.given, self.world, self.now = given, world, given["now"]
        self.limits = Limits(given.get("limits", {}))
        self.addresses = given.get("addresses")
        for name, values in KNOBS.items():
            value = given.get(name, values[0])
            if value not in values:
                raise Refused(f"{name} is one of {values}")
            setattr(self, name, value)

    def lookup(self, name, column, output):
        lookups = self.given.get("lookups", {})
        if name not in lookups:
            raise Refused(f"the lookup {name} is not defined")
        return finder(lookups[name], name, column, output, self.limits)

    def run(self):
        return parsed(self.given["search"]).run(self)
