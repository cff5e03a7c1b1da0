"""Faults of disk and clocks that only the daemon under test sees: shim.c or storage_shim.c, preloaded."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

FOLDER = pathlib.Path(__file__).parent


class Shim:
    """A folder with the compiled shim and its control files. environment is for the Daemon."""

    def __init__(self, source="shim.c"):
        compiler = shutil.which("cc") or shutil.which("gcc")
        if not compiler:
            raise unittest.SkipTest("no C compiler here, which this test's faults are compiled by")
        self._folder = tempfile.TemporaryDirectory(prefix="copybench-shim-")
        library = os.path.join(self._folder.name, "shim.so")
        subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", library, FOLDER / source], check=True)
        self.environment = {"LD_PRELOAD": library, "SHIM_OF_COPYBENCH": self._folder.name}

    @property
    def folder(self):
        return pathlib.Path(self._folder.name)

    def set(self, name, value=""):
        # Renamed into place, so that the daemon never reads half a file.
        path = os.path.join(self._folder.name, name)
        pathlib.Path(path + ".new").write_text(str(value))
        os.replace(path + ".new", path)

    def clear(self, name):
        pathlib.Path(self._folder.name, name).unlink(missing_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._folder.cleanup()
