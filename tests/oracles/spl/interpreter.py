"""Runs the searches that Tokentrail writes for Splunk, to see what they find.

Splunk itself cannot be installed for a test, so this models the commands and functions of the subset that the writer uses, from
Splunk's documentation, and nothing else. It shares no code with the writer or the evaluator, and refuses

- whatever is never written: other commands, functions, options, names that need quotes, a column that no command gives, AND beside
  OR without parentheses (`model/tokens.py`, `expressions.py`, `commands.py`);
- what Splunk would silently cut off, by the limits of limits.conf (`limits.py`);
- what Splunk does not document, where a search relies on it: two texts compared that look like numbers, the digits of a fraction
  as a text, a stats function without values over a column that has one, `mvexpand` of a row without the field.

What is documented is modelled, because searches go wrong there: null (`expressions.py`), products of decimals (`values.py`),
letters' case, windows (`streams.py`), patterns (`patterns.py`). Where nothing is documented and something must be, a job says which
(`KNOBS` in `search.py`): the far edge of a window, the order of ties, rows without a field to sort by, null in JSON.

Input on stdin: a JSON array of jobs {"search": text, "now": seconds, "macros": {name: [event, ...]}}, or {"worlds": [macros],
"jobs": [{"search", "now", "world": number}]} for several jobs over the same events. An event is a raw record as a JSON object,
nested or with dotted names, with `_time` and `_indextime` in seconds. Beside these a job may have "addresses": {address: {"Country",
"City", "lat", "lon"}}, what iplocation knows; "lookups": {name: {"cidr": true or false, "rows": [{column: text}]}}; "limits":
{"stanza.setting": number}; and the knobs. Output: a JSON array of {"rows": [...]} or {"error": text}, in the same order. A job whose
macros hold no events checks that its search can be read.
"""
import json
import sys

from model.refused import Refused
from model.search import Job, World


def answer(given, worlds):
    """The rows of a job, or why there are none."""
    try:
        world = worlds[given["world"]] if "world" in given else World(given.get("macros", {}))
        return {"rows": Job(given, world).run()}
    except Refused as refused:
        return {"error": str(refused)}


def main():
    work = json.load(sys.stdin)
    jobs = work if isinstance(work, list) else work["jobs"]
    worlds = [] if isinstance(work, list) else [World(macros) for macros in work["worlds"]]
    json.dump([answer(job, worlds) for job in jobs], sys.stdout)


if __name__ == "__main__":
    main()
