"""Includes point one way: daemon -> api -> core. The build enforces it for what it compiles; this reads everything."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAY_INCLUDE = {
    "core": {"core"},
    "web": {"web"},
    "api": {"api", "core", "web"},
    "daemon": {"daemon", "api", "core", "web"},
}
# Libraries that only few files may include, and the folders of those files.
CONFINED = {
    "httplib.h": {"api/http"},
    "SQLiteCpp": {"core/database"},
    "CLI": {"daemon"},
}
MODULE = re.compile(r"^copybench_module\(([^\s)]+)([^)]*)\)", re.MULTILINE)
INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^">]+)[">]', re.MULTILINE)


def sources(layer):
    for path in sorted((ROOT / layer).rglob("*")):
        if path.suffix in (".h", ".cpp"):
            yield path


class Layers(unittest.TestCase):
    def test_no_include_points_upward(self):
        for layer, allowed in MAY_INCLUDE.items():
            for path in sources(layer):
                for included in INCLUDE.findall(path.read_text()):
                    top = included.split("/")[0]
                    if top in MAY_INCLUDE:
                        self.assertIn(top, allowed, f"{path.relative_to(ROOT)} includes {included}")
                    self.assertNotIn("..", included.split("/"), f"{path.relative_to(ROOT)} includes {included}")

    def test_each_folder_includes_only_the_folders_that_cmake_names_for_it(self):
        modules = {}
        for layer in MAY_INCLUDE:
            for folder, words in MODULE.findall((ROOT / layer / "CMakeLists.txt").read_text()):
                modules[folder] = set(words.split())
        self.assertIn("core/store", modules)
        for folder, named in modules.items():
            for path in sources(folder):
                if str(path.parent.relative_to(ROOT)) != folder:
                    continue
                for included in INCLUDE.findall(path.read_text()):
                    other = str(pathlib.PurePath(included).parent)
                    if other in modules and other != folder:
                        self.assertIn(other, named, f"{path.relative_to(ROOT)} includes {included}")

    def test_libraries_stay_where_they_belong(self):
        for layer in MAY_INCLUDE:
            for path in sources(layer):
                for included in INCLUDE.findall(path.read_text()):
                    homes = CONFINED.get(included.split("/")[0])
                    if homes:
                        place = str(path.relative_to(ROOT))
                        self.assertTrue(any(place.startswith(home + "/") for home in homes), f"{place} includes {included}")

    def test_there_is_something_to_read(self):
        for layer in MAY_INCLUDE:
            self.assertTrue(list(sources(layer)), layer)


if __name__ == "__main__":
    unittest.main(verbosity=2)
