"""The Debian package of the build: its version, contents, dependencies and lintian's findings. test_boot.py installs it."""

import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import boot
from daemon import BINARY, ROOT

BUILD = pathlib.Path(BINARY).parent
# The code whose time is part of the figures.
MEASURED = tuple(f"core/CMakeFiles/copybench_core_{name}." for name in ("engine", "load", "wire"))


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120, **options)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


def need(*programs):
    for program in programs:
        if not shutil.which(program):
            raise unittest.SkipTest(f"{program} is missing: apt-get install {program}")


def is_older(one, other):
    return subprocess.run(["dpkg", "--compare-versions", one, "lt", other], check=False).returncode == 0


class Version(unittest.TestCase):
    def setUp(self):
        need("git", "cmake", "dpkg")
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="copybench-version-")))
        self.source, self.output = self.folder / "source", self.folder / "output"
        self.source.mkdir()
        (self.source / "CMakeLists.txt").touch()

    def git(self, *arguments):
        run("git", "-C", self.source, "-c", "user.name=Test", "-c", "user.email=test@localhost", *arguments)

    def commit(self, subject):
        (self.source / "file").write_text(subject)
        self.git("add", ".")
        self.git("commit", "--message", subject)

    def made(self):
        run("cmake", f"-DSOURCE={self.source}", "-DPROJECT_VERSION=0.1.0", f"-DOUTPUT={self.output}", "-P",
            ROOT / "core" / "base" / "version.cmake")
        return re.fullmatch(r'#define COPYBENCH_VERSION "(\S+)"\n', (self.output / "version_text.h").read_text()).group(1)

    def test_a_later_commit_upgrades_an_earlier_one_before_and_after_a_tag(self):
        self.git("init", "--quiet")
        versions = []
        for number in range(11):
            self.commit(f"Change {number}")
            versions.append(self.made())
        self.assertRegex(versions[0], r"^0\.1\.0~1\.g[0-9a-f]{10}$")
        self.git("tag", "--annotate", "--message", "First", "v0.1.0")
        versions.append(self.made())
        self.assertEqual(versions[-1], "0.1.0")
        self.commit("Mend a fault; and @another@ one\\")
        versions.append(self.made())
        self.assertRegex(versions[-1], r"^0\.1\.0\+1\.g[0-9a-f]{10}$")
        self.assertIn("* Mend a fault; and @another@ one\\", (self.output / "package.cmake").read_text())
        self.assertNotIn("* Change", (self.output / "package.cmake").read_text())
        self.git("tag", "v0.2.0")
        versions.append(self.made())
        for earlier, later in zip(versions, versions[1:]):
            self.assertTrue(is_older(earlier, later), (earlier, later))
        (self.source / "file").write_text("changed")
        self.assertEqual(self.made(), "0.2.0+dirty")

    def test_without_a_checkout_the_version_is_the_project_s(self):
        self.assertEqual(self.made(), "0.1.0")
        date = re.search(r"copybench_date \[==\[(\d+)\]==\]", (self.output / "package.cmake").read_text()).group(1)
        self.assertEqual(int(date), int((self.source / "CMakeLists.txt").stat().st_mtime))

    def test_the_version_has_the_gnu_format(self):
        for flag in ("--version", "-V"):
            self.assertRegex(run(BINARY, flag), r"^copybenchd [0-9]\S+\n$")


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        need("cpack", "dpkg-shlibdeps", "file", "dpkg-deb")
        cls.folder = pathlib.Path(cls.enterClassContext(tempfile.TemporaryDirectory(prefix="copybench-package-")))
        cls.package = boot.make_package(BUILD, None, cls.folder)
        cls.tree = cls.folder / "tree"
        run("dpkg-deb", "--extract", cls.package, cls.tree)
        run("gzip", "--decompress", cls.tree / "usr/share/doc/copybench/changelog.gz")
        needed = run("readelf", "--dynamic", cls.tree / "usr/bin/copybenchd")
        cls.dynamic = needed
        cls.sanitized = "libasan" in needed or "libtsan" in needed

    def field(self, name):
        return run("dpkg-deb", "--field", self.package, name).strip()

    def text(self, path):
        return (self.tree / path).read_text()

    def plain_build_only(self):
        if self.sanitized:
            self.skipTest("a build with sanitizers is not what is packaged")

    def test_its_version_is_the_program_s_and_the_changelog_s(self):
        version = run(BINARY, "--version").split()[1]
        self.assertEqual(self.field("Version"), version)
        self.assertTrue(self.package.name.startswith(f"copybench_{version}_"))
        changelog = run("dpkg-parsechangelog", "--file", self.tree / "usr/share/doc/copybench/changelog")
        self.assertIn(f"\nVersion: {version}\n", changelog)
        self.assertRegex(changelog, r"\n \.\n   \* ")

    def test_it_has_the_files_of_an_installation(self):
        for path in ("usr/bin/copybenchd", "usr/lib/systemd/system/copybenchd.service", "usr/libexec/copybench/queue-sweep",
                     "usr/share/man/man8/copybenchd.8.gz", "usr/share/man/man5/copybench.toml.5.gz", "etc/copybench/copybench.toml",
                     "usr/share/doc/copybench/examples/nginx.conf", "usr/share/doc/copybench/examples/Caddyfile"):
            self.assertTrue((self.tree / path).is_file(), path)
        completion = self.tree / "usr/share/bash-completion/completions/copybenchd"
        offered = run("bash", "--norc", "-euc", f"source '{completion}'; COMP_WORDS=(copybenchd se); COMP_CWORD=1; _copybenchd;"
                                                "echo ${COMPREPLY[@]}; complete -p copybenchd")
        self.assertEqual(offered, "serve\ncomplete -F _copybenchd copybenchd\n")

    def test_the_licences_of_the_bundled_libraries_are_included(self):
        bundled = re.findall(r"^-{80}\n\n(\S+) \S+ \((\S+)\)$", (BUILD / "web/page/notices.txt").read_text(), re.MULTILINE)
        self.assertGreater(len(bundled), 10)
        copyright = self.text("usr/share/doc/copybench/copyright")
        for name, licence in bundled:
            paragraph = re.search(rf"\n\nFiles: web/node_modules/{re.escape(name)}/\*\nCopyright: .+(?:\n .+)*\nLicense: (\S+)\n .+", copyright)
            self.assertTrue(paragraph, name)
            self.assertEqual(paragraph.group(1), {"MIT": "Expat"}.get(licence, licence))
        self.assertIn("License: unstated\n No licence has been stated for copybench.\n", copyright)

    def test_it_depends_only_on_what_it_uses(self):
        depends = {relation.split()[0] for relation in self.field("Depends").split(",")}
        self.assertIn("curl", depends)
        libraries = set()
        for library in re.findall(r"\(NEEDED\).*\[(.+)\]", self.dynamic):
            found = run("dpkg-query", "--search", f"*/{library}").splitlines()
            libraries |= {line.split(":")[0] for line in found}
        provided = run("dpkg-query", "--show", "--showformat", "${Package}, ${Provides}, ", *libraries)
        self.assertLessEqual(depends - {"curl"}, {name.split()[0] for name in provided.split(",") if name.strip()})

    def made_again(self, mask, **environment):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory(prefix="copybench-package-")))
        before = os.umask(mask)
        try:
            return boot.make_package(BUILD, None, folder, environment={**os.environ, **environment})
        finally:
            os.umask(before)

    def test_two_builds_are_equal_wherever_and_whenever_they_are_made(self):
        same_mask = os.umask(0o022)
        os.umask(same_mask)
        self.assertEqual(self.made_again(same_mask, TZ="Asia/Tokyo", LC_ALL="C").read_bytes(), self.package.read_bytes())
        # CPack's archive entries get their mode from the umask; installed files do not.
        strict = self.made_again(0o077)
        self.assertEqual(run("dpkg-deb", "--contents", strict), run("dpkg-deb", "--contents", self.package))
        if not self.sanitized:
            self.assertNotIn(str(ROOT).encode(), (self.tree / "usr/bin/copybenchd").read_bytes())

    def test_it_is_hardened_except_where_it_measures(self):
        self.plain_build_only()
        self.assertIn("NOW", self.dynamic)
        self.assertIn("__stack_chk_fail", symbols := run("readelf", "--dyn-syms", "--wide", self.tree / "usr/bin/copybenchd"))
        self.assertRegex(symbols, r"__\w+_chk@")
        optimized = set()
        for entry in json.loads((BUILD / "compile_commands.json").read_text()):
            target = re.search(r" -o (\S+)", entry["command"]).group(1)
            if not target.startswith("core/") or "precompiled" in target:
                continue
            measured = target.startswith(MEASURED)
            with self.subTest(target=target):
                self.assertEqual("-D_FORTIFY_SOURCE=2" in entry["command"], not measured)
                self.assertEqual("-fstack-protector-strong" in entry["command"], not measured)
                optimized.add(re.search(r" (-O\w*)", entry["command"]).group(1))
        self.assertEqual(len(optimized), 1)

    def test_lintian_finds_nothing(self):
        self.plain_build_only()
        need("lintian")
        done = subprocess.run(["lintian", "--fail-on", "error,warning", "--tag-display-limit", "0", self.package], capture_output=True,
                              text=True, timeout=200)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
