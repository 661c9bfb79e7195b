"""What Azure's resources have, read from the sources of Pulumi's package for Azure, which is made from Azure's own API definitions.

The package is read as text and never run: nothing of it needs to be installed.
"""

import ast
import zipfile

# What the package calls each type of resource: its module, its class, the arguments that are part of its address, and those
# that stand beside `properties`.
RESOURCES = {
    "Microsoft.SecurityInsights/alertRules": (
        "securityinsights", "ScheduledAlertRule", {"resourceGroupName", "workspaceName", "ruleId"}, {"kind"}),
    "Microsoft.SecurityInsights/automationRules": (
        "securityinsights", "AutomationRule", {"resourceGroupName", "workspaceName", "automationRuleId"}, set()),
    "Microsoft.SecurityInsights/watchlists": (
        "securityinsights", "Watchlist", {"resourceGroupName", "workspaceName"}, set()),
    "Microsoft.Logic/workflows": (
        "logic", "Workflow", {"resourceGroupName", "workflowName"}, {"location", "tags", "identity"}),
    "Microsoft.Web/connections": (
        "web", "Connection", {"resourceGroupName", "connectionName"}, {"location", "tags", "properties"}),
}


class Record:
    """An object with known fields: JSON name -> (type, whether it must be there)."""

    def __init__(self, name, fields):
        self.name, self.fields = name, fields


class Definitions:
    """The classes of one wheel, read as they are asked for."""

    def __init__(self, wheel):
        self.archive = zipfile.ZipFile(wheel)
        self.modules = {}
        self.records = {}

    def resource(self, resource_type):
        """The record of a resource's arguments, its API version, and which stand beside `properties`."""
        module, name, address, beside = RESOURCES[resource_type]
        file = "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")
        classes, source = self._read(module, file)
        version = source.split("Uses Azure REST API version ")[1].split(". ")[0].rstrip(".")
        record = self._record(module, classes[name + "Args"])
        fields = {key: value for key, value in record.fields.items() if key not in address}
        return Record(name, fields), version, beside

    def enum(self, module, name):
        classes, _ = self._read(module, "_enums")
        values = [node.value.value for node in classes[name].body if isinstance(node, ast.Assign)]
        return ("enum", set(values))

    def _read(self, module, file):
        if (module, file) not in self.modules:
            source = self.archive.read(f"pulumi_azure_native/{module}/{file}.py").decode()
            classes = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)}
            self.modules[module, file] = (classes, source)
        return self.modules[module, file]

    def _record(self, module, node):
        key = (module, node.name)
        if key in self.records:
            return self.records[key]
        record = self.records[key] = Record(node.name, {})
        names, constants, init = {}, {}, None
        for part in node.body:
            if not isinstance(part, ast.FunctionDef):
                continue
            if part.name == "__init__":
                init = part
            for decorator in part.decorator_list:
                if isinstance(decorator, ast.Call) and decorator.keywords:
                    names[part.name] = decorator.keywords[0].value.value
        for call in ast.walk(init):
            is_set = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "set"
            if is_set and isinstance(call.args[2], ast.Constant):
                constants[call.args[1].value] = call.args[2].value
        for argument, default in zip(init.args.kwonlyargs, init.args.kw_defaults):
            kind = self._type(module, argument.annotation)
            if constants.get(argument.arg) is not None:
                kind = ("enum", {constants[argument.arg]})
            record.fields[names.get(argument.arg, argument.arg)] = (kind, default is None)
        return record

    def _type(self, module, node):
        if isinstance(node, ast.Constant):
            return self._named(module, node.value)
        if isinstance(node, ast.Name):
            return ("any",)
        if isinstance(node, ast.Attribute):
            return (node.attr,)
        name = node.value.attr if isinstance(node.value, ast.Attribute) else node.value.id
        if name in ("Input", "Optional"):
            return self._type(module, node.slice)
        if name == "Sequence":
            return ("list", self._type(module, node.slice))
        if name == "Mapping":
            return ("map", self._type(module, node.slice.elts[1]))
        choices = [self._type(module, part) for part in node.slice.elts]
        # Enumerations of the service are open in the package (a text, or one of these); here only the known values count.
        closed = [choice for choice in choices if choice[0] not in ("str",)]
        return closed[0] if len(closed) == 1 else ("union", closed)

    def _named(self, module, name):
        classes, _ = self._read(module, "_inputs")
        if name in classes:
            return ("record", self._record(module, classes[name]))
        return self.enum(module, name)
