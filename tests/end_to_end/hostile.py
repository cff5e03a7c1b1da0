"""Input of broken or hostile clients: (kind, bytes, whether the client then closes its half). The daemon must act on none of
it. Made from a seed, so that a failure can be repeated."""

import json
import random

GOOD = {"engines": ["two_copy"], "field_sizes": [512], "threads": [1], "duration_s": 0.2, "warmup_s": 0.1}


def head(line, *headers, host="Host: localhost"):
    return "\r\n".join([line, *([host] if host else []), *headers, "", ""]).encode("latin-1")


def post(body, content_type="application/json", length=None):
    if isinstance(body, str):
        body = body.encode()
    return head("POST /experiments HTTP/1.1", f"Content-Type: {content_type}",
                f"Content-Length: {len(body) if length is None else length}") + body


def with_value(name, text):
    """Returns the request with one value as raw text."""
    return json.dumps({**GOOD, name: "@"}).replace('"@"', text)


def broken_json(rng):
    good = json.dumps(GOOD)
    number = rng.choice(["1e999", "-1e999", "9" * rng.randint(20, 5000), "-" + "9" * 400, "1e-99999", "0x10", "01", "+1",
                         ".5", "1.", "NaN", "Infinity", "-", "1e", "1" + "0" * 400 + ".5", "18446744073709551616"])
    depth = rng.choice([100, 1000, 10_000, 100_000])
    yield "json truncated", post(good[:rng.randrange(len(good))])
    yield "json huge number", post(with_value(rng.choice(["duration_s", "repetitions"]), number))
    yield "json deep nesting", post(rng.choice(["[", '{"a":', '[{"a":']) * depth)
    yield "json deep nesting", post(with_value("name", "[" * depth + "]" * depth))
    yield "json invalid utf-8", post(with_value("name", '"@"').encode().replace(b"@", rng.choice(
        [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xe2\x82", b"\x80", b"\xf4\x90\x80\x80"])))
    yield "json lone surrogate", post(with_value("name", rng.choice(['"\\ud800"', '"\\udc00x"', '"\\ud800\\ud800"'])))
    yield "json duplicate key", post(good[:-1] + f', "{rng.choice(list(GOOD))}": 1}}')
    yield "json NUL byte", post(rng.choice([good.replace("two", "t\0wo"), good + "\0", "\0" + good,
                                            with_value("name", '"a\\u0000b"')]))
    yield "json wrong syntax", post(rng.choice(["", " ", "nonsense", "{'a':1}", good + "x", good.replace("}", ",}"),
                                                "[" + good, "// x\n" + good, good.replace(":", "="), '"' + "a" * 9999]))
    yield "json wrong type", post(rng.choice(["null", "7", "[]", '"quick"', "true", json.dumps([GOOD]),
                                              with_value("engines", "{}"), with_value("threads", '"1"')]))
    yield "json hostile text", post(with_value(rng.choice(["name", "engines", "events"]), json.dumps(rng.choice(
        [["--help"], ["-o/tmp/x"], ["../../etc/passwd"], ["$(reboot)"], ["`id`"], ["a;b"], ["cycles\n"], "a\x1b[2Jb",
         ["a", "a"]]))))
    yield "json unknown key", post(with_value("__proto__", "{}"))
    yield "json other type", post(good, rng.choice(["text/plain", "multipart/form-data; boundary=x", "application/xml", "",
                                                    "application/json; charset=utf-16", "application/json\x7f"]))


def broken_http(rng):
    good = head("GET /experiments HTTP/1.1", "Accept: */*")
    word = "".join(rng.choices("abcdefgh0123456789", k=rng.randint(1, 30)))
    yield "http random bytes", rng.randbytes(rng.randint(1, 3000)).replace(b"\n", b"x") + b"\r\n\r\n"
    yield "http no request line", rng.choice([b"\r\n\r\n", b"\n\n", b" \r\n\r\n", b"GET\r\n\r\n", b"GET /\r\n\r\n",
                                              b"GET  HTTP/1.1\r\n\r\n", b"/ HTTP/1.1 GET\r\n\r\n", b"GET / / HTTP/1.1\r\n\r\n"])
    yield "http bare LF", good.replace(b"\r\n", b"\n")
    yield "http version", head(f"GET / HTTP/{rng.choice(['9.9', '2.0', '0.9', '1.1.1', '', '1', 'x', '1.10', '-1.1'])}")
    yield "http no host", head("GET /experiments HTTP/1.1", host=None)
    yield "http two hosts", head("GET /experiments HTTP/1.1", "Host: localhost")
    yield "http foreign host", head("GET /experiments HTTP/1.1", host="Host: " + rng.choice(
        ["evil.example", f"{word}.localhost.evil", "127.0.0.1.evil", "[::1", "[::ffff:1.2.3.4]", "localhost:99999999",
         "user@localhost", "localhost/", "", "0x7f000001", "[::1%25lo]", "localhost, evil"]))
    yield "http foreign origin", head("GET /experiments HTTP/1.1",
                                      "Origin: " + rng.choice(["null", "http://evil", "file://", word]))
    yield "http NUL", good.replace(b"/exp", b"/\0exp").replace(b"*/*", b"\0")
    yield "http header form", head("GET / HTTP/1.1", rng.choice([word, f"{word} : x", f" {word}: folded", ": x",
                                                                 f"{word}\x01: x", "a\tb: c"]))
    yield "http header size", head("GET / HTTP/1.1", "X: " + word * 400 + "a" * 8000)
    yield "http header bomb", head("GET / HTTP/1.1", *[f"X-{i}: {word * 3}" for i in range(3000)])
    yield "http target", head("GET " + rng.choice(["http://evil/", "//", "/..", "/%2e%2e/etc/passwd", "/a b", "/\x7f", "/%",
                                                   "/%zz", "/%00", "*", "experiments", "/" + "a" * 9000, "/experiments?a?b",
                                                   "/\xff", "localhost:80", "/experiments/1/../2", "/experiments\\1", "/experiments?limit=x",
                                                   "/experiments?" + "&".join(f"limit={number}" for number in range(1, 300))]) + " HTTP/1.1")
    yield "http method", head(rng.choice(["TRACE", "CONNECT", "OPTIONS", "PUT", "PATCH", word.upper() + "X", "get", "G,T",
                                          "G\x00T"]) + " /experiments HTTP/1.1")
    yield "http length", post("{}", length=rng.choice(["-1", "x", "+2", "0x2", "2 2", "2,2", "99999999999", "9" * 30, "",
                                                       "2.0", "1e1"]))
    yield "http two lengths", head("POST /experiments HTTP/1.1", "Content-Type: application/json", "Content-Length: 2",
                                   "Content-Length: 3") + b"{}"
    yield "http transfer encoding", head("POST /experiments HTTP/1.1", "Content-Type: application/json", rng.choice(
        ["Transfer-Encoding: chunked", "transfer-encoding: xchunked", "Transfer-Encoding: chunked, identity",
         "Transfer-Encoding:\tchunked"]), *rng.choice([[], ["Content-Length: 5"]])) + b"5\r\nhello\r\n0\r\n\r\n"
    coding = rng.choice(["gzip", "br", "deflate", "identity, gzip", word])
    yield "http content encoding", head("POST /experiments HTTP/1.1", "Content-Type: application/json",
                                        f"Content-Encoding: {coding}", "Content-Length: 5") + b"12345"
    yield "http smuggling", head("GET /nothing HTTP/1.1", "Content-Length: 36") + head("DELETE /experiments/1 HTTP/1.1")
    tls_hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + rng.randbytes(64).replace(b"\n", b"x") + b"\r\n\r\n"
    yield "another protocol", rng.choice([b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
                                          b"EHLO x\r\n\r\n", tls_hello])


def truncated(rng):
    """Truncated, and the client closes its half."""
    yield "http truncated head", head("GET /experiments HTTP/1.1", "Accept: */*")[:rng.randint(1, 50)]
    yield "http truncated body", post(json.dumps(GOOD))[:-rng.randint(1, 80)]
    yield "http silence", b""


def corpus(count, seed=4):
    rng = random.Random(seed)
    made = 0
    while True:
        for closes, make in ((False, broken_json), (False, broken_http), (True, truncated)):
            for kind, sent in make(rng):
                yield kind, sent, closes
                made += 1
                if made == count:
                    return
