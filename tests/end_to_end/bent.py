"""Malformed requests: valid ones from the API's own description, mutated, torn, pipelined, of wrong lengths, with broken
percent-encoding, odd methods or huge heads. Made from a seed, so that a failure can be repeated."""

import json
import random

ODD_TEXT = ["", " ", "0", "-1", "1e9", "null", "\u0000", "\u202e", "é" * 50, "a" * 300, "=1+1", "../..", "%00", "two_copy", "auto"]
ODD_NUMBERS = [0, -1, 1, 63, 64, 0.5, 1e308, -1e308, 2**31, 2**53, 2**63, 2**64, 10**30]
PARTS = ["%", "%4", "%zz", "%00", "%ff", "%c0%80", "%25", "+", "&", "&&", "=", "?", "#", ";", "//", "/.", "/..", "\\", "%2f", "%2F", "%u0041"]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PRI", "get", "FOO", "M-SEARCH", "G" * 200]
TYPES = ["application/json", "application/json; charset=utf-8", "application/merge-patch+json", "application/x-ndjson", "text/plain",
         "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json\t", "*/*"]


class Bent:
    """rng: random.Random. paths: of the description. schemas: resolves references."""

    def __init__(self, rng, document):
        self.rng = rng
        self.document = document
        self.operations = [(method.upper(), path, operation, operation.get("parameters", []))
                           for path, item in document["paths"].items()
                           for method, operation in item.items() if method != "parameters"]

    def resolve(self, schema):
        while isinstance(schema, dict) and "$ref" in schema:
            target = self.document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            schema = target
        return schema if isinstance(schema, dict) else {}

    def value(self, schema, depth=0):
        """A value that the schema allows, or nearly."""
        rng = self.rng
        schema = self.resolve(schema)
        if rng.random() < 0.02 or depth > 8:
            return rng.choice([None, True, [], {}, rng.choice(ODD_TEXT), rng.choice(ODD_NUMBERS)])
        for several in ("oneOf", "anyOf"):
            if several in schema:
                return self.value(rng.choice(schema[several]), depth + 1)
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return rng.choice(schema["enum"] + ODD_TEXT[:1]) if rng.random() < 0.1 else rng.choice(schema["enum"])
        kind = schema.get("type", "object" if "properties" in schema else "string")
        if isinstance(kind, list):
            kind = rng.choice(kind)
        if kind == "object":
            chosen = {name: self.value(one, depth + 1) for name, one in schema.get("properties", {}).items() if rng.random() < 0.5}
            if rng.random() < 0.03:
                chosen[rng.choice(ODD_TEXT)] = rng.choice(ODD_NUMBERS)
            return chosen
        if kind == "array":
            return [self.value(schema.get("items", {}), depth + 1) for _ in range(rng.choice([0, 1, 1, 2, 3, 30]))]
        if kind in ("integer", "number"):
            low = schema.get("minimum", -5)
            high = min(schema.get("maximum", 1000), low + 100_000)
            if rng.random() < 0.1:
                return rng.choice(ODD_NUMBERS)
            return rng.randint(int(low), max(int(low), int(high))) if kind == "integer" else rng.uniform(low, high)
        return {"boolean": rng.random() < 0.5, "null": None}.get(kind, rng.choice(ODD_TEXT) if rng.random() < 0.3 else "a name")

    def body(self, operation):
        content = self.resolve(operation.get("requestBody", {})).get("content", {})
        if not content:
            return self.rng.choice([b"", b"{}", b"x"]), None
        media_type, described = self.rng.choice(list(content.items()))
        text = json.dumps(self.value(described.get("schema", {})))
        return text.encode(), media_type

    def path(self, path, parameters):
        rng = self.rng
        number = rng.choice(["1", "2", "3", "0", "-1", "999999", "x", "9" * 30, "1e3", "%31"] + [str(rng.randint(1, 20))] * 5)
        path = path.replace("{id}", number)
        pairs = []
        for parameter in parameters:
            parameter = self.resolve(parameter)
            if parameter.get("in") == "query" and rng.random() < 0.6:
                pairs.append(f"{parameter['name']}={self.value(parameter.get('schema', {}))}")
        if rng.random() < 0.1:
            pairs.append(rng.choice(["x=y", "limit", "=", "limit=1", "tag=why?", "a=b=c"]))
        query = "&".join(pairs).encode("utf-8", "replace")
        quoted = "".join(chr(byte) if 0x21 <= byte < 0x7f else f"%{byte:02X}" for byte in query)
        target = path + ("?" + quoted if pairs else "")
        if rng.random() < 0.1:
            at = rng.randint(1, len(target))
            target = target[:at] + rng.choice(PARTS) + target[at:]
        if rng.random() < 0.03:
            target = rng.choice(["http://localhost", "HTTP://127.0.0.1:1", "https://evil.example", "http://"]) + target
        return target

    def request(self):
        """Returns (method, target, the bytes of one request)."""
        rng = self.rng
        method, path, operation, parameters = rng.choice(self.operations)
        target = self.path(path, parameters)
        body, media_type = self.body(operation)
        if method == "POST" and path == "/experiments" and "dry_run" not in target and rng.random() < 0.99:
            target += ("&" if "?" in target else "?") + "dry_run=1"
        if rng.random() < 0.05:
            method = rng.choice(METHODS)
        headers = [] if rng.random() < 0.01 else [rng.choice(["Host: localhost"] * 30 + ["Host: evil", "host:localhost", "Host:  127.0.0.1:9"])]
        if body or media_type:
            length = rng.choice([len(body)] * 30 + [len(body) + 1, max(len(body) - 1, 0), -1, "x", 2**64, "0x10", ""])
            headers += [f"Content-Type: {rng.choice([media_type or TYPES[0]] * 9 + TYPES)}", f"Content-Length: {length}"]
        for odd in ("Expect: 100-continue", "Range: bytes=0-1", "Accept-Encoding: br, gzip", "If-None-Match: *", "Last-Event-ID: 0",
                    "Last-Event-ID: end", "Idempotency-Key: a key", "Connection: keep-alive, Upgrade", "Upgrade: h2c",
                    "Transfer-Encoding: chunked", "Content-Encoding: gzip", "X: " + "y" * rng.choice([10, 9000]), "Origin: http://localhost",
                    "X-Forwarded-For: 1.2.3.4", "Bad Header: x", "Authorization: Bearer x", "Cookie: " + "c" * 7000):
            if rng.random() < 0.01:
                headers.append(odd)
        if rng.random() < 0.003:
            headers += [f"X-{index}: {'z' * 60}" for index in range(1000)]
        version = rng.choice(["HTTP/1.1"] * 40 + ["HTTP/1.0", "HTTP/1.2", "HTTP/2.0", "http/1.1", ""])
        text = "\r\n".join([f"{method} {target} {version}", *headers, "", ""]).encode("utf-8", "replace") + body
        if rng.random() < 0.02:
            text = b"\r\n" + text
        return method, target, text

    def mutated(self, text):
        rng = self.rng
        for _ in range(rng.randint(1, 4)):
            at = rng.randrange(len(text))
            text = rng.choice([
                lambda: text[:at] + bytes([rng.randrange(256)]) + text[at + 1:],
                lambda: text[:at] + text[at + rng.randint(1, 20):],
                lambda: text[:at] + text[at:at + 30] + text[at:],
                lambda: text[:at] + rng.choice([b"\r\n", b"\n", b"\0", b" ", b"\t", b":", b'"', b"\xff"]) + text[at:],
            ])() or b"x"
        return text

    def sending(self):
        """Returns (method, target, pieces sent one after another, whether the client then closes its half)."""
        rng = self.rng
        method, target, text = self.request()
        if rng.random() < 0.3:
            text = self.mutated(text)
        if rng.random() < 0.05:
            text += self.request()[2]  # pipelined
        pieces = [text]
        if rng.random() < 0.05:
            at = rng.randrange(len(text))
            pieces = [text[:at], text[at:]]
        elif rng.random() < 0.02:
            pieces = [text[:rng.randrange(len(text))]]
            return method, target, pieces, True
        return method, target, pieces, rng.random() < 0.7


def campaign(seed, document):
    bent = Bent(random.Random(seed), document)
    while True:
        yield bent.sending()
