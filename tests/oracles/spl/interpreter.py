"""Runs the searches that Tokentrail writes for Splunk, to see what they find.

Splunk itself cannot be installed for a test, so this models the commands and functions of the subset that the writer uses, from
Splunk's documentation, and nothing else: anything unknown stops the test. It shares no code with the writer or the evaluator.
What is modelled on purpose, because searches go wrong there:

- null: a comparison with null is null, `where` keeps only true, `NOT null` is null; stats functions ignore null; rows with a null
  `by` field are left out of eventstats and streamstats; `dedup` drops rows with a null field unless keepempty=true;
- a stats function without values gives nothing: the column keeps what was in it before;
- two texts that look like numbers compare as numbers (`"01"="1"`), except in `dc`, `values` and `by`, where they are texts;
- `streamstats time_window` needs events in ascending order of _time and refuses any other; the window holds the events of the
  group with _time >= now - window ("far_edge": "exclusive" makes that >, since Splunk does not say which); more than 10,000
  events in a window are an error here, where Splunk would silently drop some;
- `sort 0` keeps all rows, `sort` without a count would keep 10,000 and is refused, and so is a field whose values decide whether
  it is sorted as number or text; rows without the field come last;
- `multisearch` takes streaming commands only, two searches at least;
- a name in double quotes is a text, in single quotes a field, a dotted name without quotes would be a concatenation and is refused;
- `lookup` matches exactly, letter case included, or by CIDR where the lookup's definition says so; a null field finds nothing;
- `mvexpand` of a row without the field is refused, since Splunk does not say what becomes of it, and so is more than 500 MB of it;
- `mvmap` looks at one field; inside it that field is one value, and no value comes out for null;
- `printf` of null is refused;
- strptime without a zone in its format would take the user's, and is refused;
- what the index gives is text: true and false are "true" and "false", null is "null", arrays are multivalue `name{}`.

Input on stdin: a JSON array of jobs {"search": text, "now": seconds, "macros": {name: [event, ...]}}. An event is a raw record as
a JSON object, nested or with dotted names, with `_time` and `_indextime` in seconds. "addresses": {address: {"Country": ..,
"City": .., "lat": .., "lon": ..}} is what iplocation knows.
"lookups": {name: {"cidr": true or false, "rows": [{column: text}]}} are the lookups. Output: a JSON array of {"rows": [...]} or {"error": text}, in the
same order. A job whose macros hold no events checks that every command of its search can be read.
"""
import functools
import ipaddress
import json
import math
import re
import sys
import urllib.parse
from datetime import datetime, timezone


class Refused(Exception):
    """The search uses something that this does not model."""


TOKEN = re.compile(
    r"""\s*(?:(?P<comment>```.*?```)|(?P<macro>`[a-z_0-9]+`)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<field>'[^']*')"""
    r"""|(?P<span>\d+(?:us|ms|s|m|h)(?![A-Za-z_0-9]))|(?P<number>\d+(?:\.\d+)?(?![A-Za-z_]))|(?P<word>[A-Za-z_][A-Za-z_0-9]*)"""
    r"""|(?P<sign><=|>=|!=|[|\[\](),=<>+\-*/%.]))""",
    re.S,
)


def tokens_of(text):
    position, tokens = 0, []
    text = text.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if not match:
            raise Refused(f"cannot read {text[position:position + 40]!r}")
        position = match.end()
        if match.lastgroup != "comment":
            tokens.append((match.lastgroup, match.group(match.lastgroup)))
    return tokens


class Parser:
    def __init__(self, text):
        self.tokens = tokens_of(text)
        self.at = 0

    def peek(self, offset=0):
        index = self.at + offset
        return self.tokens[index] if index < len(self.tokens) else (None, None)

    def next(self):
        token = self.peek()
        self.at += 1
        return token

    def accept(self, value):
        if self.peek()[1] == value and self.peek()[0] in ("sign", "word"):
            self.at += 1
            return True
        return False

    def expect(self, value):
        if not self.accept(value):
            raise Refused(f"expected {value!r}, found {self.peek()[1]!r}")

    def word(self):
        kind, value = self.next()
        if kind != "word":
            raise Refused(f"expected a word, found {value!r}")
        return value

    # expressions, loosest first: OR, AND, NOT, comparison, + - and concatenation, * / %, unary minus
    def expression(self):
        left = self.conjunction()
        while self.accept("OR"):
            left = ("or", left, self.conjunction())
        return left

    def conjunction(self):
        left = self.negation()
        while self.accept("AND"):
            left = ("and", left, self.negation())
        return left

    def negation(self):
        if self.accept("NOT"):
            return ("not", self.negation())
        return self.comparison()

    def comparison(self):
        left = self.sum()
        for sign in ("<=", ">=", "!=", "=", "<", ">"):
            if self.accept(sign):
                return ("compare", sign, left, self.sum())
        if self.accept("IN"):
            if left[0] != "field":
                raise Refused("IN takes a field")
            listed = self.arguments()
            if any(one[0] != "constant" for one in listed):
                raise Refused("IN takes a list of literals")
            return ("call", "in", [left, *listed])
        return left

    def sum(self):
        left = self.product()
        while self.peek()[1] in ("+", "-", ".") and self.peek()[0] == "sign":
            left = ("arithmetic", self.next()[1], left, self.product())
        return left

    def product(self):
        left = self.unary()
        while self.peek()[1] in ("*", "/", "%") and self.peek()[0] == "sign":
            left = ("arithmetic", self.next()[1], left, self.unary())
        return left

    def unary(self):
        if self.accept("-"):
            return ("arithmetic", "-", ("constant", 0), self.unary())
        return self.primary()

    def primary(self):
        kind, value = self.next()
        if kind == "number":
            return ("constant", float(value) if "." in value else int(value))
        if kind == "text":
            return ("constant", unescaped(value[1:-1]))
        if kind == "field":
            return ("field", value[1:-1])
        if kind == "sign" and value == "(":
            inner = self.expression()
            self.expect(")")
            return inner
        if kind == "word":
            if self.peek()[1] == "(":
                return ("call", value, self.arguments())
            if self.peek() == ("sign", ".") and self.peek(1)[0] == "word" and self.peek(2)[1] != "(":
                raise Refused(f"{value}. would be a concatenation: quote the field")
            return ("field", value)
        raise Refused(f"unexpected {value!r}")

    def arguments(self):
        self.expect("(")
        found = []
        while not self.accept(")"):
            found.append(self.expression())
            if not self.accept(","):
                self.expect(")")
                break
        return found


def unescaped(text):
    """A string literal of eval. Only a quote and a backslash may be escaped; how other escapes are read is not worth knowing."""
    if re.search(r"[\n\r\t`]", text):
        raise Refused(f"a control character or backtick in {text!r}")

    def one(match):
        if match.group(1) not in ('"', "\\"):
            raise Refused(f"the escape {match.group(0)!r}")
        return match.group(1)

    return re.sub(r"\\(.)", one, text, flags=re.S)


def number(value):
    if isinstance(value, bool) or value is None or isinstance(value, list):
        return None
    if isinstance(value, (int, float)):
        return value
    try:
        return float(value) if re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*", value) else None
    except ValueError:
        return None


def real(function, value):
    """A function of a number; outside its range it has no value."""
    value = number(value)
    if value is None:
        return None
    try:
        return function(value)
    except ValueError:
        return None


def text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        raise Refused("a multivalue field where one value is needed")
    if isinstance(value, float) and value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return str(value)


def compare(sign, left, right):
    if left is None or right is None:
        return None
    if isinstance(left, list) or isinstance(right, list):
        raise Refused("a comparison with a multivalue field")
    numbers = number(left), number(right)
    # Two numbers compare as numbers, everything else as text, letter case included.
    if None not in numbers:
        left, right = numbers
    else:
        left, right = text(left), text(right)
    return {"=": left == right, "!=": left != right, "<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[sign]


def regex(pattern):
    try:
        # Python writes the very end of a text differently, and would take \\d and the like to mean more than ASCII.
        return re.compile(pattern.replace("\\z", "\\Z"), re.A)
    except re.error as error:
        raise Refused(f"the pattern {pattern!r}: {error}") from error


def strptime(value, form):
    if not form.endswith("%z"):
        raise Refused("strptime without a zone takes the user's")
    if value is None:
        return None
    try:
        moment = datetime.strptime(value, form)
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or timezone.utc).timestamp()


def relative(now, offset):
    match = re.fullmatch(r"-(\d+)([smh])", offset)
    if not match:
        raise Refused(f"the offset {offset!r}")
    return now - int(match.group(1)) * {"s": 1, "m": 60, "h": 3600}[match.group(2)]


class Evaluator:
    def __init__(self, now):
        self.now = now

    def value(self, expression, row):
        kind = expression[0]
        if kind == "constant":
            return expression[1]
        if kind == "field":
            return row.get(expression[1])
        if kind == "or":
            sides = self.truth(expression[1], row), self.truth(expression[2], row)
            return True if True in sides else (None if None in sides else False)
        if kind == "and":
            sides = self.truth(expression[1], row), self.truth(expression[2], row)
            return False if False in sides else (None if None in sides else True)
        if kind == "not":
            inner = self.truth(expression[1], row)
            return None if inner is None else not inner
        if kind == "compare":
            return compare(expression[1], self.value(expression[2], row), self.value(expression[3], row))
        if kind == "arithmetic":
            return self.arithmetic(expression[1], self.value(expression[2], row), self.value(expression[3], row))
        return self.call(expression[1], expression[2], row)

    def truth(self, expression, row):
        value = self.value(expression, row)
        if value is not None and not isinstance(value, bool):
            raise Refused(f"{expression} is no condition")
        return value

    def arithmetic(self, sign, left, right):
        if left is None or right is None:
            return None
        if sign == ".":
            return text(left) + text(right)
        left, right = number(left), number(right)
        if left is None or right is None:
            return None
        if sign in "/%" and right == 0:
            return None
        return {"+": lambda: left + right, "-": lambda: left - right, "*": lambda: left * right, "/": lambda: left / right, "%": lambda: math.fmod(left, right)}[sign]()

    def call(self, name, arguments, row):
        lazy = {"if": self.do_if, "case": self.do_case, "coalesce": self.do_coalesce, "mvmap": self.do_mvmap}
        if name in lazy:
            return lazy[name](arguments, row)
        values = [self.value(argument, row) for argument in arguments]
        simple = {
            "null": lambda: None,
            "now": lambda: self.now,
            "isnull": lambda one: one is None or one == [],
            "isnotnull": lambda one: one is not None and one != [],
            "nullif": lambda one, other: None if one is not None and compare("=", one, other) else one,
            "in": lambda one, *others: None if one is None else any(compare("=", one, other) for other in others),
            "lower": lambda one: None if one is None else text(one).lower(),
            "upper": lambda one: None if one is None else text(one).upper(),
            "len": lambda one: None if one is None else len(text(one)),
            "substr": lambda one, start, length=1 << 30: None if one is None else text(one)[int(start) - 1:int(start) - 1 + int(length)],
            "printf": self.printf,
            "tonumber": number,
            "abs": lambda one: None if number(one) is None else abs(number(one)),
            "floor": lambda one: None if number(one) is None else math.floor(number(one)),
            "ceiling": lambda one: None if number(one) is None else math.ceil(number(one)),
            "round": lambda one, digits=0: None if number(one) is None else round(number(one), int(digits)),
            "sqrt": lambda one: real(math.sqrt, one),
            "sin": lambda one: real(math.sin, one),
            "cos": lambda one: real(math.cos, one),
            "asin": lambda one: real(math.asin, one),
            "pow": lambda one, other: None if None in (number(one), number(other)) else number(one) ** number(other),
            "pi": lambda: math.pi,
            "min": self.least,
            "max": lambda *values: -self.least(*[None if number(value) is None else -number(value) for value in values]),
            "tostring": lambda one: None if one is None else text(one),
            "mvdedup": lambda many: list(dict.fromkeys(many)) if isinstance(many, list) else many,
            "match": lambda one, pattern: None if one is None else bool(regex(pattern).search(text(one))),
            "like": lambda one, pattern: None if one is None else bool(re.fullmatch(re.escape(pattern).replace("%", ".*").replace("_", "."), text(one), re.S)),
            "replace": lambda one, pattern, by: None if one is None else regex(pattern).sub(lambda match: re.sub(r"\\(\d)", lambda group: match.group(int(group.group(1))) or "", by), text(one)),
            "cidrmatch": self.cidrmatch,
            "strptime": strptime,
            "relative_time": relative,
            "mvfind": lambda one, pattern: next((index for index, value in enumerate(one if isinstance(one, list) else [one] if one is not None else []) if regex(pattern).search(text(value))), None),
            "mvcount": lambda one: None if one in (None, []) else len(one) if isinstance(one, list) else 1,
            "mvappend": lambda *all: [value for one in all if one is not None for value in (one if isinstance(one, list) else [one])],
            "mvdedup": lambda one: None if one is None else list(dict.fromkeys(one if isinstance(one, list) else [one])),
            "split": lambda one, by: None if one is None else text(one).split(by),
            "mvindex": lambda many, at: next(iter((many if isinstance(many, list) else [many] if many is not None else [])[int(at):int(at) + 1]), None),
            "mvjoin": lambda many, by: None if many in (None, []) else by.join(text(one) for one in (many if isinstance(many, list) else [many])),
            "urldecode": urllib.parse.unquote,
        }
        if name not in simple:
            raise Refused(f"the function {name}")
        return simple[name](*values)

    def least(self, *values):
        """Whether null counts is not said, so that none may come here."""
        if any(number(value) is None for value in values):
            raise Refused(f"min of {values}")
        return min(map(number, values))

    def do_if(self, arguments, row):
        condition, then, otherwise = arguments
        return self.value(then if self.truth(condition, row) else otherwise, row)

    def do_case(self, arguments, row):
        for condition, value in zip(arguments[::2], arguments[1::2]):
            if self.truth(condition, row):
                return self.value(value, row)
        return None

    def do_mvmap(self, arguments, row):
        field, expression = arguments
        if field[0] != "field":
            raise Refused("mvmap takes a field")
        values = row.get(field[1])
        results = []
        for value in values if isinstance(values, list) else [] if values is None else [values]:
            result = self.value(expression, {**row, field[1]: value})
            if isinstance(result, bool):
                raise Refused("mvmap cannot give a truth value")
            if result is not None:
                results.append(result)
        return results or None

    def printf(self, form, one):
        if not re.fullmatch(r"%(017)?(\.\d+)?[df]", form):
            raise Refused(f"the format {form!r}")
        if number(one) is None:
            raise Refused(f"printf of {one!r}")
        return form % number(one)

    def do_coalesce(self, arguments, row):
        for argument in arguments:
            value = self.value(argument, row)
            if value is not None:
                return value
        return None

    def cidrmatch(self, network, one):
        if one is None:
            return None
        try:
            return ipaddress.ip_address(text(one)) in ipaddress.ip_network(network)
        except ValueError:
            return False


def sort_key(kind, value):
    if kind == "str":
        return text(value).encode()
    if number(value) is None:
        raise Refused(f"num() of {value!r}")
    return number(value)


# Functions of stats, over the values of a group in the order of the rows, null left out.
STATS = {
    "count": len,
    "dc": lambda values: len({text(value) for value in flat(values)}),
    "values": lambda values: sorted({text(value) for value in flat(values)}) or None,
    "min": lambda values: least(values, min),
    "max": lambda values: least(values, max),
    "sum": lambda values: sum(map(number, values)) if values else None,
    "avg": lambda values: sum(map(number, values)) / len(values) if values else None,
    "first": lambda values: single(values[0]) if values else None,
    "last": lambda values: single(values[-1]) if values else None,
    "range": lambda values: max(map(number, values)) - min(map(number, values)) if values else None,
}


def single(value):
    if isinstance(value, list):
        raise Refused("first or last of a multivalue field")
    return value


def flat(values):
    return [inner for value in values for inner in (value if isinstance(value, list) else [value])]


def least(values, pick):
    if not values:
        return None
    numbers = [number(value) for value in values]
    if None in numbers:
        raise Refused(f"{pick.__name__} of texts")
    return pick(numbers)


def extracted(event):
    """The fields of an event as the index gives them: texts, but for the two times."""
    row = {}

    def add(name, value):
        if name in ("_time", "_indextime"):
            row[name] = value
        elif isinstance(value, dict):
            for key, inner in value.items():
                add(f"{name}.{key}" if name else key, inner)
        elif isinstance(value, list):
            for inner in value:
                if isinstance(inner, (dict, list)):
                    raise Refused("an array of objects")
                row.setdefault(name + "{}", []).append("null" if inner is None else text(inner))
        else:
            row[name] = "null" if value is None else text(value)

    add("", event)
    row["_raw"] = json.dumps(event)
    return row


@functools.cache
def parsed_network(one):
    return ipaddress.ip_network(one)


class Search:
    def __init__(self, job):
        self.macros, self.evaluator = job["macros"], Evaluator(job["now"])
        self.addresses = job.get("addresses")
        self.lookups = job.get("lookups", {})
        self.far_edge = job.get("far_edge", "inclusive")

    def run(self, source):
        parser = Parser(source)
        rows = self.pipeline(parser)
        if parser.peek()[0] is not None:
            raise Refused(f"unexpected {parser.peek()[1]!r}")
        return rows

    def pipeline(self, parser, streaming=False):
        if parser.accept("search") or parser.peek()[0] == "macro":
            kind, name = parser.next()
            if kind != "macro":
                raise Refused("a search that is not one macro")
            name = name.strip("`")
            if name not in self.macros:
                raise Refused(f"the macro {name} is not defined")
            rows = [extracted(event) for event in self.macros[name]]
            # Search gives the newest first.
            rows.sort(key=lambda row: -row["_time"])
        else:
            parser.expect("|")
            parser.expect("multisearch")
            rows, legs = [], 0
            while parser.accept("["):
                rows += self.pipeline(parser, streaming=True)
                parser.expect("]")
                legs += 1
            if legs < 2:
                raise Refused("multisearch needs two searches at least")
            rows.sort(key=lambda row: -(row["_time"] or 0))
        while parser.accept("|"):
            command = parser.word()
            if streaming and command not in ("eval", "where", "fields", "iplocation", "lookup"):
                raise Refused(f"{command} inside multisearch")
            method = getattr(self, "do_" + command, None)
            if method is None:
                raise Refused(f"the command {command}")
            rows = method(parser, rows)
        return rows

    def do_eval(self, parser, rows):
        while True:
            kind, name = parser.next()
            name = name.strip("'")
            if kind not in ("word", "field"):
                raise Refused(f"eval of {name!r}")
            parser.expect("=")
            expression = parser.expression()
            for row in rows:
                value = self.evaluator.value(expression, row)
                if isinstance(value, bool):
                    raise Refused("eval cannot assign a truth value")
                row[name] = value
            if not parser.accept(","):
                return rows

    def do_where(self, parser, rows):
        condition = parser.expression()
        return [row for row in rows if self.evaluator.truth(condition, row) is True]

    def name(self, parser):
        kind, value = parser.next()
        if kind not in ("word", "field"):
            raise Refused(f"expected the name of a field, found {value!r}")
        return value.strip("'")

    def names(self, parser):
        names = [self.name(parser)]
        while parser.accept(","):
            names.append(self.name(parser))
        return names

    def do_fields(self, parser, rows):
        if parser.accept("-"):
            gone = set(self.names(parser))
            return [{name: value for name, value in row.items() if name not in gone} for row in rows]
        kept = {*self.names(parser), "_time", "_raw"}
        return [{name: value for name, value in row.items() if name in kept} for row in rows]

    def do_table(self, parser, rows):
        names = self.names(parser)
        return [{name: row.get(name) for name in names} for row in rows]

    def do_sort(self, parser, rows):
        if parser.next() != ("number", "0"):
            raise Refused("sort without 0 keeps 10,000 rows")
        keys = []
        while True:
            descending = parser.accept("-")
            kind = parser.word()
            if kind not in ("num", "str"):
                raise Refused(f"sort by {kind} leaves it to the values whether it is a number or a text")
            parser.expect("(")
            keys.append((kind, self.name(parser), descending))
            parser.expect(")")
            if not parser.accept(","):
                break
        # The sort is stable, so that the last key goes first.
        for kind, name, descending in reversed(keys):
            there = [row for row in rows if row.get(name) is not None]
            there.sort(key=lambda row: sort_key(kind, row[name]), reverse=descending)
            rows = there + [row for row in rows if row.get(name) is None]
        return rows

    def do_rename(self, parser, rows):
        while True:
            old = self.name(parser)
            parser.expect("AS")
            new = self.name(parser)
            for row in rows:
                row[new] = row.pop(old, None)
            if not parser.accept(","):
                return rows

    def do_fieldformat(self, parser, rows):
        """Changes what is shown, not the value."""
        name = self.name(parser)
        parser.expect("=")
        if parser.expression()[:2] != ("call", "strftime"):
            raise Refused(f"fieldformat of {name}")
        return rows

    def do_iplocation(self, parser, rows):
        parser.expect("prefix")
        parser.expect("=")
        prefix, name = parser.word(), self.name(parser)
        for row in rows:
            address = row.get(name)
            if address is None:
                continue
            if self.addresses is None:
                raise Refused("iplocation without addresses")
            for attribute, value in self.addresses.get(text(address), {}).items():
                row[prefix + attribute] = value
        return rows

    def lookup_word(self, parser):
        kind, value = parser.next()
        if kind not in ("word", "text"):
            raise Refused(f"expected the name of a lookup or of its column, found {value!r}")
        return value.strip('"')

    def do_lookup(self, parser, rows):
        lookup, column = self.lookup_word(parser), self.lookup_word(parser)
        parser.expect("AS")
        tested = self.name(parser)
        parser.expect("OUTPUT")
        output = self.lookup_word(parser)
        parser.expect("AS")
        new = self.name(parser)
        if lookup not in self.lookups:
            raise Refused(f"the lookup {lookup} is not defined")
        definition = self.lookups[lookup]
        for row in definition["rows"]:
            if column not in row or output not in row:
                raise Refused(f"the lookup {lookup} has no column {column} or {output}")
        by_cidr = definition["cidr"]
        exact = {row[column]: row[output] for row in definition["rows"]}
        networks = [(parsed_network(row[column]), row[output]) for row in definition["rows"]] if by_cidr else []
        for row in rows:
            value = row.get(tested)
            if value is None:
                row[new] = None
            elif by_cidr:
                address = ipaddress.ip_address(text(value))
                row[new] = next((found for network, found in networks if address in network), None)
            else:
                row[new] = exact.get(text(value))
        return rows

    def do_mvexpand(self, parser, rows):
        name = self.name(parser)
        expanded, size = [], 0
        for row in rows:
            value = row.get(name)
            if value is None or value == []:
                raise Refused(f"mvexpand of a row without {name}")
            for one in value if isinstance(value, list) else [value]:
                copy = {**row, name: one}
                size += sum(len(str(held)) for held in copy.values())
                expanded.append(copy)
        if size > 500 * 2**20:
            raise Refused("more than 500 MB of mvexpand: Splunk would cut them off")
        return expanded

    def do_dedup(self, parser, rows):
        names = self.names(parser)
        keep = False
        if parser.accept("keepempty"):
            parser.expect("=")
            keep = parser.word() == "true"
        seen, kept = set(), []
        for row in rows:
            key = tuple(None if row.get(name) is None else text(row[name]) for name in names)
            if None in key:
                kept += [row] if keep else []
            elif key not in seen:
                seen.add(key)
                kept.append(row)
        return kept

    def terms(self, parser):
        terms = []
        while parser.peek()[0] == "word" and parser.peek()[1] != "by":
            function, argument = parser.word(), None
            if function not in STATS:
                raise Refused(f"the stats function {function}")
            if parser.accept("("):
                if parser.accept("eval"):
                    parser.expect("(")
                    argument = parser.expression()
                    parser.expect(")")
                else:
                    argument = ("field", self.name(parser))
                parser.expect(")")
            elif function != "count":
                raise Refused(f"{function} of nothing")
            parser.expect("AS")
            terms.append((function, argument, self.name(parser)))
        return terms, self.names(parser) if parser.accept("by") else []

    def input(self, function, argument, row):
        """What a row brings to a term: null for nothing; a condition brings something where it holds."""
        if argument is None:
            return 1
        value = self.evaluator.value(argument, row)
        if isinstance(value, bool):
            if function != "count":
                raise Refused("only count takes a condition")
            return 1 if value else None
        return value

    def group(self, row, by):
        key = tuple(row.get(name) for name in by)
        return None if None in key else tuple(map(text, key))

    def do_eventstats(self, parser, rows):
        terms, by = self.terms(parser)
        groups = {}
        for row in rows:
            groups.setdefault(self.group(row, by), []).append(row)
        for key, members in groups.items():
            if key is None:
                continue
            results = {}
            for function, argument, name in terms:
                values = [self.input(function, argument, row) for row in members]
                results[name] = STATS[function]([value for value in values if value is not None])
            for row in members:
                row.update({name: value for name, value in results.items() if value is not None})
        return rows

    def do_streamstats(self, parser, rows):
        options = {}
        while parser.peek(1) == ("sign", "="):
            name = parser.word()
            parser.expect("=")
            options[name] = parser.next()[1]
        unknown = set(options) - {"time_window", "current", "window", "global"}
        if unknown:
            raise Refused(f"the options {unknown} of streamstats")
        terms, by = self.terms(parser)
        width = None
        if "time_window" in options:
            if "window" in options:
                raise Refused("window and time_window together")
            amount, unit = re.fullmatch(r"(\d+)(us|ms|s|m|h)", options["time_window"]).groups()
            width = int(amount) * {"us": 1, "ms": 1000, "s": 10**6, "m": 60 * 10**6, "h": 3600 * 10**6}[unit]
            times = [row["_time"] for row in rows]
            if times != sorted(times):
                raise Refused("streamstats time_window over events that are not in ascending order of _time")
        if options.get("window") == "1" and options.get("global") != "f":
            raise Refused("window=1 looks at the previous event of any group unless global=f")
        groups = {}
        for row in rows:
            key = self.group(row, by)
            if key is None:
                continue
            window = groups.setdefault(key, [])
            inputs = [self.input(function, argument, row) for function, argument, _ in terms]
            if options.get("current") == "f":
                seen = window[-1:] if options.get("window") == "1" else window
                self.summarise(terms, [inputs for _, inputs in seen], row)
                window.append((row["_time"], inputs))
                continue
            window.append((row["_time"], inputs))
            if width is not None:
                while self.is_past(row["_time"], window[0][0], width):
                    window.pop(0)
                if len(window) > 10_000:
                    raise Refused("more than 10,000 events in a window: Splunk would leave some out")
            self.summarise(terms, [inputs for _, inputs in window], row)
        return rows

    def is_past(self, now, then, width):
        """Times are held to the microsecond."""
        distance = round((now - then) * 1e6)
        return distance > width or (distance == width and self.far_edge == "exclusive")

    def summarise(self, terms, window, row):
        for index, (function, _, name) in enumerate(terms):
            values = [inputs[index] for inputs in window if inputs[index] is not None]
            value = STATS[function](values)
            if value is not None:
                row[name] = value


def main():
    answers = []
    work = json.load(sys.stdin)
    jobs = work if isinstance(work, list) else work["jobs"]
    for job in jobs:
        if "world" in job:
            job["macros"] = work["worlds"][job["world"]]
        try:
            answers.append({"rows": Search(job).run(job["search"])})
        except Refused as refused:
            answers.append({"error": str(refused)})
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
