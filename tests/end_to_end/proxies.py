"""A reverse proxy with TLS in front of a daemon, configured by the examples of systemd/. As a program: `proxies.py nginx|caddy
UPSTREAM` runs one until its standard input ends, and prints its port."""

import http.client
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest

from daemon import PATIENCE_S, ROOT, Answer, free_port, wait_until

NAME = "bench.lan"
# The parts of nginx's own file around the sites: files in the test's folder, one worker in the foreground.
NGINX = """daemon off;
pid {folder}/pid;
error_log stderr warn;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  default_type application/octet-stream;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
{site}
}}
"""


def need(program, package=None):
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    if not path:
        raise unittest.SkipTest(f"{program} is missing: apt-get install {package or program}")
    return path


def replace(text, old, new):
    if old not in text:
        raise AssertionError(f"the example lacks {old}")
    return text.replace(old, new)


def make_certificate(folder):
    """Makes a certificate, signed by itself, and its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run([need("openssl"), "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-subj", f"/CN={NAME}", "-addext", f"subjectAltName=DNS:{NAME}", "-keyout", key, "-out", certificate],
                   check=True, capture_output=True)
    return certificate, key


class TlsConnection(http.client.HTTPSConnection):
    """Connects to NAME at 127.0.0.1, from an address of this host."""

    def __init__(self, port, certificate, source="127.0.0.1"):
        super().__init__(NAME, port, timeout=PATIENCE_S, context=ssl.create_default_context(cafile=certificate))
        self._source = source

    def connect(self):
        plain = socket.create_connection(("127.0.0.1", self.port), self.timeout, (self._source, 0))
        self.sock = self._context.wrap_socket(plain, server_hostname=NAME)


class Proxy:
    """Leaving the block ends it. upstream: HOST:PORT of the daemon. edit: changes the text of the example."""

    def __init__(self, kind, upstream, edit=lambda text: text):
        self._folder = tempfile.TemporaryDirectory(prefix="copybench-proxy-")
        folder = pathlib.Path(self._folder.name)
        # If root starts nginx, its workers have a user of their own.
        folder.chmod(0o755)
        self.port, self.upstream = free_port(), upstream
        self.origin = f"https://{NAME}:{self.port}"
        self.certificate, key = make_certificate(folder)
        self._log = tempfile.TemporaryFile()
        command = getattr(self, kind)(folder, key, edit)
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log,
                                        env={**os.environ, "HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)})
        try:
            wait_until(self._listens, f"{kind} listens on {self.port}")
        except AssertionError:
            self.stop()
            raise

    def nginx(self, folder, key, edit):
        program = need("nginx")
        site = edit((ROOT / "systemd" / "nginx.conf").read_text())
        site = replace(site, "127.0.0.1:8090", self.upstream)
        site = replace(site, "listen 443", f"listen 127.0.0.1:{self.port}")
        site = replace(site, "listen 80", f"listen 127.0.0.1:{free_port()}")
        site = replace(site, "/etc/ssl/certs/bench.lan.pem", str(self.certificate))
        site = replace(site, "/etc/ssl/private/bench.lan.key", str(key))
        file = folder / "nginx.conf"
        file.write_text(NGINX.format(folder=folder, site=site))
        command = [program, "-p", folder, "-c", file]
        subprocess.run([*command, "-t", "-q"], check=True, stderr=self._log)
        return command

    def caddy(self, folder, key, edit):
        program = need("caddy")
        site = edit((ROOT / "systemd" / "Caddyfile").read_text())
        site = replace(site, "127.0.0.1:8090", self.upstream)
        site = replace(site, f"\n{NAME} {{", "\n{\n\tadmin off\n\tauto_https disable_redirects\n}\n" + f"{NAME}:{self.port} {{\n\tbind 127.0.0.1")
        site = replace(site, "tls internal", f"tls {self.certificate} {key}")
        file = folder / "Caddyfile"
        file.write_text(site)
        return [program, "run", "--adapter", "caddyfile", "--config", file]

    def _listens(self):
        if self.process.poll() is not None:
            raise AssertionError(f"the proxy has ended:\n{self.log()}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def log(self):
        self._log.seek(0)
        return self._log.read().decode(errors="replace")[-3000:]

    def connection(self, source="127.0.0.1"):
        return TlsConnection(self.port, self.certificate, source)

    def request(self, method, path, body=None, headers=None, source="127.0.0.1"):
        connection = self.connection(source)
        try:
            connection.request(method, path, body, headers or {})
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()
        self._folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def without_headers(text):
    """The example as a proxy that forwards nothing about its client and sends its upstream as the Host: nginx's defaults."""
    return re.sub(r" *proxy_set_header [^;]+;\n", "", text)


if __name__ == "__main__":
    with Proxy(sys.argv[1], sys.argv[2], without_headers if "--without-headers" in sys.argv else lambda text: text) as proxy:
        print(proxy.port, flush=True)
        sys.stdin.read()
