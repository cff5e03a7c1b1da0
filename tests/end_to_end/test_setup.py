"""daemon/setup.sh: its package names on each system, and its handling of packages that are not available. Scripts stand in for
the systems' programs, so nothing is installed."""

import os
import pathlib
import pty
import shutil
import stat
import subprocess
import tempfile
import unittest

from daemon import ROOT

NOBODY = 65534
TOOLS = ("bash", "awk", "sed", "grep", "mktemp", "rm", "env", "wc", "cat", "tail", "head", "tee", "nproc")
# What each reads: a file of the names that are installed, and one of those that the lists offer ("*": all).
PLAYED = {
    "dpkg-query": '''shift 3; for name; do grep -qxF "$name" installed && echo "$name installed"; done; true''',
    "apt-cache": '''grep -qxF -e "${@: -1}" -e '*' offered''',
    "apt-get": '''echo "apt-get $*" >>calls; for name; do grep -qxF "$name" broken && exit 100; done; true''',
    "rpm": '''grep -qxF "${@: -1}" installed''',
    "dnf": '''[[ $2 != list ]] && echo "dnf $*" >>calls; grep -qxF -e "${@: -1}" -e '*' offered''',
    "pacman": '''case $1 in
      -T) shift; for name; do grep -qxF "$name" installed || echo "$name"; done; exit 127 ;;
      -Si) grep -qxF -e "$2" -e '*' offered ;;
      *) echo "pacman $*" >>calls ;;
    esac''',
    "sudo": '''[[ $1 == -n ]] && exit 1; echo "sudo $*" >>calls; exec "$@"''',
}


class Setup(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="copybench-test-")))
        self.folder.chmod(0o777)
        for tool in TOOLS:
            (self.folder / tool).symlink_to(shutil.which(tool))
        for name, text in PLAYED.items():
            self.program(name, f"cd '{self.folder}'\n{text}")
        shutil.copy(ROOT / "daemon" / "setup.sh", self.folder)
        self.files(installed=(), offered=["*"], broken=(), calls=())

    def program(self, name, text="true"):
        (self.folder / name).write_text(f"#!/bin/bash\n{text}\n")
        (self.folder / name).chmod(0o755)

    def files(self, **named):
        for name, lines in named.items():
            (self.folder / name).write_text("".join(f"{line}\n" for line in lines))
            (self.folder / name).chmod(stat.S_IRUSR | stat.S_IWUSR | stat.S_IROTH | stat.S_IWOTH)

    def call(self, groups, *, system="ID=debian", before="", user=0, answer=None):
        """Returns (exit status, output); calls has the commands. answer: typed on a terminal."""
        (self.folder / "os-release").write_text(system + "\n")
        script = f"set -euo pipefail; source '{self.folder}/setup.sh'; {before} install_packages {groups}"
        keyboard = ours = subprocess.DEVNULL
        if answer is not None:
            ours, keyboard = pty.openpty()
            os.write(ours, answer.encode())
        options = {"user": user, "group": user, "extra_groups": []} if os.geteuid() == 0 and user else {}
        done = subprocess.run(["bash", "-c", script], stdin=keyboard, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                              timeout=60, env={"PATH": str(self.folder), "TMPDIR": str(self.folder),
                                               "COPYBENCH_OS_RELEASE": str(self.folder / "os-release")}, **options)
        if answer is not None:
            os.close(keyboard)
            os.close(ours)
        return done.returncode, done.stdout

    def calls(self):
        return (self.folder / "calls").read_text().splitlines()

    def installed_by(self, system):
        """Returns the requested names of all groups."""
        self.files(calls=())
        status, said = self.call("build run test fuzz bench", system=system)
        self.assertEqual(status, 0, said)
        return {name for line in self.calls() if " install " in line or " -S " in line for name in line.split()}

    @unittest.skipIf(os.geteuid() != 0, "an ordinary user is asked before anything is installed")
    def test_each_system_has_its_own_names(self):
        debian = self.installed_by("ID=debian\nVERSION_ID=12")
        self.assertLessEqual({"g++", "libcpp-httplib-dev", "linux-perf", "libclang-rt-dev", "file", "chromium"}, debian)
        ubuntu = self.installed_by("ID=ubuntu\nID_LIKE=debian\nVERSION_ID=24.04")
        self.assertLessEqual({"g++", "libcpp-httplib-dev", "linux-tools-common", "linux-tools-generic"}, ubuntu)
        self.assertTrue(ubuntu.isdisjoint({"linux-perf", "chromium"}), ubuntu)
        fedora = self.installed_by("ID=fedora")
        self.assertLessEqual({"gcc-c++", "cpp-httplib-devel", "perf", "compiler-rt"}, fedora)
        arch = self.installed_by("ID=arch")
        self.assertLessEqual({"gcc", "cpp-httplib", "nlohmann-json", "perf"}, arch)
        self.assertEqual(self.installed_by("ID=linuxmint\nID_LIKE='ubuntu debian'"), ubuntu)

    @unittest.skipIf(os.geteuid() != 0, "an ordinary user is asked before anything is installed")
    def test_the_first_available_name_is_taken(self):
        self.files(offered=["clang", "libclang-rt-14-dev"])
        status, said = self.call("fuzz")
        self.assertEqual(status, 0, said)
        self.assertIn("libclang-rt-14-dev", self.calls()[-1])
        self.files(installed=["clang", "libclang-rt-14-dev"], calls=())
        self.assertEqual(self.call("fuzz"), (0, ""))
        self.assertEqual(self.calls(), [])

    @unittest.skipIf(os.geteuid() != 0, "an ordinary user is asked before anything is installed")
    def test_an_unknown_name_blocks_no_other(self):
        self.files(offered=["curl", "jq"])
        status, said = self.call("run")
        self.assertEqual(status, 0, said)
        self.assertIn("no linux-perf, so this goes without: cycles, cache misses and profiles", said)
        self.assertTrue(self.calls()[-1].endswith("--no-install-recommends curl jq"), self.calls())
        self.files(offered=["jq"])
        status, said = self.call("run")
        self.assertEqual(status, 0, said)
        self.assertIn("no curl. The build needs it (for requests)", said)

    @unittest.skipIf(os.geteuid() != 0, "an ordinary user is asked before anything is installed")
    def test_a_failing_optional_package_stops_nothing_and_a_required_one_does(self):
        self.files(broken=["linux-perf"])
        status, said = self.call("run")
        self.assertEqual(status, 0, said)
        self.assertIn("linux-perf could not be installed", said)
        self.files(broken=["jq"])
        status, said = self.call("run")
        self.assertEqual(status, 1, said)
        self.assertIn("apt-get install --no-install-recommends curl jq", said)

    def test_nothing_is_installed_if_the_caller_says_so(self):
        status, said = self.call("build run", before="install=no;")
        self.assertEqual(status, 0, said)
        self.assertRegex(said, r"Missing packages: g\+\+ .*curl jq linux-perf\nThey are not installed")
        self.assertEqual(self.calls(), [])

    def test_programs_from_elsewhere_need_no_package(self):
        for program in ("curl", "jq"):
            self.program(program)
        self.program("perf", '[[ $1 == --version ]]')
        self.assertEqual(self.call("run"), (0, ""))
        # Ubuntu packages perf for its own kernels only.
        self.program("perf", 'echo "WARNING: perf not found for kernel" >&2; exit 2')
        _, said = self.call("run", system="ID=ubuntu", before="install=no;")
        self.assertIn("Missing packages: linux-tools-common linux-tools-generic\n", said)

    def test_npm_is_not_installed_beside_another_node(self):
        self.program("node", "echo v22.1.0")
        status, said = self.call("build", before="install=no;")
        self.assertEqual(status, 0, said)
        self.assertIn("npm is missing beside v22.1.0", said)
        self.assertNotRegex(said, r"Missing packages: .*\bnpm\b")

    def test_an_ordinary_user_is_asked_and_may_decline(self):
        for answer, expected in (("n\n", 1), ("\n", 0), ("y\n", 0)):
            self.files(calls=())
            status, said = self.call("run", user=NOBODY, answer=answer)
            self.assertEqual(status, expected, said)
            self.assertIn("Missing packages: curl jq linux-perf", said)
            self.assertEqual(bool(self.calls()), expected == 0, self.calls())
        self.assertTrue(all(line.startswith(("sudo ", "apt-get ")) for line in self.calls()), self.calls())

    def test_without_a_terminal_it_prints_the_command_to_run(self):
        status, said = self.call("run", user=NOBODY)
        self.assertEqual(status, 1, said)
        self.assertIn("As root, run: apt-get update && apt-get install --no-install-recommends curl jq linux-perf", said)
        self.files(installed=["curl", "jq"])
        status, said = self.call("run", user=NOBODY)
        self.assertEqual(status, 0, said)
        self.assertIn("None of them is required", said)

    def test_an_unknown_system_gets_a_list_of_what_is_needed(self):
        status, said = self.call("run", system="ID=other")
        self.assertEqual(status, 0, said)
        self.assertIn("  curl (required)\n  jq (required)\n  linux-perf (optional)\n", said)
        self.assertEqual(self.calls(), [])

    def test_a_warning_fails_the_tests_but_no_user_s_build(self):
        cache = self.folder / "CMakeCache.txt"
        self.program("cmake", f"""cd '{self.folder}'
            if [[ $1 == -B ]]; then echo COPYBENCH_WERROR:BOOL=OFF >CMakeCache.txt; exit; fi
            if [[ ! -e broken_source ]] && grep -q =OFF CMakeCache.txt; then exit; fi
            echo "x.cpp:1:1: error: $([[ -e broken_source ]] && echo 'expected ;' || echo 'unused x [-Werror=unused]')"; exit 1""")
        arguments = f"'{self.folder}' '{self.folder}/build.log' Building"

        def build(function):
            cache.write_text("COPYBENCH_WERROR:BOOL=ON\n")
            (self.folder / "build.log").write_text("")
            return self.call("", before=f"install_packages() {{ {function} {arguments}; }};")

        status, said = build("build")
        self.assertEqual(status, 1, said)
        self.assertIn("[-Werror=unused]", said)
        status, said = build("build_for_use")
        self.assertEqual(status, 0, said)
        self.assertIn("Building without that.\nBuilding: done", said)
        (self.folder / "broken_source").touch()
        status, said = build("build_for_use")
        self.assertEqual(status, 1, said)
        self.assertNotIn("Building without that", said)


if __name__ == "__main__":
    unittest.main(verbosity=2)
