"""What is wrong with templates. Takes a JSON array of objects with `json` and `bicep`, either of which may be absent, and answers with an
array of arrays of complaints. `once` leaves out the second parser of Bicep. The argument is the wheel with the definitions."""

import json
import sys

import bicep
from definitions import Definitions
from template import Checker


def differences(path, one, other, found):
    """Where the template that Bicep compiles to differs from the one in JSON."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted(one.keys() | other.keys()):
            if key not in one or key not in other:
                found.append(f"{path}.{key}: only in {'JSON' if key in one else 'Bicep'}")
            else:
                differences(f"{path}.{key}", one[key], other[key], found)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for index, (left, right) in enumerate(zip(one, other)):
            differences(f"{path}[{index}]", left, right, found)
    elif one != other or type(one) is not type(other):
        found.append(f"{path}: JSON has {str(one)[:80]!r}, Bicep {str(other)[:80]!r}")


def check(definitions, question):
    complaints = []
    if "json" in question:
        complaints += Checker(definitions, question["json"]).check()
    if "bicep" in question:
        try:
            compiled = bicep.compiled(question["bicep"], question.get("once", False))
        except Exception as error:  # the parsers have no error type in common
            return complaints + [f"bicep: {type(error).__name__}: {str(error)[:300]}"]
        if "json" in question:
            template = json.loads(question["json"])
            rest = {key: value for key, value in template.items() if key not in ("$schema", "contentVersion")}
            differences("template", rest, compiled, complaints)
        else:
            frame = {"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"}
            text = json.dumps(frame | {"contentVersion": "1.0.0.0"} | compiled)
            complaints += Checker(definitions, text).check()
    return complaints


def main():
    definitions = Definitions(sys.argv[1])
    print(json.dumps([check(definitions, question) for question in json.load(sys.stdin)]))


main()
