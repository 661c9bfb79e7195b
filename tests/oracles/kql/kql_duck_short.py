"""Keeps the SQL of long expressions short. duckdb-kql writes what becomes text (in tostring and strcat) several times, once for each type
that it could have, so that nested calls grow to megabytes, and DuckDB takes a minute to read them. What is known to be text is written once
here, and what is long is worked out once and then looked at. The results are the same."""
from duckdb_kql import ir, translate

LONG = 200
TEXTS = {"tostring", "strcat", "tolower", "toupper", "substring", "replace_string", "replace_regex", "trim", "extract"}
plain_text = translate.render_kql_tostring


def is_text(node):
    if isinstance(node, ir.Literal):
        return node.kind == "string"
    if not isinstance(node, ir.FunctionCall):
        return False
    name = node.name.lower()
    if name in ("iff", "iif"):
        return all(map(is_text, node.args[1:]))
    if name == "case":
        return all(map(is_text, [*node.args[1::2], node.args[-1]]))
    return name in TEXTS


def text(node):
    if is_text(node):
        return f"coalesce({translate.render_expr(node)}, '')"
    rendered = translate.render_expr(node)
    if len(rendered) < LONG or translate._is_dynamic_expr(node):
        return plain_text(node)
    inner = plain_text(ir.ColumnRef("_once")).replace('"_once"', "_once")
    return f"list_transform([{rendered}], lambda _once: {inner})[1]"


def install():
    translate.render_kql_tostring = text
