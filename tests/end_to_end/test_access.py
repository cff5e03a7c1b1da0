"""Tests access to the daemon: tokens, and the host names that it accepts."""

import http.client
import os
import pathlib
import signal
import tempfile
import unittest

from daemon import Daemon, Process, sweep

TOKEN = "a-token-of-the-tests/0123456789+abc="
AUTHORIZATION = {"Authorization": f"Bearer {TOKEN}"}


class Access(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="copybench-access-"))
        self.token_file = self.write("token", TOKEN + "\n")

    def write(self, name, text, mode=0o600):
        path = pathlib.Path(self.folder, name)
        path.write_text(text)
        path.chmod(mode)
        return path

    def serve(self, *arguments, headers=None, listen="127.0.0.1:0", environment=None):
        return self.enterContext(Daemon(listen=listen, arguments=arguments, headers=headers, environment=environment))

    def refusal(self, *arguments, environment=None):
        """Returns the output of a daemon that refuses to start."""
        process = Process("serve", "--data-dir", self.folder, *arguments, environment=environment)
        self.assertEqual(process.wait(), 2)
        return "\n".join(process.lines)

    def assert_refused(self, answer, status):
        self.assertEqual((answer.status, answer.content_type), (status, "application/problem+json"), answer.text)
        self.assertEqual(answer.json()["status"], status)

    def test_on_loopback_and_on_a_unix_socket_no_token_is_needed(self):
        self.assertEqual(self.serve().get("/experiments").status, 200)
        path = os.path.join(self.folder, "socket")
        self.assertEqual(self.serve(listen=f"unix:{path}").get("/experiments").status, 200)
        self.assertEqual(os.stat(path).st_mode & 0o007, 0, "anyone may connect")

    def test_another_address_is_not_served_without_a_token(self):
        for listen in ("0.0.0.0:0", "[::]:0"):
            said = self.refusal("--listen", listen)
            self.assertIn("--token-file", said)
            self.assertIn("127.0.0.1", said)
            self.assertNotIn("listening", said)
        daemon = self.serve("--token-file", self.token_file, listen="0.0.0.0:0", headers=AUTHORIZATION)
        self.assertEqual(daemon.get("/experiments").status, 200)
        self.assert_refused(daemon.get("/experiments", Authorization="Bearer no"), 401)

    def test_a_token_is_required_and_shown_nowhere(self):
        daemon = self.serve("--token-file", self.token_file, "--log-level", "debug")
        for answer in (daemon.get("/experiments"), daemon.post("/experiments", sweep()), daemon.get("/nothing"),
                       daemon.get("/experiments", Authorization="Bearer " + "x" * 40),
                       daemon.get("/experiments", Authorization="Basic " + TOKEN), daemon.get(f"/experiments?token={TOKEN}")):
            self.assert_refused(answer, 401)
            self.assertTrue(answer.headers["WWW-Authenticate"].startswith("Bearer "))
            self.assertNotIn(TOKEN, answer.text)
        for path in ("/", "/healthz", "/openapi.json"):
            self.assertEqual(daemon.get(path).status, 200, path)
        daemon.headers = AUTHORIZATION
        number = daemon.queue()["id"]
        daemon.completed(number)
        self.assertEqual(daemon.get(f"/experiments/{number}/results.csv").status, 200)
        process = pathlib.Path(f"/proc/{daemon.process.pid}")
        for place in ("cmdline", "environ"):
            self.assertNotIn(TOKEN.encode(), (process / place).read_bytes())
        daemon.stop()
        self.assertNotIn(TOKEN, "\n".join(daemon.lines))

    def test_an_event_stream_does_not_outlive_its_token(self):
        daemon = self.serve("--token-file", self.token_file, headers=AUTHORIZATION)
        connection = daemon.connection()
        self.addCleanup(connection.close)
        connection.request("GET", "/events", headers=AUTHORIZATION)
        stream = connection.getresponse()
        self.assertTrue(stream.readline().startswith(b"retry:"))
        self.write("token", "another-token-of-the-tests/0123456789\n")
        daemon.signal(signal.SIGHUP)
        daemon.line_with("event=reloaded .*token")
        try:
            stream.read()  # returns once the daemon has ended it
        except http.client.IncompleteRead:
            pass
        self.assert_refused(daemon.get("/experiments"), 401)

    def test_reads_can_be_open_to_everyone(self):
        daemon = self.serve("--token-file", self.token_file, "--public-read")
        self.assertEqual(daemon.get("/experiments").status, 200)
        self.assertEqual(daemon.request("HEAD", "/system").status, 200)
        self.assert_refused(daemon.post("/experiments", sweep()), 401)
        self.assert_refused(daemon.delete("/experiments/1"), 401)
        self.assert_refused(daemon.get("/experiments/1"), 404)
        self.assertEqual(daemon.request("POST", "/experiments?dry_run=1", sweep(), AUTHORIZATION).status, 200)

    def test_the_service_manager_passes_a_token(self):
        credentials = {"CREDENTIALS_DIRECTORY": self.folder}
        self.assert_refused(self.serve(environment=credentials).get("/experiments"), 401)
        os.remove(self.token_file)
        self.assertEqual(self.serve(environment=credentials).get("/experiments").status, 200)

    def test_faulty_token_files_are_named(self):
        for file, word in ((self.write("short", "secret-but-short"), "32 to"),
                           (self.write("open", TOKEN, 0o644), "chmod 600"), (pathlib.Path(self.folder, "none"), "No such file"), (pathlib.Path(self.folder), "no file")):
            with self.subTest(file=file.name):
                said = self.refusal("--token-file", file)
                self.assertIn(str(file), said)
                self.assertIn(word, said)
                self.assertNotIn("secret-but-short", said)

    def test_names_of_this_host_are_allowed_one_by_one(self):
        daemon = self.serve("--allowed-host", "bench.lan", "--allowed-host", "Other.LAN")
        port = daemon.port
        for host in ("bench.lan", f"BENCH.lan:{port}", "other.lan", f"127.0.0.1:{port}"):
            self.assertEqual(daemon.get("/experiments", Host=host).status, 200, host)
        for host in ("evil.example", "x.bench.lan", "bench.lan.evil.example"):
            self.assert_refused(daemon.get("/experiments", Host=host), 421)
        own = f"bench.lan:{port}"
        self.assertEqual(daemon.get("/experiments", Host=own, Origin=f"http://{own}").status, 200)
        self.assert_refused(daemon.get("/experiments", Host=own, Origin="http://other.lan"), 403)
        self.assertIn("--allowed-host: http://x: allowed is a host's name", self.refusal("--allowed-host", "http://x"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
