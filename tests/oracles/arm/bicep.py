"""Bicep read by its grammar for tree-sitter and turned into the template that it compiles to, as far as the package needs Bicep.

The grammar mends what it cannot read; whatever it had to mend is an error here. `pycep` reads the text a second time.
"""

import re

import tree_sitter
import tree_sitter_bicep
from pycep import BicepParser

LANGUAGE = tree_sitter.Language(tree_sitter_bicep.language())
ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", "'": "'", "$": "$"}


class Symbol:
    def __init__(self, resource_type, name, scope):
        self.resource_type, self.name, self.scope = resource_type, name, scope


def literal(text):
    return "[" + text if text.startswith("[") and text.endswith("]") else text


class Reader:
    def __init__(self, text):
        self.bytes = text.encode()
        self.parameters, self.resources, self.symbols, self.described = {}, [], {}, None

    def text(self, node):
        return self.bytes[node.start_byte:node.end_byte].decode()

    def template(self):
        root = tree_sitter.Parser(LANGUAGE).parse(self.bytes).root_node
        self.refuse_mended(root)
        decorators = []
        for node in root.named_children:
            if node.type == "decorators":
                decorators = [self.decorator(each) for each in node.named_children]
                continue
            if node.type == "metadata_declaration":
                name, value = node.named_children
                self.described = {self.text(name): self.value(value)}
            elif node.type == "parameter_declaration":
                self.parameter(node, dict(decorators))
            elif node.type == "resource_declaration":
                self.resource(node)
            else:
                raise ValueError(f"unexpected {node.type}")
            decorators = []
        parameters = {name: parameter for name, parameter in self.parameters.items()}
        return {"metadata": self.described, "parameters": parameters, "resources": self.resources}

    def refuse_mended(self, node):
        if node.type == "ERROR" or node.is_missing:
            row, column = node.start_point
            raise ValueError(f"line {row + 1}, column {column + 1}: not Bicep: {self.text(node)[:60]!r}")
        for child in node.children:
            self.refuse_mended(child)

    def decorator(self, node):
        call = node.named_children[0]
        function = self.text(call.child_by_field_name("function"))
        (argument,) = call.child_by_field_name("arguments").named_children
        return function, self.value(argument)

    def parameter(self, node, decorators):
        name, kind, *default = node.named_children
        name = self.text(name)
        if name in self.parameters or name in self.symbols:
            raise ValueError(f"`{name}` twice")
        self.parameters[name] = parameter = {"type": self.text(kind)}
        if default:
            parameter["defaultValue"] = self.value(default[0])
        if "allowed" in decorators:
            parameter["allowedValues"] = decorators["allowed"]
        if "description" in decorators:
            parameter["metadata"] = {"description": decorators["description"]}

    def resource(self, node):
        symbol, kind, body = node.named_children
        symbol = self.text(symbol)
        if symbol in self.parameters or symbol in self.symbols:
            raise ValueError(f"`{symbol}` twice")
        resource_type, version = self.plain(kind).split("@")
        entries = self.entries(body)
        scope = self.text(entries.pop("scope")) if "scope" in entries else None
        name = entries.pop("name")
        self.symbols[symbol] = Symbol(resource_type, self.expression(name), scope)
        if any(child.type == "existing" for child in node.children):
            return
        written = {"type": resource_type, "apiVersion": version, "name": self.value(name)}
        if scope:
            written["scope"] = f"[{self.id(scope)}]"
        after = entries.pop("dependsOn", None)
        self.named = [self.text(item) for item in after.named_children] if after else []
        written |= {key: self.value(value) for key, value in entries.items()}
        if self.named:
            written["dependsOn"] = [f"[{self.id(symbol)}]" for symbol in self.named]
        self.resources.append(written)

    def entries(self, node):
        entries = {}
        for entry in node.named_children:
            key, value = entry.named_children
            key = self.plain(key) if key.type == "string" else self.text(key)
            if key in entries:
                raise ValueError(f"`{key}` twice")
            entries[key] = value
        return entries

    def value(self, node):
        if node.type == "string":
            return literal(self.plain(node))
        if node.type == "number":
            return int(self.text(node))
        if node.type == "boolean":
            return self.text(node) == "true"
        if node.type == "array":
            return [self.value(item) for item in node.named_children]
        if node.type == "object":
            return {key: self.value(value) for key, value in self.entries(node).items()}
        return f"[{self.expression(node)}]"

    def plain(self, node):
        """A text without quotes and escapes."""
        text = self.text(node)
        if text.startswith("'''"):
            text = text[3:-3]
            return text[1:] if text.startswith("\n") else text
        if any(child.type == "interpolation" for child in node.children):
            raise ValueError(f"an expression within a text: {text}")

        def meant(found):
            if found.group(1):
                return chr(int(found.group(1), 16))
            return ESCAPES[found.group(2)]

        return re.sub(r"\\(?:u\{([0-9a-f]+)\}|(.))", meant, text[1:-1])

    def expression(self, node):
        if node.type == "string":
            return "'" + self.plain(node).replace("'", "''") + "'"
        if node.type == "identifier":
            name = self.text(node)
            if name not in self.parameters:
                raise ValueError(f"`{name}` is no parameter")
            return f"parameters('{name}')"
        if node.type == "member_expression":
            of, name = node.child_by_field_name("object"), self.text(node.child_by_field_name("property"))
            symbol = self.text(of)
            if symbol in self.symbols and name == "id":
                if symbol not in self.named:
                    self.named.append(symbol)
                return self.id(symbol)
            return f"{self.expression(of)}.{name}"
        if node.type == "call_expression":
            arguments = node.child_by_field_name("arguments").named_children
            arguments = ", ".join(self.expression(argument) for argument in arguments)
            return f"{self.text(node.child_by_field_name('function'))}({arguments})"
        if node.type == "ternary_expression":
            parts = ("condition", "consequence", "alternative")
            condition, yes, no = (self.expression(node.child_by_field_name(part)) for part in parts)
            return f"if({condition}, {yes}, {no})"
        raise ValueError(f"unexpected {node.type}")

    def id(self, symbol):
        if symbol not in self.symbols:
            raise ValueError(f"`{symbol}` is no resource")
        known = self.symbols[symbol]
        if known.scope:
            return f"extensionResourceId({self.id(known.scope)}, '{known.resource_type}', {known.name})"
        return f"resourceId('{known.resource_type}', {known.name})"


def compiled(text, once):
    """The template that a text compiles to, without what every template has; read by one parser alone where it says once."""
    if not once:
        BicepParser().parse(text=text)
    return Reader(text).template()
