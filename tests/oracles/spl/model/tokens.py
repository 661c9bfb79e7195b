"""A search as words and signs."""
import re

from .refused import Refused

TOKEN = re.compile(
    r"""\s*(?:(?P<comment>```.*?```)|(?P<macro>`[a-z_0-9]+`)|(?P<text>"(?:[^"\\]|\\.)*")|(?P<field>'[^'"`|\[\]\\]+')"""
    r"""|(?P<span>\d+(?:us|ms|s|m|h)(?![A-Za-z_0-9]))|(?P<number>\d+(?:\.\d+)?(?![A-Za-z_.\d]))|(?P<word>[A-Za-z_][A-Za-z_0-9]*)"""
    r"""|(?P<sign><=|>=|!=|[|\[\](),=<>+\-*/%.]))""",
    re.S,
)
# Words that are no names of fields without quotes, whatever their letters' case.
RESERVED = {"and", "or", "not", "xor", "in", "like", "as", "by", "true", "false", "null", "output"}


def tokens_of(text):
    """The tokens of a search. One comment may stand in front of it."""
    position, tokens = 0, []
    text = text.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if not match:
            raise Refused(f"cannot read {text[position:position + 40]!r}")
        position = match.end()
        kind = match.lastgroup
        if kind != "comment":
            tokens.append((kind, match.group(kind)))
        elif tokens or position == match.end() and text[: match.start("comment")].strip():
            raise Refused("a comment behind the beginning of the search")
        elif text[position : position + 1] == "`" or "`" in match.group(kind)[3:-3]:
            raise Refused("a comment that does not end")
    return tokens


def unescaped(text):
    """A string literal of eval. Only a quote and a backslash are escaped; how other escapes are read is not worth knowing.
    https://help.splunk.com/en/splunk-enterprise/search/search-manual/9.4/search-overview/backslashes"""
    if re.search(r"[\x00-\x1f\x7f`]", text):
        raise Refused(f"a control character or backtick in {text!r}")
    if re.search(r"\$[^$]*\$", text):
        raise Refused(f"{text!r} has a $token$, which dashboards and macros replace")

    def one(match):
        if match.group(1) not in ('"', "\\"):
            raise Refused(f"the escape {match.group(0)!r}")
        return match.group(1)

    return re.sub(r"\\(.)", one, text, flags=re.S)


class Tokens:
    """The tokens of a search, read from the left."""

    def __init__(self, text):
        self.tokens = tokens_of(text)
        self.at = 0
        # Whether the search makes its events itself.
        self.is_selftest = False

    def peek(self, offset=0):
        index = self.at + offset
        return self.tokens[index] if index < len(self.tokens) else (None, None)

    def next(self):
        token = self.peek()
        self.at += 1
        return token

    def sees(self, value):
        kind, found = self.peek()
        return found == value and kind in ("sign", "word")

    def accept(self, value):
        if self.sees(value):
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

    def name(self):
        """The name of a column in a command that is not eval or where: a plain word, which is the same with and without quotes."""
        kind, value = self.next()
        if kind == "field":
            raise Refused(f"single quotes around {value} outside of eval and where")
        if kind == "text":
            raise Refused(f"expected the name of a field, found the text {value}")
        if kind != "word" or value.lower() in RESERVED:
            raise Refused(f"expected the name of a field, found {value!r}")
        if self.sees("."):
            raise Refused(f"{value}. is no plain name")
        return value

    def names(self):
        """Names with commas between them."""
        names = [self.name()]
        while self.accept(","):
            names.append(self.name())
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise Refused(f"{sorted(twice)} twice in one command")
        return names

    def option(self):
        """`name=value`, where one follows."""
        if self.peek()[0] != "word" or self.peek(1) != ("sign", "="):
            return None
        name = self.word()
        self.expect("=")
        return name, self.next()
