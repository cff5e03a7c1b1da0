"""Checks the schemas of the API's description with the jsonschema library (Debian's python3-jsonschema)."""

from jsonschema import Draft202012Validator

# Keywords that validate nothing.
ANNOTATIONS = {"description", "title", "example", "examples", "default", "deprecated", "format", "readOnly", "$comment",
               "contentMediaType"}


class Schemas:
    def __init__(self, document):
        self.components = document["components"]
        self.document = document

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            target = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def problems(self, schema, value):
        """Returns one line for each part of the value that violates the schema."""
        # The schema carries the components, so that its references resolve.
        validator = Draft202012Validator({"allOf": [schema], "components": self.components})
        return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)]

    def unknown_keywords(self):
        """Returns keywords that the library ignores silently, such as a misspelt one."""
        known = set(Draft202012Validator.VALIDATORS) | ANNOTATIONS | {"then", "else"}
        found = set()

        def visit(schema):
            if not isinstance(schema, dict):
                return
            found.update(set(schema) - known)
            for keyword in ("properties", "patternProperties", "$defs"):
                for inner in schema.get(keyword, {}).values():
                    visit(inner)
            for keyword in ("items", "additionalProperties", "not", "if", "then", "else", "propertyNames"):
                visit(schema.get(keyword))
            for keyword in ("anyOf", "oneOf", "allOf", "prefixItems"):
                for inner in schema.get(keyword, []):
                    visit(inner)

        for schema in self.components["schemas"].values():
            visit(schema)
        return sorted(found)
