"""Checks of an ARM template: its frame, its expressions, and each resource against the API's definition."""

import json
import re

from definitions import RESOURCES

SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"
# ISO 8601, in the units that a rule may be given in.
DURATION = re.compile(r"P(?=.)(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+S)?)?")
DURATIONS = {"queryFrequency", "queryPeriod", "suppressionDuration", "lookbackDuration"}
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
TOKEN = re.compile(r"\s*('(?:[^']|'')*'|[A-Za-z_]\w*|\d+|[().,\[\]])")
FUNCTIONS = {
    "parameters": 1, "resourceId": 2, "extensionResourceId": 3, "subscriptionResourceId": 3, "if": 3, "subscription": 0,
    "resourceGroup": 0,
}
# What the package of definitions does not have. Microsoft.SecurityInsights, AlertRules.json, 2025-07-01-preview: sub-techniques, and
# rules in near real time, which have no schedule and no threshold. The connection's kind and the way to a managed identity are in
# no definition; Microsoft's own playbooks have them (Azure-Sentinel, Solutions/Microsoft Entra ID/Playbooks).
PREVIEW = "2025-07-01-preview"
SUB_TECHNIQUES = ("list", ("str",))
SCHEDULE = {"queryFrequency", "queryPeriod", "triggerOperator", "triggerThreshold"}
CONNECTION = {"parameterValueType": {"Alternative"}}


class Complaints(list):
    def say(self, path, text):
        self.append(f"{path}: {text}")


def unique(pairs):
    names = [name for name, _ in pairs]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise ValueError(f"twice in one object: {', '.join(sorted(twice))}")
    return dict(pairs)


def is_expression(text):
    return text.startswith("[") and text.endswith("]") and not text.startswith("[[")


def plain(text):
    """The text that a literal stands for."""
    return text[1:] if text.startswith("[[") and text.endswith("]") else text


class Expression:
    """A reader of template expressions: calls, texts, numbers, properties."""

    def __init__(self, text, template, complaints, path):
        self.template, self.complaints, self.path = template, complaints, path
        self.tokens, rest = [], text
        while rest.strip():
            found = TOKEN.match(rest)
            if not found:
                raise ValueError(f"not an expression at `{rest}`")
            self.tokens.append(found.group(1))
            rest = rest[found.end():]
        self.at = 0
        self.parameters = set()
        self.value = self.read()
        if self.at != len(self.tokens):
            raise ValueError(f"`{self.tokens[self.at]}` is too much")

    def next(self):
        if self.at == len(self.tokens):
            raise ValueError("ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def peek(self):
        return self.tokens[self.at] if self.at < len(self.tokens) else None

    def read(self):
        token = self.next()
        if token.startswith("'"):
            return ("text", token[1:-1].replace("''", "'"))
        if not re.match(r"[A-Za-z_]", token):
            raise ValueError(f"unexpected `{token}`")
        if self.next() != "(":
            raise ValueError(f"`{token}` is no call")
        arguments = []
        while self.peek() != ")":
            if arguments and self.next() != ",":
                raise ValueError("a comma is missing")
            arguments.append(self.read())
        self.next()
        if FUNCTIONS.get(token) != len(arguments):
            raise ValueError(f"`{token}` with {len(arguments)} arguments")
        if token == "parameters":
            self.parameters.add(arguments[0][1])
        value = ("call", token, arguments)
        while self.peek() == ".":
            self.next()
            value = ("property", value, self.next())
        return value

    def kind(self):
        """The type of what it gives, as far as it is known here."""
        if self.value[0] == "call" and self.value[1] == "parameters":
            declared = self.template.get("parameters", {}).get(self.value[2][0][1], {})
            return declared
        return {"type": "string"}


class Checker:
    def __init__(self, definitions, text):
        self.definitions, self.complaints, self.used = definitions, Complaints(), set()
        try:
            self.template = json.loads(text, object_pairs_hook=unique)
        except ValueError as error:
            self.complaints.say("template", f"not JSON: {error}")
            self.template = None

    def check(self):
        if self.template is None:
            return self.complaints
        allowed = {"$schema", "contentVersion", "metadata", "parameters", "resources"}
        self.keys("template", self.template, allowed, {"$schema", "contentVersion", "resources"})
        if self.template.get("$schema") != SCHEMA:
            self.complaints.say("template", "unknown schema")
        for name, parameter in self.template.get("parameters", {}).items():
            self.parameter(f"parameters.{name}", parameter)
        resources = self.template.get("resources", [])
        for resource in resources:
            self.resource(resource)
        names = [(each.get("type"), str(each.get("name")).lower()) for each in resources]
        for kind, name in {each for each in names if names.count(each) > 1}:
            self.complaints.say(kind, f"twice: {name}")
        for name in set(self.template.get("parameters", {})) - self.used:
            self.complaints.say(f"parameters.{name}", "never used")
        return self.complaints

    def keys(self, path, value, allowed, required):
        if not isinstance(value, dict):
            self.complaints.say(path, "not an object")
            return False
        for key in value.keys() - allowed:
            self.complaints.say(path, f"unknown key `{key}`")
        for key in required - value.keys():
            self.complaints.say(path, f"`{key}` is missing")
        return True

    def parameter(self, path, parameter):
        if not self.keys(path, parameter, {"type", "defaultValue", "allowedValues", "metadata"}, {"type"}):
            return
        if parameter["type"] not in ("string", "bool"):
            self.complaints.say(path, "unknown type")
        default = parameter.get("defaultValue")
        python = {"string": str, "bool": bool}[parameter["type"]]
        if default is not None and not isinstance(default, python):
            self.complaints.say(path, "default of another type")
        if isinstance(default, str) and is_expression(default):
            self.expression(path, default)
        if "allowedValues" in parameter and default not in parameter["allowedValues"]:
            self.complaints.say(path, "default not allowed")

    def expression(self, path, text):
        try:
            expression = Expression(text[1:-1], self.template, self.complaints, path)
        except ValueError as error:
            self.complaints.say(path, f"{error} in {text}")
            return {}
        for name in expression.parameters:
            self.used.add(name)
            if name not in self.template.get("parameters", {}):
                self.complaints.say(path, f"no parameter `{name}`")
        return expression.kind()

    def resource(self, resource):
        kind = resource.get("type")
        path = f"{kind} {resource.get('name')}"
        if kind not in RESOURCES:
            self.complaints.say(path, "unknown type")
            return
        record, version, beside = self.definitions.resource(kind)
        frame = {"type", "apiVersion", "name", "scope", "dependsOn", "properties"} | beside
        if kind == "Microsoft.Web/connections":
            frame |= {"kind"}
        if not self.keys(path, resource, frame, {"type", "apiVersion", "name", "properties"}):
            return
        for key in ("name", "scope"):
            if key in resource and is_expression(resource[key]):
                self.expression(f"{path}.{key}", resource[key])
        self.depends(path, resource)
        fields, version = self.fields(record, version, resource)
        if resource["apiVersion"] != version:
            self.complaints.say(path, f"version {resource['apiVersion']}, and the definition is of {version}")
        if kind.startswith("Microsoft.SecurityInsights/"):
            if "scope" not in resource:
                self.complaints.say(path, "`scope` is missing")
            if kind != "Microsoft.SecurityInsights/watchlists" and not GUID.fullmatch(resource["name"]):
                self.complaints.say(path, "the name is no UUID")
        flat = {key: resource[key] for key in beside if key in resource}
        if "properties" not in beside:
            flat |= resource["properties"]
        self.record(path, flat, fields)
        if kind == "Microsoft.Logic/workflows":
            Workflow(self, path, resource["properties"].get("definition", {})).check()

    def fields(self, record, version, resource):
        """The fields of a resource at its version."""
        fields = dict(record.fields)
        properties = resource["properties"] if isinstance(resource["properties"], dict) else {}
        if resource["type"] != "Microsoft.SecurityInsights/alertRules":
            return fields, version
        is_nrt = resource.get("kind") == "NRT"
        if is_nrt or "subTechniques" in properties:
            version = PREVIEW
            fields["subTechniques"] = (SUB_TECHNIQUES, False)
        if is_nrt:
            fields = {name: field for name, field in fields.items() if name not in SCHEDULE}
            fields["kind"] = (("enum", {"NRT"}), True)
        return fields, version

    def depends(self, path, resource):
        known = {self.id_of(each) for each in self.template["resources"]}
        for each in resource.get("dependsOn", []):
            self.expression(f"{path}.dependsOn", each)
            if each not in known:
                self.complaints.say(path, f"depends on what is not in the template: {each}")

    def id_of(self, resource):
        name = resource["name"]
        name = name[1:-1] if is_expression(name) else f"'{name}'"
        if "scope" in resource:
            return f"[extensionResourceId({resource['scope'][1:-1]}, '{resource['type']}', {name})]"
        return f"[resourceId('{resource['type']}', {name})]"

    def record(self, path, value, fields):
        if not self.keys(path, value, set(fields), {name for name, (_, required) in fields.items() if required}):
            return
        for name in value.keys() & fields.keys():
            self.value(f"{path}.{name}", value[name], fields[name][0], name)

    def value(self, path, value, kind, name):
        what = kind[0]
        if isinstance(value, str) and is_expression(value):
            declared = self.expression(path, value)
            wanted = "bool" if what == "bool" else "string"
            if what in ("bool", "str", "enum") and declared.get("type") != wanted:
                self.complaints.say(path, f"an expression of another type than {wanted}")
            if what == "enum" and "allowedValues" in declared and set(declared["allowedValues"]) - kind[1]:
                self.complaints.say(path, "a parameter that may be what the resource may not")
        elif what in ("str", "bool", "int"):
            python = {"str": str, "bool": bool, "int": int}[what]
            if type(value) is not python:
                self.complaints.say(path, f"not a {what}")
            elif name in DURATIONS and not DURATION.fullmatch(value):
                self.complaints.say(path, f"not a duration: {value}")
        elif what == "enum":
            if value not in kind[1]:
                self.complaints.say(path, f"`{value}` is none of {', '.join(sorted(kind[1]))}")
        elif what == "list":
            if not isinstance(value, list):
                self.complaints.say(path, "not a list")
                return
            for index, item in enumerate(value):
                self.value(f"{path}[{index}]", item, kind[1], name)
        elif what == "map":
            for key, item in value.items():
                self.value(f"{path}.{key}", item, kind[1], key)
        elif what == "record":
            fields = dict(kind[1].fields)
            if kind[1].name == "ApiConnectionDefinitionPropertiesArgs":
                fields |= {key: (("enum", values), False) for key, values in CONNECTION.items()}
            self.record(path, value, fields)
        elif what == "union":
            self.union(path, value, kind[1])
        elif what == "any":
            self.anything(path, value)

    def union(self, path, value, choices):
        """One of several records, told by the field that has one value only."""
        for choice in choices:
            tags = {key: kind[1] for key, (kind, _) in choice[1].fields.items() if kind[0] == "enum" and len(kind[1]) == 1}
            if tags and all(value.get(key) in values for key, values in tags.items()):
                self.record(path, value, choice[1].fields)
                return
        self.complaints.say(path, "none of what it may be")

    def anything(self, path, value):
        if isinstance(value, dict):
            for key, item in value.items():
                self.anything(f"{path}.{key}", item)
        elif isinstance(value, list):
            for item in value:
                self.anything(path, item)
        elif isinstance(value, str) and is_expression(value):
            self.expression(path, value)


class Workflow:
    """A definition of a workflow: its frame, what runs after what, and what its expressions name."""

    FRAME = {"$schema", "contentVersion", "parameters", "triggers", "actions", "outputs"}
    ACTIONS = {
        "ApiConnection": {"type", "inputs", "runAfter"},
        "Http": {"type", "inputs", "runAfter"},
        "Foreach": {"type", "foreach", "actions", "runAfter"},
    }
    INPUTS = {"ApiConnection": {"host", "method", "path", "body"}, "Http": {"method", "uri", "authentication", "body", "headers"}}

    def __init__(self, checker, path, definition):
        self.checker, self.path, self.definition, self.names = checker, f"{path}.definition", definition, set()

    def check(self):
        if self.checker.keys(self.path, self.definition, self.FRAME, self.FRAME - {"parameters", "outputs"}):
            for name, trigger in self.definition["triggers"].items():
                if trigger.get("type") != "ApiConnectionWebhook":
                    self.checker.complaints.say(self.path, f"unknown trigger {name}")
            self.collect(self.definition["actions"])
            self.actions(self.definition["actions"])
            self.texts(self.definition)

    def collect(self, actions):
        for name, action in actions.items():
            self.names.add(name)
            self.collect(action.get("actions", {}))

    def actions(self, actions):
        for name, action in actions.items():
            path, kind = f"{self.path}.{name}", action.get("type")
            if kind not in self.ACTIONS:
                self.checker.complaints.say(path, f"unknown action {kind}")
                continue
            self.checker.keys(path, action, self.ACTIONS[kind], self.ACTIONS[kind])
            if kind in self.INPUTS:
                self.checker.keys(path, action.get("inputs", {}), self.INPUTS[kind], {"method"})
            for before in action.get("runAfter", {}):
                if before not in actions:
                    self.checker.complaints.say(path, f"runs after `{before}`, which is not there")
            self.actions(action.get("actions", {}))

    def texts(self, value):
        if isinstance(value, dict):
            for item in value.values():
                self.texts(item)
        elif isinstance(value, str) and ("@{" in value or value.startswith("@")):
            for name in re.findall(r"(?:items|body|outputs)\('([^']*)'\)", value):
                if name not in self.names:
                    self.checker.complaints.say(self.path, f"names `{name}`, which is not there")
            quoted = re.sub(r"'[^']*'", "", value)
            for opening, closing in ("()", "[]", "{}"):
                if quoted.count(opening) != quoted.count(closing):
                    self.checker.complaints.say(self.path, f"not balanced: {value}")
