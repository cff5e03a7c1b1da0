"""The commands of the READMEs: each runs here, or is listed with the test that runs it."""

import os
import pathlib
import re
import subprocess
import tempfile
import unittest

from daemon import BINARY, ROOT, Daemon, without_settings

READMES = ["README.md", "core/README.md", "api/README.md", "systemd/README.md", "tests/README.md", ".github/CONTRIBUTING.md"]
EXPERIMENTS = 6  # as many as the READMEs name

# Commands that need a setup of their own: a terminal, root, a package, minutes. Each with the file that runs it.
ELSEWHERE = {
    "./daemon/run --quick": "tests/end_to_end/test_run_script.py",
    "./daemon/run --no-install": "tests/end_to_end/test_run_script.py",
    "./tests/run": "tests/bare",
    "sudo ./systemd/install": "tests/end_to_end/test_install.py",
    "sudo systemctl enable --now copybenchd": "tests/end_to_end/test_boot.py",
    "cmake --build build --target package": "tests/end_to_end/test_package.py",
    "sudo apt-get install ./build/copybench_VERSION_amd64.deb": "tests/end_to_end/test_package.py",
    "(umask 077; head -c 32 /dev/urandom | base64 >token)": "tests/end_to_end/test_access.py",
    "build/copybenchd serve --listen 0.0.0.0:8090": "tests/end_to_end/test_access.py",
    "curl -H @- bench.lan:8090": "tests/end_to_end/test_access.py",
    "curl --fail '127.0.0.1:8090/compare": "tests/api/endpoints/comparisons_test.cpp",
    "build/copybenchd engine two_copy": "tests/end_to_end/test_by_hand.py",
    "build/copybenchd load": "tests/end_to_end/test_by_hand.py",
    "build/copybenchd restore": "tests/end_to_end/test_keeping.py",
    "build/copybenchd import": "tests/end_to_end/test_keeping.py",
    "build-sanitize/tests/tests_core_model": "tests/CMakeLists.txt",
    "COPYBENCH_": "tests/end_to_end",
    "python3 -B tests/end_to_end/": "tests/CMakeLists.txt",
    "tests/fuzz/run": "tests/fuzz/CMakeLists.txt",
}


def blocks(readme, language):
    """Returns the fenced blocks of that language."""
    text = (ROOT / readme).read_text()
    return [body for said, body in re.findall(r"^```([a-z]*)\n(.*?)^```$", text, re.S | re.M) if said == language]


def commands(block):
    """Returns the commands, joining lines that end with a backslash."""
    return [line.split(" #")[0].strip() for line in block.replace("\\\n", "").splitlines() if line.strip()]


def elsewhere(command):
    return next((place for start, place in ELSEWHERE.items() if command.startswith(start)), None)


class Commands(unittest.TestCase):
    def test_every_command_has_a_test(self):
        for readme in READMES:
            for command in [one for block in blocks(readme, "") for one in commands(block)]:
                for part in command.split(" && "):
                    with self.subTest(readme=readme, command=part):
                        place = elsewhere(part)
                        self.assertIsNotNone(place, "mark its block as sh, or name the test that runs it")
                        self.assertTrue((ROOT / place).exists())

    def test_links_resolve(self):
        for readme in READMES:
            for target in re.findall(r"\]\(([^)#]+)[^)]*\)", (ROOT / readme).read_text()):
                if target.startswith("http"):
                    continue
                with self.subTest(readme=readme, target=target):
                    self.assertTrue(((ROOT / readme).parent / target).exists())

    def run_block(self, daemon, folder, block, readme):
        address = f"127.0.0.1:{daemon.port}"
        script = "\n".join(command for command in commands(block) if not elsewhere(command))
        script = script.replace("127.0.0.1:8090", address).replace("build/copybenchd", BINARY)
        # A run id for one curl command, and the daemon's own data where a README has the service's.
        wrapped = f'set -eu\ncurl() {{ command curl -sS --fail-with-body --max-time 60 "$@"; }}\n{script}\n'
        done = subprocess.run(["bash", "-c", wrapped], cwd=folder, capture_output=True, text=True, timeout=120,
                              env={**without_settings(os.environ), "STATE_DIRECTORY": str(daemon.data_dir), "COPYBENCH_CONFIG": os.devnull})
        self.assertEqual(done.returncode, 0, f"{readme}:\n{script}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return done.stdout

    def test_the_others_run(self):
        with Daemon() as daemon, tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "tests").symlink_to(ROOT / "tests")
            for _ in range(EXPERIMENTS):
                daemon.measured()
            ran = 0
            for readme in READMES:
                for block in blocks(readme, "sh"):
                    with self.subTest(readme=readme, block=block):
                        self.run_block(daemon, folder, block, readme)
                        ran += 1
            self.assertGreater(ran, 8)


if __name__ == "__main__":
    unittest.main()
