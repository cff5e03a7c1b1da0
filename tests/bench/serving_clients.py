"""The clients that load the daemon in serving_load.py. They are separate processes and do little for each byte, so that the
daemon is the bottleneck."""
import multiprocessing
import os
import selectors
import socket
import time

# Addresses that differ from the measured client's and from each other.
FLOOD_FROM = ("127.0.0.2", 0)
HELD_FROM = ("127.0.0.3", 0)
SMALL_BUFFER = 4096  # of a slow reader's socket: bytes in the kernel's buffer say nothing about the reader
TURN = 0.05  # seconds
PATIENCE = 5  # seconds for requests in flight at a flood's end: they would count in the next flood


def request(port, path, method="GET", body=""):
    content = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{content}\r\n{body}".encode()


def ask(port, sent):
    """Returns the status, or 0 without a response. The body is read and dropped."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=120) as client:
            client.sendall(sent)
            head = client.recv(65536)
            part = head
            while part:
                part = client.recv(262144)
        return int(head[9:12] or 0)
    except ConnectionError:
        return 0


class Load:
    """A process that loads the daemon within its `with`: _run(arguments) loops until _stop is set, and counts."""

    def __init__(self, *arguments):
        self._count = multiprocessing.Value("q", 0)
        self._stop = multiprocessing.Event()
        self.process = multiprocessing.Process(target=self._run, args=arguments, daemon=True)

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self._stop.set()
        self.process.join()

    @property
    def count(self):
        return self._count.value

    def _run(self, *arguments):
        raise NotImplementedError


class Flood(Load):
    """Keeps this many requests in flight, each on its own connection. Counts responses."""

    def _run(self, port, sent, at_once):
        with selectors.DefaultSelector() as clients:
            def begin():
                client = socket.create_connection(("127.0.0.1", port), source_address=FLOOD_FROM)
                client.sendall(sent)
                clients.register(client, selectors.EVENT_READ)

            for _ in range(at_once):
                begin()
            until = None
            while clients.get_map() and (until is None or time.monotonic() < until):
                if until is None and self._stop.is_set():
                    until = time.monotonic() + PATIENCE
                for key, _ in clients.select(TURN):
                    try:
                        ended = not key.fileobj.recv(262144)
                    except OSError:
                        ended = True
                    if ended:
                        clients.unregister(key.fileobj)
                        key.fileobj.close()
                        self._count.value += 1
                        if until is None:
                            begin()


class Held(Load):
    """Event streams that are read at once, and clients that read a limited number of bytes a second: slow lists (path, bytes a
    second). A client that was disconnected or has everything asks again. Counts requests."""

    def _run(self, port, streams, slow):
        def begin(path, buffer):
            client = socket.socket()
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
            client.bind(HELD_FROM)
            client.connect(("127.0.0.1", port))
            client.sendall(request(port, path))
            client.setblocking(False)
            self._count.value += 1
            return client

        def ended(client, size):
            try:
                return not client.recv(size)
            except BlockingIOError:
                return False
            except OSError:
                return True

        clients = [[path, rate, begin(path, SMALL_BUFFER)] for path, rate in slow]
        clients += [["/events", 1 << 20, begin("/events", 65536)] for _ in range(streams)]
        while not self._stop.wait(TURN):
            for one in clients:
                path, rate, client = one
                if ended(client, max(1, int(rate * TURN))):
                    client.close()
                    one[2] = begin(path, SMALL_BUFFER if path != "/events" else 65536)
        for *_, client in clients:
            client.close()


class Cpus:
    """Within its `with`: the CPUs that the named processes took, and those that all others took."""

    def __init__(self, **pids):
        self._pids = {name: pid for name, pid in pids.items() if pid}

    def __enter__(self):
        self._before = self._now()
        return self

    def __exit__(self, *_):
        self._after = self._now()

    def _now(self):
        used = {}
        for name, pid in self._pids.items():
            with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            used[name] = int(fields[11]) + int(fields[12])
        with open("/proc/stat", encoding="ascii") as file:
            user, nice, system, _, _, irq, softirq, steal = map(int, file.readline().split()[1:9])
        used["others"] = user + nice + system + irq + softirq + steal - sum(used.values())
        return used, time.monotonic()

    def __str__(self):
        (before, began), (after, ended) = self._before, self._after
        ticks = os.sysconf("SC_CLK_TCK") * (ended - began)
        return ", ".join(f"{name} {max(0, after[name] - before[name]) / ticks:.1f}" for name in before)
