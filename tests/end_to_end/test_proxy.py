"""The daemon behind a reverse proxy with TLS: nginx and Caddy, configured by the examples in systemd/."""

import json
import pathlib
import re
import subprocess
import tempfile
import unittest

from daemon import ROOT, Daemon, StagedDaemon, sweep
from proxies import NAME, Proxy, need, without_headers

JSON = {"Content-Type": "application/json"}


class BehindAProxy:
    """Runs for each installed proxy."""
    kind = None

    @classmethod
    def setUpClass(cls):
        need(cls.kind)

    def serve(self, *arguments, **options):
        return self.enterContext(Daemon(arguments=arguments, **options))

    def proxy(self, daemon, edit=lambda text: text):
        return self.enterContext(Proxy(self.kind, f"127.0.0.1:{daemon.port}", edit))

    def behind(self, *arguments, edit=lambda text: text):
        """Starts a daemon that knows its proxy, and the proxy, whose port is only known once it runs."""
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="copybench-proxy-")))
        file = folder / "copybench.toml"
        file.write_text("")
        daemon = self.serve(*arguments, environment={"COPYBENCH_CONFIG": str(file)})
        proxy = self.proxy(daemon, edit)
        file.write_text(f'public-origins = ["{proxy.origin}"]\ntrusted-proxies = ["127.0.0.1"]\n')
        daemon.signal(1)
        daemon.line_with("event=reloaded")
        return daemon, proxy

    def test_its_pages_and_posts_are_accepted_and_links_resolve(self):
        daemon, proxy = self.behind()
        page = proxy.request("GET", "/", headers={"Origin": proxy.origin})
        self.assertEqual(page.status, 200)
        for script in re.findall(r'src="(app-[^"]+)"', page.text):
            self.assertEqual(proxy.request("GET", f"/{script}", headers={"Origin": proxy.origin}).status, 200)
        queued = proxy.request("POST", "/experiments", json.dumps(sweep()), {**JSON, "Origin": proxy.origin})
        self.assertEqual(queued.status, 202, queued.text)
        self.assertEqual(proxy.request("GET", queued.headers["Location"]).status, 200)
        daemon.finished(queued.json()["id"])
        for link in queued.json()["links"].values():
            self.assertTrue(link.startswith("/"), link)
            if not link.endswith("cancel"):
                self.assertEqual(proxy.request("HEAD", link.partition("#")[0]).status, 200, link)

    def test_other_sites_and_other_names_are_rejected(self):
        daemon, proxy = self.behind()
        for origin in ("https://evil.example", f"http://{NAME}:{proxy.port}", f"https://{NAME}", "null"):
            refused = proxy.request("POST", "/experiments", json.dumps(sweep()), {**JSON, "Origin": origin})
            self.assertEqual(refused.status, 403, origin)
        # Not through the proxy: a page that reached the daemon itself by DNS rebinding.
        for headers in ({"Host": "evil.example"}, {"Host": "evil.example", "X-Forwarded-Host": NAME},
                        {"X-Forwarded-Host": "evil.example"}):
            self.assertEqual(daemon.request("GET", "/experiments", headers=headers).status, 421, headers)

    def test_events_arrive_as_they_happen(self):
        daemon = self.enterContext(StagedDaemon(environment={"COPYBENCH_ALLOWED_HOST": NAME}))
        proxy = self.proxy(daemon)
        connection = proxy.connection()
        self.addCleanup(connection.close)
        number = daemon.queue()["id"]
        connection.request("GET", f"/experiments/{number}/events")
        response = connection.getresponse()
        self.assertEqual(response.status, 200)
        # The run waits for the first event: if the proxy buffered it, both would wait for ever.
        events = []
        while (line := response.readline()) and events[-1:] != ["end"]:
            if line.startswith(b"event: "):
                if not events:
                    daemon.free_run()
                events.append(line[7:].decode().strip())
        self.assertIn("run", events)
        self.assertEqual(events[-1], "end")

    def test_clients_are_distinguished_and_none_can_impersonate_another(self):
        daemon, proxy = self.behind("--post-rate", "0.1", "--log-level", "debug")

        def cancel(source, **headers):
            return proxy.request("DELETE", "/experiments/9", headers=headers, source=source).status
        self.assertEqual([cancel("127.0.0.1") for _ in range(3)], [404, 404, 429])  # twice at once, with a burst
        self.assertEqual(cancel("127.0.0.1", **{"X-Forwarded-For": "1.2.3.4"}), 429)
        self.assertEqual(cancel("127.0.0.2"), 404)
        daemon.line_with('event=request request="DELETE /experiments/9" status=404 client=127.0.0.2')

    def test_nobody_else_is_trusted(self):
        daemon = self.serve("--trusted-proxies", "10.0.0.0/8,unix", "--post-rate", "0.1")
        proxy = self.proxy(daemon)
        statuses = [daemon.request("DELETE", "/experiments/9", headers={"X-Forwarded-For": f"1.2.3.{i}"}).status for i in range(3)]
        self.assertEqual(statuses, [404, 404, 429])
        self.assertEqual(proxy.request("GET", "/").status, 421)

    def test_links_pages_and_posts_work_with_a_name_alone_if_the_proxy_is_trusted(self):
        daemon = self.serve("--allowed-host", NAME, "--trusted-proxies", "127.0.0.1")
        proxy = self.proxy(daemon, lambda text: text.replace("$host;", "$http_host;"))
        for method, path, body in (("GET", "/", None), ("POST", "/experiments", json.dumps(sweep()))):
            answer = proxy.request(method, path, body, {**JSON, "Origin": proxy.origin})
            self.assertIn(answer.status, (200, 202), answer.text)


class Nginx(BehindAProxy, unittest.TestCase):
    kind = "nginx"

    def test_it_works_if_the_proxy_sends_its_upstream_as_the_host(self):
        _, proxy = self.behind(edit=without_headers)
        for method, path, body in (("GET", "/", None), ("POST", "/experiments", json.dumps(sweep()))):
            answer = proxy.request(method, path, body, {**JSON, "Origin": proxy.origin})
            self.assertIn(answer.status, (200, 202), answer.text)
        self.assertEqual(proxy.request("POST", "/experiments", json.dumps(sweep()), {**JSON, "Origin": "https://evil.example"}).status, 403)

    def test_over_the_unix_socket(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="copybench-proxy-")))
        folder.chmod(0o755)
        daemon = self.serve("--trusted-proxies", "unix", "--public-origins", f"https://{NAME}", "--post-rate", "0.1",
                            listen=f"unix:{folder}/socket")
        (folder / "socket").chmod(0o666)
        proxy = self.enterContext(Proxy(self.kind, f"unix:{folder}/socket"))
        for source in ("127.0.0.1", "127.0.0.1", "127.0.0.2"):
            answer = proxy.request("DELETE", "/experiments/9", headers={"Origin": f"https://{NAME}"}, source=source)
            self.assertEqual(answer.status, 404, answer.text)
        self.assertEqual(proxy.request("DELETE", "/experiments/9", headers={"Origin": f"https://{NAME}"}).status, 429)
        self.assertEqual(daemon.request("GET", "/experiments").status, 200)


class Caddy(BehindAProxy, unittest.TestCase):
    kind = "caddy"

    def test_the_example_is_valid_as_it_is(self):
        with tempfile.TemporaryDirectory(prefix="copybench-proxy-") as folder:
            adapted = subprocess.run([need("caddy"), "adapt", "--config", ROOT / "systemd" / "Caddyfile"], capture_output=True, text=True,
                                     env={"HOME": folder, "PATH": "/usr/bin:/bin"}, timeout=30)
        self.assertEqual(adapted.returncode, 0, adapted.stderr)
        self.assertNotIn("warn", adapted.stderr.lower())


class Settings(unittest.TestCase):
    def test_a_public_origin_without_a_token_is_warned_about(self):
        with Daemon(environment={"COPYBENCH_PUBLIC_ORIGINS": "https://bench.lan,https://other.lan"}) as daemon:
            daemon.line_with("warning event=open_proxy .*everyone who reaches the proxy may write")
            for name in ("bench", "other"):
                self.assertEqual(daemon.get("/", Host=f"{name}.lan", Origin=f"https://{name}.lan").status, 200)


if __name__ == "__main__":
    unittest.main()
