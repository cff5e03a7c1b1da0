"""As much of JSON Schema 2020-12 as the API's description uses. A keyword that is not known here is an error, so that
nothing passes unchecked."""

import re

ANNOTATIONS = {"description", "title", "example", "examples", "default", "deprecated", "format", "readOnly", "$comment",
               "contentMediaType"}
TYPES = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, (int, float)) and not isinstance(value, bool),
    "integer": lambda value: (isinstance(value, int) and not isinstance(value, bool))
    or (isinstance(value, float) and value.is_integer()),
}


class Schemas:
    def __init__(self, document):
        self.document = document

    def resolve(self, node):
        while isinstance(node, dict) and "$ref" in node:
            target = self.document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def problems(self, schema, value, where="$"):
        """What of the value is not as the schema says, one line each."""
        if schema is True:
            return []
        if schema is False:
            return [f"{where}: nothing is allowed here"]
        found = []
        if "$ref" in schema:
            found += self.problems(self.resolve({"$ref": schema["$ref"]}), value, where)
        for keyword, said in schema.items():
            if keyword == "$ref" or keyword in ANNOTATIONS:
                continue
            check = getattr(self, "check_" + keyword, None)
            if check is None:
                raise AssertionError(f"{where}: the keyword {keyword} is not known to this test")
            found += check(said, value, where, schema)
        return found

    def check_type(self, said, value, where, _):
        names = said if isinstance(said, list) else [said]
        return [] if any(TYPES[name](value) for name in names) else [f"{where}: {value!r} is no {'|'.join(names)}"]

    def check_enum(self, said, value, where, _):
        return [] if value in said else [f"{where}: {value!r} is none of {said}"]

    def check_const(self, said, value, where, _):
        return [] if value == said else [f"{where}: {value!r} is not {said!r}"]

    def check_required(self, said, value, where, _):
        return [f"{where}: {name} is missing" for name in said if name not in value] if isinstance(value, dict) else []

    def check_properties(self, said, value, where, _):
        if not isinstance(value, dict):
            return []
        return [problem for name, schema in said.items() if name in value
                for problem in self.problems(schema, value[name], f"{where}.{name}")]

    def check_additionalProperties(self, said, value, where, schema):
        if not isinstance(value, dict):
            return []
        named = schema.get("properties", {})
        return [problem for name in value if name not in named
                for problem in self.problems(said, value[name], f"{where}.{name}")]

    def check_propertyNames(self, said, value, where, _):
        return [problem for name in value for problem in self.problems(said, name, f"{where} (name)")] \
            if isinstance(value, dict) else []

    def check_items(self, said, value, where, _):
        if not isinstance(value, list):
            return []
        return [problem for index, item in enumerate(value) for problem in self.problems(said, item, f"{where}[{index}]")]

    def check_minItems(self, said, value, where, _):
        return [f"{where}: fewer than {said} items"] if isinstance(value, list) and len(value) < said else []

    def check_maxItems(self, said, value, where, _):
        return [f"{where}: more than {said} items"] if isinstance(value, list) and len(value) > said else []

    def check_uniqueItems(self, said, value, where, _):
        if not said or not isinstance(value, list):
            return []
        return [f"{where}: items repeat"] if len({repr(item) for item in value}) < len(value) else []

    def check_minimum(self, said, value, where, _):
        return [f"{where}: {value} < {said}"] if TYPES["number"](value) and value < said else []

    def check_maximum(self, said, value, where, _):
        return [f"{where}: {value} > {said}"] if TYPES["number"](value) and value > said else []

    def check_exclusiveMinimum(self, said, value, where, _):
        return [f"{where}: {value} <= {said}"] if TYPES["number"](value) and value <= said else []

    def check_minLength(self, said, value, where, _):
        return [f"{where}: shorter than {said}"] if isinstance(value, str) and len(value) < said else []

    def check_maxLength(self, said, value, where, _):
        return [f"{where}: longer than {said}"] if isinstance(value, str) and len(value) > said else []

    def check_pattern(self, said, value, where, _):
        return [f"{where}: {value!r} does not match {said}"] if isinstance(value, str) and not re.search(said, value) else []

    def check_allOf(self, said, value, where, _):
        return [problem for schema in said for problem in self.problems(schema, value, where)]

    def check_anyOf(self, said, value, where, _):
        return self._of(said, value, where, lambda matching: matching >= 1)

    def check_oneOf(self, said, value, where, _):
        return self._of(said, value, where, lambda matching: matching == 1)

    def _of(self, said, value, where, enough):
        results = [self.problems(schema, value, where) for schema in said]
        matching = sum(not result for result in results)
        if enough(matching):
            return []
        return [f"{where}: matches {matching} of {len(said)} alternatives: {results}"]
