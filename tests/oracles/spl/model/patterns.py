"""Regular expressions: what means the same in PCRE, which Splunk has, and here. Anything else is refused.

https://help.splunk.com/en/splunk-enterprise/search/spl-search-reference/9.4/evaluation-functions/text-functions (replace),
https://www.pcre.org/current/doc/html/pcre2pattern.html
"""
import functools
import re

from .refused import Refused

PIECE = re.compile(
    r"""(?P<escape>\\.)|(?P<set>\[\^?\]?(?:\\.|\[:|[^\]\\])*\])|(?P<group>\((?:\?(?:[:=!]|<[=!]|[ims]+:|[ims]+\))?)?)"""
    r"""|(?P<count>\{\d+(?:,\d*)?\}|[*+?])|(?P<brace>[{}])|(?P<other>.)""",
    re.S,
)
# Escapes of letters and digits that mean the same.
LETTERS = set("dDwWsSbBAntrfz123456789")


@functools.cache
def pattern(source):
    """A pattern, compiled."""
    position, previous = 0, None
    while position < len(source):
        match = PIECE.match(source, position)
        kind, piece = match.lastgroup, match.group()
        position = match.end()
        if kind == "group" and piece.endswith(")") and position > len(piece):
            raise Refused(f"the pattern {source!r}: {piece!r} behind its beginning")
        known = {"escape": escape_is_known, "set": set_is_known, "group": group_is_known}.get(kind)
        if kind == "brace" or (known and not known(piece)) or (kind == "count" and previous == "count" and piece != "?"):
            raise Refused(f"the pattern {source!r}: {piece!r} is not the same everywhere")
        previous = kind
    try:
        # The very end of a text is written in another way here. Without re.A, \d would be more than ASCII.
        written = re.sub(r"((?:^|[^\\])(?:\\\\)*)\\z", r"\1\\Z", source)
        compiled = re.compile(written, re.A)
        if not source.isascii() and re.search(r"\(\?[ms]*i", source):
            return Doubtful(compiled, re.compile(written, re.U), source)
        return compiled
    except re.error as error:
        raise Refused(f"the pattern {source!r}: {error}") from error


class Doubtful:
    """A pattern without letters' case that has letters beyond ASCII: which of those are alike is not said."""

    def __init__(self, one, other, source):
        self.one, self.other, self.source = one, other, source

    def search(self, value):
        return self.same(self.one.search(value), self.other.search(value))

    def sub(self, by, value):
        return self.same(self.one.sub(by, value), self.other.sub(by, value))

    def same(self, one, other):
        if bool(one) != bool(other) or isinstance(one, str) and one != other:
            raise Refused(f"the pattern {self.source!r}: which letters beyond ASCII are alike is not said")
        return one


def escape_is_known(piece):
    return not piece[1].isalnum() or (piece[1] in LETTERS and piece[1].isascii())


def set_is_known(piece):
    inner = piece[1:-1]
    return "[:" not in inner and "[." not in inner and "[=" not in inner and all(
        escape_is_known("\\" + one) and one not in "bBAz123456789" for one in re.findall(r"\\(.)", inner, re.S)
    )


def group_is_known(piece):
    return not piece.startswith("(?") or len(piece) > 2


@functools.cache
def wildcards(source):
    """The pattern of `like`: % is any text, _ any character."""
    if "\\" in source:
        raise Refused(f"like {source!r}: how % is escaped is not said")
    return re.compile("".join(".*" if one == "%" else "." if one == "_" else re.escape(one) for one in source), re.S)


def replaced(value, source, by):
    """replace(): \\1 is the first group."""
    if re.search(r"\\(?!\d)|\$|\\\d\d", by):
        raise Refused(f"the replacement {by!r}")
    group = re.compile(r"\\(\d)")
    return pattern(source).sub(lambda match: group.sub(lambda number: match.group(int(number[1])) or "", by), value)
