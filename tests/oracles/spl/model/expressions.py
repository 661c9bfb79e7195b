"""Expressions of eval and where: read strictly, and made into functions of a row.

A node knows whether it is a value or a condition, so that `eval x=(a="b")` and `where a` are refused while they are read. What
binds tighter is asked only where every reader knows it: AND beside OR, NOT in front of a comparison, and a concatenation beside a
sum need parentheses (https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/search-commands/where).
"""
from .functions import CONDITION, FUNCTIONS, LITERALS, NEVER, VALUE, check_literal
from .refused import Refused
from .tokens import RESERVED, unescaped
from .values import among, compare, decimal, each, is_doubtful, number, product, read, several, text, total

NOTHING = object()
OPERATORS = {"and", "or", "not", "xor", "in", "like"}


class Node:
    """A part of an expression: `run(row, now)` gives its value."""

    __slots__ = ("kind", "run", "constant", "field", "shape")

    def __init__(self, kind, run, constant=NOTHING, field=None, shape="atom"):
        self.kind, self.run, self.constant, self.field, self.shape = kind, run, constant, field, shape


def literal(value):
    return Node(VALUE, lambda row, now: value, constant=value)


def sorted_values(arguments):
    """mvsort, which self-tests compare sets with: texts by their bytes"""
    (argument,) = arguments
    return lambda row, now: several(sorted(text(one) for one in each(argument.run(row, now))))


class Expressions:
    """Reads expressions from tokens; `scope` knows which columns there are."""

    def __init__(self, tokens, scope):
        self.tokens, self.scope = tokens, scope

    def condition(self):
        """A whole condition."""
        return self.of(CONDITION, self.disjunction())

    def value(self):
        """A whole value."""
        return self.of(VALUE, self.disjunction())

    def of(self, kind, node):
        if node.kind != kind:
            raise Refused(f"a {node.kind} where a {kind} is needed, before {self.tokens.peek()[1]!r}")
        return node

    def disjunction(self):
        return self.chain("OR", self.conjunction, disjunction)

    def conjunction(self):
        return self.chain("AND", self.negation, conjunction)

    def chain(self, word, inner, combined):
        first = inner()
        kind, found = self.tokens.peek()
        if kind == "word" and found.lower() in OPERATORS and found != found.upper():
            raise Refused(f"{found} is no operator unless it is written {found.upper()}")
        if not self.tokens.sees(word):
            return first
        parts = [first]
        while self.tokens.accept(word):
            parts.append(inner())
        for one in parts:
            self.of(CONDITION, one)
            if one.shape in ("AND", "OR"):
                raise Refused("AND beside OR without parentheses")
        return Node(CONDITION, combined([one.run for one in parts]), shape=word)

    def negation(self):
        if not self.tokens.accept("NOT"):
            return self.comparison()
        inner = self.of(CONDITION, self.comparison())
        if inner.shape not in ("atom", "call"):
            raise Refused("NOT in front of something without parentheses")
        run = inner.run

        def negated(row, now):
            value = run(row, now)
            return None if value is None else not value

        return Node(CONDITION, negated, shape="NOT")

    def comparison(self):
        left = self.sum()
        kind, sign = self.tokens.peek()
        if kind == "sign" and sign in ("=", "!=", "<", "<=", ">", ">="):
            self.tokens.next()
            if self.tokens.sees("="):
                raise Refused("== is written =")
            return self.compared(sign, self.of(VALUE, left), self.of(VALUE, self.sum()))
        if kind == "word" and sign == "IN":
            self.tokens.next()
            return self.listed(left, self.arguments())
        return left

    def compared(self, sign, left, right):
        one, other = left.run, right.run
        if self.tokens.peek()[1] in ("=", "!=", "<", "<=", ">", ">="):
            raise Refused("a comparison of a comparison")
        if isinstance(right.constant, str) and sign in ("=", "!=") and read(right.constant) is None:
            # The usual case: a text that is no number equals nothing but itself.
            wanted, equal = right.constant, sign == "="

            def plain(row, now):
                value = one(row, now)
                if value is None:
                    return None
                if isinstance(value, str):
                    return (value == wanted) == equal
                return compare(sign, value, wanted)

            return Node(CONDITION, plain, shape="comparison")
        return Node(CONDITION, lambda row, now: compare(sign, one(row, now), other(row, now)), shape="comparison")

    def listed(self, left, values):
        if left.field is None:
            raise Refused("IN behind something that is no field")
        if not values or any(not isinstance(one.constant, str) for one in values):
            raise Refused("IN takes a list of texts")
        return self.called("in", [left, *values], "comparison")

    def sum(self):
        left = self.term()
        while self.tokens.peek()[0] == "sign" and self.tokens.peek()[1] in ("+", "-", "."):
            sign = self.tokens.next()[1]
            right = self.term()
            joins = "join" if sign == "." else "sum"
            shapes = {left.shape, right.shape}
            if shapes & ({"sum", "product"} if joins == "join" else {"join"}):
                raise Refused(f"{sign!r} beside another operator without parentheses")
            left = self.combined(sign, left, right, joins)
        return left

    def term(self):
        left = self.factor()
        while self.tokens.peek()[0] == "sign" and self.tokens.peek()[1] in ("*", "/", "%"):
            left = self.combined(self.tokens.next()[1], left, self.factor(), "product")
        return left

    def combined(self, sign, left, right, shape):
        one, other = self.of(VALUE, left).run, self.of(VALUE, right).run
        for side in (left, right):
            if side.field is not None and sign != "." and self.scope.is_raw(side.field):
                raise Refused(f"{sign} of {side.field}, which no command has made: a name with a sign in it needs single quotes")
        if sign == ".":
            if left.constant is not NOTHING and right.constant is not NOTHING:
                node = literal(text(left.constant) + text(right.constant))
                node.shape = shape
                return node

            def joined(row, now):
                first, second = one(row, now), other(row, now)
                return None if first is None or second is None else text(first) + text(second)

            return Node(VALUE, joined, shape=shape)
        compute = total if shape == "sum" else product

        def computed(row, now):
            first, second = one(row, now), other(row, now)
            if first is None or second is None:
                return None
            if sign == "+" and isinstance(first, str) and isinstance(second, str):
                raise Refused(f"{first!r}+{second!r}: + joins texts")
            first, second = number(first), number(second)
            return None if first is None or second is None else compute(sign, first, second)

        return Node(VALUE, computed, shape=shape)

    def factor(self):
        if self.tokens.accept("-"):
            kind, value = self.tokens.next()
            if kind != "number":
                raise Refused(f"- in front of {value!r}")
            negative = literal(number_of("-" + value))
            negative.shape = "sum"
            return negative
        return self.atom()

    def atom(self):
        kind, value = self.tokens.next()
        if kind == "number":
            return literal(number_of(value))
        if kind == "text":
            return literal(unescaped(value[1:-1]))
        if kind == "field":
            return self.column(value[1:-1])
        if kind == "sign" and value == "(":
            inner = self.disjunction()
            self.tokens.expect(")")
            return Node(inner.kind, inner.run, constant=inner.constant)
        if kind == "word":
            if value.lower() in OPERATORS - {"in", "like"}:
                raise Refused(f"{value} is no operator here unless it is written {value.upper()}")
            if self.tokens.sees("("):
                return self.call(value)
            if value.lower() in RESERVED:
                raise Refused(f"{value} as the name of a field needs single quotes")
            if self.tokens.sees(".") and self.tokens.peek(1)[0] == "word" and self.tokens.peek(2)[1] != "(":
                if not (self.scope.is_known(value) and self.scope.is_known(self.tokens.peek(1)[1])):
                    raise Refused(f"{value}.{self.tokens.peek(1)[1]} would be a concatenation: quote the field")
            return self.column(value)
        raise Refused(f"unexpected {value!r}")

    def column(self, name):
        self.scope.read(name)
        return Node(VALUE, lambda row, now: row.get(name), field=name)

    def arguments(self):
        self.tokens.expect("(")
        found = []
        while not self.tokens.accept(")"):
            if found:
                self.tokens.expect(",")
            found.append(self.disjunction())
        return found

    def call(self, name):
        if name == "mvmap":
            return self.each()
        arguments = self.arguments()
        if name in ("if", "case", "coalesce", "now"):
            return getattr(self, "call_" + name)(arguments)
        if name == "mvsort" and self.tokens.is_selftest:
            return Node(VALUE, sorted_values(arguments), shape="call")
        if name not in FUNCTIONS:
            raise Refused(f"the function {name}: {NEVER.get(name, 'it is not known here')}")
        return self.called(name, arguments, "call")

    def called(self, name, arguments, shape):
        wanted, optional, kind, function = FUNCTIONS[name]
        repeated = wanted.endswith("*")
        least = len(wanted.rstrip("*")) - optional
        if len(arguments) < least or (len(arguments) > len(wanted) and not repeated):
            raise Refused(f"{name} of {len(arguments)} arguments")
        for argument in arguments:
            self.of(VALUE, argument)
        for place in LITERALS.get(name, {}):
            if place < len(arguments):
                if arguments[place].constant is NOTHING:
                    raise Refused(f"argument {place + 1} of {name} is no literal")
                check_literal(name, place, arguments[place].constant)
        if arguments and all(one.constant is not NOTHING for one in arguments) and name in ("urldecode", "exact"):
            return literal(function(*[one.constant for one in arguments]))
        return Node(kind, running(name, function, arguments), shape=shape)

    def call_now(self, arguments):
        if arguments:
            raise Refused("now of something")
        return Node(VALUE, lambda row, now: now)

    def call_if(self, arguments):
        if len(arguments) != 3:
            raise Refused(f"if of {len(arguments)} arguments")
        condition = self.of(CONDITION, arguments[0]).run
        then, otherwise = self.of(VALUE, arguments[1]).run, self.of(VALUE, arguments[2]).run
        return Node(VALUE, lambda row, now: then(row, now) if condition(row, now) else otherwise(row, now), shape="call")

    def call_case(self, arguments):
        if not arguments or len(arguments) % 2:
            raise Refused(f"case of {len(arguments)} arguments")
        arms = [
            (self.of(CONDITION, condition).run, self.of(VALUE, value).run)
            for condition, value in zip(arguments[::2], arguments[1::2])
        ]

        def chosen(row, now):
            for condition, value in arms:
                if condition(row, now):
                    return value(row, now)
            return None

        return Node(VALUE, chosen, shape="call")

    def call_coalesce(self, arguments):
        if not arguments:
            raise Refused("coalesce of nothing")
        runs = [self.of(VALUE, argument).run for argument in arguments]

        def first(row, now):
            for run in runs:
                value = run(row, now)
                if value is not None:
                    return value
            return None

        return Node(VALUE, first, shape="call")

    def each(self):
        """mvmap: inside it the field is one value, and no value comes out for null."""
        self.tokens.expect("(")
        field = self.disjunction()
        if field.field is None:
            raise Refused("mvmap of something that is no field")
        self.tokens.expect(",")
        run = self.of(VALUE, self.disjunction()).run
        self.tokens.expect(")")
        name = field.field

        def mapped(row, now):
            values = each(row.get(name))
            if not values:
                return None
            inner, results = dict(row), []
            for value in values:
                inner[name] = value
                result = run(inner, now)
                if result is not None:
                    results.append(text(result))
            return several(results)

        return Node(VALUE, mapped, shape="call")


def number_of(written):
    return decimal(float(written), written) if "." in written else int(written)


def disjunction(runs):
    def any_of(row, now):
        unknown = False
        for run in runs:
            value = run(row, now)
            if value:
                return True
            unknown = unknown or value is None
        return None if unknown else False

    return any_of


def conjunction(runs):
    def all_of(row, now):
        unknown = False
        for run in runs:
            value = run(row, now)
            if value is False:
                return False
            unknown = unknown or value is None
        return None if unknown else True

    return all_of


def running(name, function, arguments):
    """What calls a function; the literal arguments stay as they are."""
    runs = [one.run for one in arguments]
    constants = [one.constant for one in arguments[1:]]
    if name == "in" and all(isinstance(one, str) and read(one) is None for one in constants):
        texts, first = frozenset(constants), runs[0]

        def found(row, now):
            value = first(row, now)
            return (value in texts) if isinstance(value, str) else among(value, constants)

        return found
    if name == "nullif" and isinstance(constants[0], str) and not is_doubtful(constants[0]):
        unwanted, first = constants[0], runs[0]

        def kept(row, now):
            value = first(row, now)
            if isinstance(value, str):
                return None if value == unwanted else value
            return function(value, unwanted)

        return kept
    if not runs:
        return lambda row, now: function()
    if len(runs) == 1:
        only = runs[0]
        return lambda row, now: function(only(row, now))
    if all(constant is not NOTHING for constant in constants):
        first, rest = runs[0], tuple(constants)
        return lambda row, now: function(first(row, now), *rest)
    return lambda row, now: function(*[run(row, now) for run in runs])
