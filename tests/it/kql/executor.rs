//! The executor against Kusto's documentation: what queries are written with means there what it means in Sentinel. Expected values are
//! those of the documentation's examples, or follow from its text; the page is named where it is another than the function's own.

use serde_json::{Value as Json, json};

use crate::oracle;

/// A query without tables, and its rows, each with its columns in order.
type Case = (&'static str, Json);

fn check(cases: &[Case]) {
    let jobs: Vec<Json> =
        cases.iter().map(|(query, _)| json!({"query": query, "now": "2026-01-06T00:00:00Z", "tables": {}})).collect();
    let answers = oracle::kql(&json!({"schema": {}, "jobs": jobs}));
    assert_eq!(answers.len(), cases.len());
    let wrong: Vec<String> = cases
        .iter()
        .zip(&answers)
        .filter(|((_, expected), answer)| answer["rows"] != *expected)
        .map(|((query, expected), answer)| format!("{query}\n  expected {expected}\n  found {answer}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn missing_values_in_the_executor_are_those_of_kusto() {
    check(&[
        // Scalar data types, null values: `==` with null is false, `!=` is true, a text is never null.
        (
            "print a = long(null) == 1, b = long(null) != 1, c = isnull(long(null) + 1), d = isempty(\"\"), e = isnotempty(\"x\")",
            json!([{"a": false, "b": true, "c": true, "d": true, "e": true}]),
        ),
        ("print a = iff(long(null) < 1, 1, 0), b = coalesce(long(null) < 1, false)", json!([{"a": 0, "b": false}])),
        ("print a = coalesce(\"\", \"x\"), b = coalesce(long(null), 3)", json!([{"a": "x", "b": 3}])),
        (
            "print a = tolong(\"\"), b = tolong(\"x\"), c = todouble(\"1.5\"), d = tobool(\"\"), e = tobool(\"true\"), f = toint(\"7\")",
            json!([{"a": null, "b": null, "c": 1.5, "d": null, "e": true, "f": 7}]),
        ),
        ("print a = 7 / 2, b = -7 / 2, c = 1 / 0, d = -7 % 5", json!([{"a": 3, "b": -3, "c": null, "d": 3}])),
        // A member that is not there, or is null, is no text; of a member of a member alike.
        (
            "print a = tostring(parse_json(\"{}\").a), b = tostring(parse_json('{\"a\":null}').a.b), \
             c = tostring(parse_json('{\"a\":{\"b\":\"x\"}}').a.b), d = tolong(parse_json('{\"a\":5}').a), \
             e = isnull(parse_json(\"{}\").a), f = isnull(todouble(parse_json('{\"a\":null}').a))",
            json!([{"a": "", "b": "", "c": "x", "d": 5, "e": true, "f": true}]),
        ),
        // The other side of an outer join has null, and for texts the empty string.
        (
            "datatable(k:string)[\"a\", \"b\"] | lookup kind=leftouter (datatable(k:string, v:string, w:long)[\"a\", \"x\", 1]) on k \
             | project k, e = isempty(v), n = isnull(w), c = coalesce(w, 0)",
            json!([{"k": "a", "e": false, "n": false, "c": 1}, {"k": "b", "e": true, "n": true, "c": 0}]),
        ),
    ]);
}

#[test]
fn texts_in_the_executor_are_those_of_kusto() {
    check(&[
        (
            "print a = \"Abc\" contains_cs \"b\", b = \"Abc\" contains_cs \"B\", c = \"Abc\" startswith_cs \"A\", \
             d = \"Abc\" startswith_cs \"a\", e = \"Abc\" endswith_cs \"C\", f = \"Abc\" !contains_cs \"x\"",
            json!([{"a": true, "b": false, "c": true, "d": false, "e": false, "f": true}]),
        ),
        (
            "print a = \"a\" in (\"A\", \"b\"), b = \"a\" !in (\"A\"), c = \"a\" == \"A\", d = \"a\" != \"A\", e = \"a\" in (dynamic([\"a\"]))",
            json!([{"a": false, "b": true, "c": false, "d": true, "e": true}]),
        ),
        (
            "print a = \"xaby\" matches regex \"ab\", b = \"xABy\" matches regex \"ab\", c = \"xABy\" matches regex \"(?i)ab\"",
            json!([{"a": true, "b": false, "c": true}]),
        ),
        (
            "print a = extract(\"a(b)?\", 1, \"xx\"), b = extract(\"(b+)\", 1, \"abba\"), c = replace_regex(\"a1b2\", @\"(\\d)\", @\"<\\1>\"), \
             d = replace_string(\"aXa\", \"a\", \"b\")",
            json!([{"a": "", "b": "bb", "c": "a<1>b<2>", "d": "bXb"}]),
        ),
        // Plain texts may overlap in countof; a length is one of characters.
        (
            "print a = countof(\"aaa\", \"aa\"), b = countof(\"a:b:\", \":\"), c = strlen(\"aé\"), d = substring(\"abcdef\", 1, 2), \
             e = tostring(split(\"a.b\", \".\")[1]), f = tostring(split(\"a\", \".\")[1]), g = strcat(\"a\", \"\", \"b\")",
            json!([{"a": 2, "b": 2, "c": 2, "d": "bc", "e": "b", "f": "", "g": "ab"}]),
        ),
        ("print a = tolower(\"ABC\"), b = toupper(\"abc\")", json!([{"a": "abc", "b": "ABC"}])),
    ]);
}

#[test]
fn times_and_numbers_in_the_executor_are_those_of_kusto() {
    check(&[
        // Both ends of `between` belong to it, for an end that is given by its distance too.
        (
            "let t = datetime(2026-01-01); print a = t between (t .. 1h), b = t + 1h between (t .. 1h), \
             c = t + 1h + 1microsecond between (t .. (t + 1h)), d = t - 1microsecond between (t .. (t + 1h))",
            json!([{"a": true, "b": true, "c": false, "d": false}]),
        ),
        // Rounded down, below zero and before 1970 too.
        (
            "print a = bin(-7, 5), b = bin(4.5, 1), c = bin(datetime(1969-12-31T23:59:59Z), 1h) == datetime(1969-12-31T23:00:00Z), \
             d = bin(datetime(2026-01-05T08:09:10.1234567Z), 1microsecond) == datetime(2026-01-05T08:09:10.123456Z), e = floor(-1.5, 1)",
            json!([{"a": -10, "b": 4.0, "c": true, "d": true, "e": -2.0}]),
        ),
        (
            "print a = format_datetime(datetime(2026-01-05T08:09:10.000123Z), \"yyyy-MM-dd HH:mm:ss.ffffff\"), \
             b = hourofday(datetime(2026-01-05T08:00:00Z)), c = dayofweek(datetime(2026-01-04T23:00:00Z)), \
             d = dayofweek(datetime(2026-01-05T08:00:00Z)) / 1d",
            json!([{"a": "2026-01-05 08:09:10.000123", "b": 8, "c": 0.0, "d": 1.0}]),
        ),
        (
            "print a = (datetime(2026-01-02) - datetime(2026-01-01)) / 1h, b = abs(-1.5), c = sqrt(4.0), d = max_of(1, 3, 2), \
             e = isnan(real(nan)), f = ago(1h) == now() - 1h",
            json!([{"a": 24.0, "b": 1.5, "c": 2.0, "d": 3, "e": true, "f": true}]),
        ),
        (
            "print a = bin(geo_distance_2points(-122.407628, 47.578557, -118.275287, 34.019056), 0.001)",
            json!([{"a": 1_546_754.351}]),
        ),
    ]);
}

#[test]
fn addresses_in_the_executor_are_those_of_kusto() {
    check(&[
        (
            "print a = ipv4_is_in_range(\"127.0.0.1\", \"127.0.0.1\"), b = ipv4_is_in_range(\"192.168.1.6\", \"192.168.1.1/24\"), \
             c = ipv4_is_in_range(\"192.168.1.1\", \"192.168.2.1/24\"), d = ipv4_is_in_range(\"256.1.1.1\", \"0.0.0.0/0\"), \
             e = ipv4_is_in_range(\"2001:db8::1\", \"0.0.0.0/0\"), f = ipv4_is_in_range(\"\", \"0.0.0.0/0\")",
            json!([{"a": true, "b": true, "c": false, "d": null, "e": null, "f": null}]),
        ),
        (
            "print a = ipv4_is_in_any_range(\"192.168.1.6\", dynamic([\"192.168.1.1/24\", \"10.0.0.1/8\"])), \
             b = ipv4_is_in_any_range(\"1.1.1.1\", dynamic([\"192.168.1.1/24\"])), c = ipv4_is_in_any_range(\"x\", dynamic([\"10.0.0.0/8\"])), \
             d = ipv4_is_private(\"192.168.2.1\"), e = ipv4_is_private(\"208.1.2.3\"), f = ipv4_is_private(\"127.0.0.1\")",
            json!([{"a": true, "b": false, "c": null, "d": true, "e": false, "f": false}]),
        ),
        (
            "print a = ipv6_is_in_range(\"a5e:f127:8a9d:146d:e102:b5d3:c755:abcd\", \"a5e:f127:8a9d:146d:e102:b5d3:c755:0000/112\"), \
             b = ipv6_is_in_range(\"a5e:f127:8a9d:146d:e102:b5d3:c755:abcd\", \"a5e:f127:8a9d:146d:e102:b5d3:c755:abcd\"), \
             c = ipv6_is_in_range(\"a5e:f127:8a9d:146d:e102:b5d3:c755:abcd\", \"0:0:0:0:0:ffff:c0a8:ac/60\"), \
             d = ipv6_is_in_range(\"2001:DB8::1\", \"2001:db8::/32\"), e = ipv6_is_in_range(\"::1\", \"::/0\")",
            json!([{"a": true, "b": true, "c": false, "d": true, "e": true}]),
        ),
        // An IPv4 address is the IPv6 address that stands for it (ipv6_is_match).
        (
            "print a = ipv6_is_in_range(\"192.0.2.1\", \"::/0\"), b = ipv6_is_in_range(\"192.0.2.1\", \"::ffff:192.0.2.0/120\"), \
             c = ipv6_is_in_range(\"::ffff:192.0.2.1\", \"2001:db8::/32\"), d = ipv6_is_in_range(\"zz::1\", \"::/0\"), \
             e = ipv6_is_in_any_range(\"\", dynamic([\"::/0\"])), f = ipv6_is_in_any_range(\"2001:db8::1\", dynamic([\"::/128\", \"2001:db8::/32\"]))",
            json!([{"a": true, "b": true, "c": false, "d": null, "e": null, "f": true}]),
        ),
        (
            "print a = isnotnull(parse_ipv4(\"192.0.2.1\")), b = isnull(parse_ipv4(\"2001:db8::1\")), c = isempty(parse_ipv6(\"x:y\")), \
             d = isnotempty(parse_ipv6(\"2001:db8::/32\"))",
            json!([{"a": true, "b": true, "c": true, "d": true}]),
        ),
    ]);
}

#[test]
fn aggregates_in_the_executor_are_those_of_kusto() {
    check(&[
        // Over no rows: one row of defaults without `by`, none with it (summarize operator).
        (
            "datatable(x:long)[] | summarize n = count(), s = sum(x), m = max(x), v = make_set(x), d = count_distinct(x), c = countif(x > 1)",
            json!([{"n": 0, "s": 0, "m": null, "v": [], "d": 0, "c": 0}]),
        ),
        ("datatable(x:long)[] | summarize n = count() by x", json!([])),
        // Null counts for nothing; the empty text is a value.
        (
            "datatable(x:long)[1, long(null), 1, 3] | summarize n = count(), s = sum(x), a = avg(x), d = count_distinct(x), l = min(x), \
             v = make_set(x) | extend v = array_sort_asc(v)",
            json!([{"n": 4, "s": 5, "a": 5.0 / 3.0, "d": 2, "l": 1, "v": [1, 3]}]),
        ),
        (
            "datatable(x:string)[\"\", \"a\", \"a\"] | summarize d = count_distinct(x), p = count_distinctif(x, isnotempty(x)), \
             s = make_set(x), v = make_set_if(x, isnotempty(x)) | extend s = array_sort_asc(s)",
            json!([{"d": 2, "p": 1, "s": ["", "a"], "v": ["a"]}]),
        ),
        (
            "datatable(x:long, y:bool)[1, true, 2, false, 3, true] | summarize a = minif(x, y), b = maxif(x, not(y)), c = sumif(x, y), \
             d = avgif(x, y), e = countif(y), f = maxif(x, x > 9)",
            json!([{"a": 1, "b": 2, "c": 4, "d": 2.0, "e": 2, "f": null}]),
        ),
        ("datatable(x:long)[] | summarize a = avg(x) | extend b = isnan(a) | project b", json!([{"b": true}])),
        (
            "datatable(k:string, a:long, b:string)[\"k\", 1, \"x\", \"k\", 2, \"y\"] | summarize arg_max(a, b) by k",
            json!([{"k": "k", "a": 2, "b": "y"}]),
        ),
        // Texts are ordered by their characters, capitals first; a null group is a group.
        (
            "datatable(o:string, b:string)[\"2 b\", \"x\", \"2 B\", \"y\", \"\", \"z\"] | summarize arg_max(o, b)",
            json!([{"o": "2 b", "b": "x"}]),
        ),
        ("datatable(x:long)[long(null), long(null)] | summarize n = count() by x", json!([{"x": null, "n": 2}])),
    ]);
}

#[test]
fn order_joins_and_arrays_in_the_executor_are_those_of_kusto() {
    check(&[
        // Nulls come first in ascending order and last in descending order (sort operator); texts by their characters.
        ("datatable(x:long)[2, long(null), 1] | sort by x asc", json!([{"x": null}, {"x": 1}, {"x": 2}])),
        ("datatable(x:long)[2, long(null), 1] | sort by x desc", json!([{"x": 2}, {"x": 1}, {"x": null}])),
        (
            "datatable(x:string)[\"b\", \"\", \"B\", \"a\"] | sort by x asc",
            json!([{"x": ""}, {"x": "B"}, {"x": "a"}, {"x": "b"}]),
        ),
        // Rows before the first one are null; sums and numbers run over all rows, whatever their key is.
        (
            "datatable(k:string, x:long)[\"b\", 3, \"a\", 1, \"a\", 2] | sort by k asc, x asc | extend n = iff(k != prev(k), 1, 0), p = prev(x) \
             | extend s = row_cumsum(n), r = row_number() | extend d = coalesce(x - p <= 1, false)",
            json!([
                {"k": "a", "x": 1, "n": 1, "p": null, "s": 1, "r": 1, "d": false},
                {"k": "a", "x": 2, "n": 0, "p": 1, "s": 1, "r": 2, "d": true},
                {"k": "b", "x": 3, "n": 1, "p": 2, "s": 2, "r": 3, "d": true},
            ]),
        ),
        (
            "datatable(k:string, v:long)[\"a\", 1, \"b\", 2] | join kind=leftanti (datatable(k:string)[\"a\", \"A\"]) on k",
            json!([{"k": "b", "v": 2}]),
        ),
        (
            "datatable(k:string, v:long)[\"a\", 1, \"b\", 2] | join kind=leftsemi (datatable(k:string)[\"a\", \"a\"]) on k",
            json!([{"k": "a", "v": 1}]),
        ),
        (
            "datatable(k:string, v:long)[\"a\", 1, \"a\", 2] | join kind=inner (datatable(k:string, z:long)[\"a\", 5, \"a\", 6]) on k \
             | sort by v asc, z asc",
            json!([
                {"k": "a", "v": 1, "k1": "a", "z": 5}, {"k": "a", "v": 1, "k1": "a", "z": 6},
                {"k": "a", "v": 2, "k1": "a", "z": 5}, {"k": "a", "v": 2, "k1": "a", "z": 6},
            ]),
        ),
        (
            "print x = \"a\", b = pack_array(1, 2) | mv-expand b to typeof(long)",
            json!([{"x": "a", "b": 1}, {"x": "a", "b": 2}]),
        ),
        (
            "print a = array_length(set_intersect(dynamic([\"a\", \"b\"]), dynamic([\"b\", \"c\"]))), b = set_has_element(dynamic([\"a\"]), \"A\"), \
             c = array_sort_asc(dynamic([\"b\", \"a\", \"\"])), d = array_length(dynamic([])), e = array_concat(dynamic([]), pack_array(\"x\"))",
            json!([{"a": 1, "b": false, "c": ["", "a", "b"], "d": 0, "e": ["x"]}]),
        ),
    ]);
}
