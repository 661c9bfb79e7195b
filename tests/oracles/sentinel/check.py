"""Holds rules in the YAML of the Azure-Sentinel repository to what its checks and Sentinel's documentation demand.

Input on stdin: {"files": [{"path": text, "text": text}]}. Output: a JSON array, one object a file: {"path", "errors": [text], "rule": the
parsed document or null}. The demands are those of `.script/tests/detectionTemplateSchemaValidation` and `NonAsciiValidationsTests` in
https://github.com/Azure/Azure-Sentinel, and of https://learn.microsoft.com/azure/sentinel/sentinel-service-limits; `techniques.json` is the
table of techniques and tactics from there. The document is read by PyYAML, which shares no code with what wrote it.
"""
import datetime
import json
import pathlib
import re
import sys

import yaml

TECHNIQUES = json.loads(pathlib.Path(__file__).with_name("techniques.json").read_text())
TACTICS = {
    "InitialAccess", "Execution", "Persistence", "PrivilegeEscalation", "DefenseEvasion", "CredentialAccess", "Discovery",
    "LateralMovement", "Collection", "Exfiltration", "CommandAndControl", "Impact", "Reconnaissance", "ResourceDevelopment",
    "ImpairProcessControl", "InhibitResponseFunction",
}
# Entity types with all their identifiers, and those of which one must be there.
ENTITIES = {
    "Account": (
        "Name FullName NTDomain DnsDomain UPNSuffix Sid AadTenantId AadUserId PUID IsDomainJoined DisplayName ObjectGuid",
        "FullName Sid Name AadUserId PUID ObjectGuid"),
    "AzureResource": ("ResourceId", "ResourceId"),
    "CloudApplication": ("AppId Name InstanceName", "AppId Name"),
    "DNS": ("DomainName", "DomainName"),
    "Host": (
        "DnsDomain NTDomain HostName FullName NetBiosName AzureID OMSAgentID OSFamily OSVersion IsDomainJoined",
        "FullName HostName NetBiosName AzureID OMSAgentID"),
    "IP": ("Address", "Address"),
    "Mailbox": ("MailboxPrimaryAddress DisplayName Upn ExternalDirectoryObjectId RiskLevel", "MailboxPrimaryAddress"),
    "URL": ("Url", "Url"),
}
# Those that logs of the catalogue come with; the repository's own list has hundreds.
CONNECTORS = {
    "AzureActiveDirectory", "AzureActiveDirectoryIdentityProtection", "Office365", "MicrosoftThreatProtection", "OktaSSO",
    "OktaSSOv2", "BehaviorAnalytics", "MicrosoftCloudAppSecurity",
}
ALWAYS = ["id", "name", "description", "severity", "requiredDataConnectors", "tactics", "relevantTechniques", "query", "version", "kind"]
SCHEDULE = ["queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold"]
OPTIONAL = ["status", "tags", "entityMappings", "eventGroupingSettings", "alertDetailsOverride", "customDetails", "metadata"]
# The order of keys that is usual in the repository.
ORDER = [
    "id", "name", "description", "severity", "status", "requiredDataConnectors", *SCHEDULE, "tactics", "relevantTechniques",
    "tags", "query", "entityMappings", "eventGroupingSettings", "alertDetailsOverride", "customDetails", "version", "kind", "metadata",
]
COLUMN = re.compile(r"[a-zA-Z_]+\w*", re.ASCII)
MINUTE, DAY = datetime.timedelta(minutes=1), datetime.timedelta(days=1)


class Strict(yaml.SafeLoader):
    """Refuses a key that stands twice."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if len(set(keys)) < len(keys):
            raise yaml.constructor.ConstructorError(None, None, "a key stands twice", node.start_mark)
        return super().construct_mapping(node, deep)


def units(text):
    """How long a text is as .NET counts."""
    return len(text.encode("utf-16-le")) // 2


def span(text):
    found = re.fullmatch(r"(\d+)([mhd])", text) if isinstance(text, str) else None
    if not found:
        return None
    return int(found[1]) * {"m": MINUTE, "h": 60 * MINUTE, "d": DAY}[found[2]]


class Rule:
    def __init__(self, rule):
        self.rule, self.errors = rule, []

    def need(self, condition, message):
        if not condition:
            self.errors.append(message)
        return condition

    def text(self, key, least, most):
        value = self.rule.get(key)
        if self.need(isinstance(value, str), f"{key} is no text"):
            self.need(least <= units(value) <= most, f"{key} has {units(value)} characters, not {least} to {most}")

    def check(self):
        kind = self.rule.get("kind")
        self.need(kind in ("Scheduled", "NRT"), f"kind {kind}")
        wanted = ALWAYS + (SCHEDULE if kind == "Scheduled" else [])
        missing = [key for key in wanted if key not in self.rule]
        self.need(not missing, f"missing: {missing}")
        unknown = [key for key in self.rule if key not in wanted + OPTIONAL]
        self.need(not unknown, f"unknown: {unknown}")
        known = [key for key in ORDER if key in self.rule]
        self.need(known == [key for key in self.rule if key in ORDER], "keys not in their order")
        self.texts()
        self.connectors()
        if kind == "Scheduled":
            self.schedule()
        self.attack()
        self.entities()
        self.details()
        self.alert()
        return self.errors

    def texts(self):
        identifier = str(self.rule.get("id"))
        self.need(re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", identifier), f"id {identifier}")
        self.text("name", 1, 256)
        self.need("\n" not in str(self.rule.get("name")), "name has several lines")
        self.text("description", 1, 5000)
        self.text("query", 1, 10000)
        self.need(not re.search(r"\b(search|union)\s*\*", str(self.rule.get("query"))), "query with search * or union *")
        self.text("version", 5, 20)
        self.need(re.fullmatch(r"\d+\.\d+\.\d+", str(self.rule.get("version"))), f"version {self.rule.get('version')}")
        severities = ("Informational", "Low", "Medium", "High")
        self.need(self.rule.get("severity") in severities, f"severity {self.rule.get('severity')}")

    def connectors(self):
        connectors = self.rule.get("requiredDataConnectors")
        if not self.need(isinstance(connectors, list), "requiredDataConnectors is no list"):
            return
        for connector in connectors:
            self.need(list(connector) == ["connectorId", "dataTypes"], f"keys of a connector: {list(connector)}")
            self.need(connector.get("connectorId") in CONNECTORS, f"connector {connector.get('connectorId')}")
            types = connector.get("dataTypes")
            self.need(isinstance(types, list) and types and all(isinstance(one, str) for one in types), f"dataTypes {types}")

    def schedule(self):
        frequency, period = (span(self.rule.get(key)) for key in ("queryFrequency", "queryPeriod"))
        for key, value in (("queryFrequency", frequency), ("queryPeriod", period)):
            if self.need(value is not None, f"{key} {self.rule.get(key)}"):
                self.need(5 * MINUTE <= value <= 14 * DAY, f"{key} {self.rule.get(key)} is not 5m to 14d")
        if frequency and period:
            self.need(period >= frequency, "looks back less than the time between two runs")
            self.need(period < 2 * DAY or frequency >= 60 * MINUTE, "looks back two days or more and runs more than once an hour")
        self.need(self.rule.get("triggerOperator") in ("gt", "lt", "eq"), f"triggerOperator {self.rule.get('triggerOperator')}")
        threshold = self.rule.get("triggerThreshold")
        self.need(isinstance(threshold, int) and 0 <= threshold <= 10000, f"triggerThreshold {threshold}")

    def attack(self):
        tactics, techniques = self.rule.get("tactics") or [], self.rule.get("relevantTechniques") or []
        self.need(set(tactics) <= TACTICS, f"tactics {sorted(set(tactics) - TACTICS)}")
        self.need(len(set(tactics)) == len(tactics), "a tactic stands twice")
        for technique in techniques:
            if self.need(re.fullmatch(r"T\d{4}(\.\d{3})?", technique), f"technique {technique}"):
                of_technique = TECHNIQUES.get(technique.split(".")[0], [])
                self.need(set(of_technique) & set(tactics), f"technique {technique} without a tactic of {of_technique}")

    def entities(self):
        if "entityMappings" not in self.rule:
            return
        mappings = self.rule["entityMappings"]
        self.need(1 <= len(mappings) <= 10, f"{len(mappings)} entities")
        for mapping in mappings:
            name, fields = mapping.get("entityType"), mapping.get("fieldMappings") or []
            if not self.need(name in ENTITIES, f"entity type {name}"):
                continue
            identifiers = [field.get("identifier") for field in fields]
            known, required = (set(words.split()) for words in ENTITIES[name])
            self.need(1 <= len(fields) <= 3, f"{name} with {len(fields)} identifiers")
            self.need(set(identifiers) <= known, f"{name} with {identifiers}")
            self.need(len(set(identifiers)) == len(identifiers), f"{name} with {identifiers}: one stands twice")
            self.need(set(identifiers) & required, f"{name} with {identifiers}: none of {sorted(required)}")
            for field in fields:
                self.column(field.get("columnName"))

    def column(self, name):
        self.need(isinstance(name, str) and COLUMN.fullmatch(name) and len(name) <= 500, f"column {name}")

    def details(self):
        details = self.rule.get("customDetails", {})
        self.need(len(details) <= 20, f"{len(details)} custom details")
        for key, column in details.items():
            self.need(re.fullmatch(r"[a-zA-Z]+\w*", key, re.ASCII) and len(key) <= 20, f"custom detail {key}")
            self.column(column)

    def alert(self):
        override = self.rule.get("alertDetailsOverride", {})
        for key, most in (("alertDisplayNameFormat", 256), ("alertDescriptionFormat", 5000)):
            text = override.get(key)
            if text is None:
                continue
            self.need(units(text) <= most, f"{key} has {units(text)} characters, more than {most}")
            columns = re.findall(r"\{\{(.*?)\}\}", text)
            self.need(len(set(columns)) <= 3, f"{key} with {len(set(columns))} columns")
            for column in columns:
                self.column(column)
            self.need(not re.search(r"[{}]", re.sub(r"\{\{\w+\}\}", "", text)), f"{key} with braces of its own")
        grouping = self.rule.get("eventGroupingSettings", {}).get("aggregationKind", "SingleAlert")
        self.need(grouping in ("SingleAlert", "AlertPerResult"), f"aggregationKind {grouping}")


def check(path, text):
    errors = []
    if not path.endswith(".yaml"):
        errors.append("the name does not end with .yaml")
    beyond = re.search(r"[^\x00-\x7f]", text)
    if beyond:
        errors.append(f"not ASCII: {beyond[0]}")
    if "\t" in text:
        errors.append("a tab")
    if re.search(r"[ ]+$", text, re.MULTILINE):
        errors.append("spaces at the end of a line")
    if not text.endswith("\n"):
        errors.append("no line break at the end")
    if not re.search(r"^query: \|-?\d?$", text, re.MULTILINE):
        errors.append("the query is no literal block")
    try:
        rule = yaml.load(text, Strict)
    except yaml.YAMLError as error:
        return None, [*errors, f"no YAML: {error}"]
    if not isinstance(rule, dict):
        return None, [*errors, "no mapping"]
    return rule, errors + Rule(rule).check()


def main():
    answers, ids = [], {}
    for file in json.load(sys.stdin)["files"]:
        rule, errors = check(file["path"], file["text"])
        identifier = rule and rule.get("id")
        if identifier in ids:
            errors.append(f"the id of {ids[identifier]}")
        ids.setdefault(identifier, file["path"])
        answers.append({"path": file["path"], "errors": errors, "rule": rule})
    json.dump(answers, sys.stdout, default=str)


main()
