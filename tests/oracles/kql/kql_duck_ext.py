"""Functions of Kusto's that duckdb-kql refuses, by their documentation (learn.microsoft.com/kusto/query), for the tests alone.

Import, then call `install(connection)`. What they leave out is said in README.md beside this file; `tests/it/kql/executor.rs` holds
them to the documented examples.
"""
import itertools

from duckdb_kql import ir, translate
from duckdb_kql.translate import functions

# Aggregates. Null counts for none of them; the empty string is a value like any other.
AGGREGATES = {
    "count_distinct": ("count(DISTINCT {0})", 1, None),
    "count_distinctif": ("count(DISTINCT {0}) FILTER (WHERE {1})", 2, None),
    "minif": ("min({0}) FILTER (WHERE {1})", 2, None),
    "maxif": ("max({0}) FILTER (WHERE {1})", 2, None),
    "make_set_if": (
        "to_json(coalesce(list(DISTINCT {0}) FILTER (WHERE ({1}) AND {0} IS NOT NULL), []))", 2, "set"),
    "make_list_if": ("coalesce(list({0}) FILTER (WHERE ({1}) AND {0} IS NOT NULL), [])", 2, "list"),
}

SCALARS = {
    "ipv4_is_private": ("ext_ipv4_is_private({0})", 1),
    "ipv4_is_in_range": ("ext_ipv4_is_in_range({0}, {1})", 2),
    "ipv4_is_in_any_range": ("ext_ipv4_is_in_any_range({0}, CAST(to_json({1}) AS VARCHAR))", 2),
    "ipv6_is_in_range": ("ext_ipv6_is_in_range({0}, {1})", 2),
    "ipv6_is_in_any_range": ("ext_ipv6_is_in_any_range({0}, CAST(to_json({1}) AS VARCHAR))", 2),
    "set_intersect": ("to_json(list_intersect(CAST(to_json({0}) AS JSON[]), CAST(to_json({1}) AS JSON[])))", 2),
    "geo_distance_2points": ("ext_geo_distance_2points({0}, {1}, {2}, {3})", 4),
    "geo_info_from_ip_address": ("ext_geo({0})", 1),
}

# Window functions over sorted rows. DuckDB's streaming window (an empty OVER clause) runs over the rows in the order that the
# ORDER BY below it gave, so these hold when the KQL sorts right before them; the analyser checks that it does.
WINDOWS = {
    "prev": ("lag({0}) OVER ()", 1),
    "row_number": ("row_number() OVER ()", 0),
    "row_cumsum": ("CAST(sum({0}) OVER (ROWS UNBOUNDED PRECEDING) AS BIGINT)", 1),
}

# DuckDB SQL macros, so that numpy (which Python UDFs need) is not required, nor the inet extension, which is downloaded. A macro
# repeats the text of its argument; where it is used more than once it goes through a list of one, which is worked out once.
MACROS = [
    # An IPv4 address, perhaps with a mask, as a number; null where it is none.
    r"""ext_v4(ip) AS list_transform([ip], lambda t: CASE
        WHEN regexp_full_match(t, '((25[0-5]|2[0-4]\d|1?\d?\d)(\.|(/(3[0-2]|[12]?\d))?$)){4}')
        THEN list_reduce(list_prepend(0::BIGINT, list_transform(string_split(split_part(t, '/', 1), '.'), lambda x: x::BIGINT)),
            lambda a, b: a * 256 + b) END)[1]""",
    "ext_v4bits(c) AS list_transform([c], lambda t: CASE WHEN contains(t, '/') THEN split_part(t, '/', 2)::BIGINT ELSE 32 END)[1]",
    "ext_v4_in(n, c) AS list_transform([32 - ext_v4bits(c)], lambda bits: (n >> bits) = (ext_v4(c) >> bits))[1]",
    "ext_ipv4_is_in_range(ip, c) AS ext_v4_in(ext_v4(ip), c)",
    """ext_ipv4_is_private(ip) AS list_transform([ext_v4(ip)],
        lambda n: ext_v4_in(n, '10.0.0.0/8') OR ext_v4_in(n, '172.16.0.0/12') OR ext_v4_in(n, '192.168.0.0/16'))[1]""",
    """ext_ipv4_is_in_any_range(ip, cs) AS list_transform([{'n': ext_v4(ip), 'cs': from_json(cs, '["VARCHAR"]')}],
        lambda p: CASE WHEN p.n IS NOT NULL THEN len(list_filter(p.cs, lambda c: ext_v4_in(p.n, c))) > 0 END)[1]""",
    # The groups of an IPv6 address; a dotted part is two of them.
    r"""ext_v6_dotless(ip) AS list_transform([ext_v4(regexp_extract(ip, '\d+\.\d+\.\d+\.\d+$'))], lambda n: CASE WHEN n IS NULL THEN ip
        ELSE regexp_replace(ip, '\d+\.\d+\.\d+\.\d+$', format('{:x}:{:x}', n >> 16, n & 65535)) END)[1]""",
    "ext_v6_split(t) AS list_filter(string_split(t, ':'), lambda g: g <> '')",
    """ext_v6_groups(ip) AS list_transform([ext_v6_dotless(ip)], lambda t: CASE WHEN contains(t, '::')
        THEN list_concat(list_concat(ext_v6_split(split_part(t, '::', 1)),
            list_transform(range(8 - len(ext_v6_split(t))), lambda n: '0')), ext_v6_split(split_part(t, '::', 2)))
        ELSE ext_v6_split(t) END)[1]""",
    # The 128 bits of an address; an IPv4 address is the IPv6 address that stands for it. Null where it is none.
    r"""ext_v6(ip) AS list_transform([split_part(ip, '/', 1)], lambda t: CASE
        WHEN NOT contains(t, ':') THEN 281470681743360::UHUGEINT + ext_v4(t)::UHUGEINT
        WHEN regexp_full_match(t, '[0-9a-fA-F:]*:[0-9a-fA-F:]*(:\d+\.\d+\.\d+\.\d+)?')
        THEN list_transform([ext_v6_groups(t)], lambda gs: CASE WHEN len(gs) = 8
            THEN list_reduce(list_prepend(0::UHUGEINT, list_transform(gs, lambda g: TRY_CAST('0x' || g AS BIGINT)::UHUGEINT)),
                lambda a, b: a * 65536 + b) END)[1] END)[1]""",
    """ext_v6bits(c) AS list_transform([c], lambda t: CASE WHEN NOT contains(t, '/') THEN 128
        WHEN contains(t, ':') THEN split_part(t, '/', 2)::INTEGER ELSE 96 + split_part(t, '/', 2)::INTEGER END)[1]""",
    # A shift by all 128 bits is not defined, so that a network of all addresses has a case of its own.
    """ext_v6_in(n, c) AS list_transform([ext_v6bits(c)], lambda bits: CASE WHEN bits = 0 THEN n IS NOT NULL OR NULL
        ELSE (n >> (128 - bits)::UHUGEINT) = (ext_v6(c) >> (128 - bits)::UHUGEINT) END)[1]""",
    "ext_ipv6_is_in_range(ip, c) AS ext_v6_in(ext_v6(ip), c)",
    """ext_ipv6_is_in_any_range(ip, cs) AS list_transform([{'n': ext_v6(ip), 'cs': from_json(cs, '["VARCHAR"]')}],
        lambda p: CASE WHEN p.n IS NOT NULL THEN len(list_filter(p.cs, lambda c: ext_v6_in(p.n, c))) > 0 END)[1]""",
    """ext_geo_distance_2points(lo1, la1, lo2, la2) AS 2 * 6371010.0 * asin(sqrt(pow(sin(radians(la2 - la1) / 2), 2)
        + cos(radians(la1)) * cos(radians(la2)) * pow(sin(radians(lo2 - lo1) / 2), 2)))""",
    # A world in which each documentation network lies in a country of its own; any other address is unknown.
    """ext_geo(ip) AS CAST(CASE
        WHEN starts_with(ip, '192.0.2.') THEN '{"country":"Germany","city":"Berlin","latitude":52.5,"longitude":13.4}'
        WHEN starts_with(ip, '198.51.100.') THEN '{"country":"Czechia","city":"Prague","latitude":50.1,"longitude":14.4}'
        WHEN starts_with(ip, '203.0.113.') THEN '{"country":"United States","city":"Chicago","latitude":41.9,"longitude":-87.6}'
        END AS JSON)""",
]


def coalesce(render):
    """`coalesce` passes over empty texts, so that the executor writes each argument three times; with a literal of another type
    among the arguments none is a text, and once is enough. Queries are up to twenty times shorter."""

    def rendered(node):
        if any(isinstance(one, ir.Literal) and one.kind in ("bool", "long", "real") and one.value is not None for one in node.args):
            return f"coalesce({', '.join(translate.render_expr(one) for one in node.args)})"
        return render(node)

    return rendered


def once(render):
    """A call's text repeats those of its arguments, and theirs repeat again: a query of ten thousand characters becomes SQL of a
    million. What a call repeats of a long argument is bound to a name here. Nothing else changes: a list of one value, of which the
    same expression is taken."""
    open_calls = []
    names = itertools.count()

    def rendered(node):
        open_calls.append([])
        try:
            text = render(node)
        finally:
            arguments = open_calls.pop()
        if isinstance(node, ir.FunctionCall):
            for argument in sorted(set(arguments), key=len, reverse=True):
                name = f"_once{next(names)}"
                body = text.replace(argument, name)
                # The separator of array_to_string must be a constant, which DuckDB does not see within a lambda.
                if len(argument) > 60 and text.count(argument) > 1 and "array_to_string(" not in body:
                    text = f"list_transform([{argument}], lambda {name}: {body})[1]"
        if open_calls:
            open_calls[-1].append(text)
        return text

    return rendered


def install(connection):
    translate.render_expr = once(translate.render_expr)
    translate._SPECIAL_FORMS["coalesce"] = coalesce(translate._SPECIAL_FORMS["coalesce"])
    for name, (template, arguments, prefix) in AGGREGATES.items():
        named = {"name_prefix": prefix} if prefix else {}
        functions.AGGREGATE_FUNCTIONS[name] = functions._a(name, template, (arguments,), **named)
    for name, (template, arguments) in (SCALARS | WINDOWS).items():
        functions.SCALAR_FUNCTIONS[name] = functions._f(name, "template", template, (arguments,))
    for macro in MACROS:
        connection.execute(f"CREATE OR REPLACE MACRO {macro}")
