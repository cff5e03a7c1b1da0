"""Models the state of a folder after a power loss, from the journal of every change that storage_shim.c keeps.

Synced data survive. Any part of the rest may survive: each write whole, torn between sectors, or not at all, in any order.
After a failed sync, a later sync guarantees nothing about earlier writes, as with Linux, which marks such pages clean. Names
appear and vanish in order, and for certain once their folder is synced.
"""

import os
import pathlib
import struct

HEADER = struct.Struct("<IIQQ")
SECTORS = (512, 4096)


class Contents:
    """One file: its durable content, and the later changes."""

    def __init__(self, data=b""):
        self.certain = bytearray(data)
        self.open = []  # (place in the journal, kind, offset, bytes), in order

    def change(self, place, kind, at, data):
        self.open.append((place, kind, at, data))

    def synced(self, until):
        for _, *change in self.take(until):
            apply(self.certain, *change)

    def sync_failed(self, until, random):
        for _, *change in self.take(until):
            perhaps_apply(self.certain, *change, random)

    def take(self, until):
        taken = [change for change in self.open if change[0] < until]
        self.open = [change for change in self.open if change[0] >= until]
        return taken

    def lost(self, random):
        left = bytearray(self.certain)
        for _, *change in self.open:
            perhaps_apply(left, *change, random)
        return left


def perhaps_apply(content, kind, at, data, random):
    fate = random.random()
    if fate < 0.4:
        apply(content, kind, at, data)
    elif fate < 0.7 and kind == "W":
        sector = random.choice(SECTORS)
        start = at
        while start < at + len(data):
            end = min((start // sector + 1) * sector, at + len(data))
            if random.random() < 0.5:
                apply(content, "W", start, data[start - at:end - at])
            start = end


def apply(content, kind, at, data):
    if kind == "T":
        del content[at:]
    end = at + len(data)
    if len(content) < end:
        content.extend(bytes(end - len(content)))
    content[at:end] = data


def records(journal):
    data, place = pathlib.Path(journal).read_bytes(), 0
    while place + HEADER.size <= len(data):
        kind, length, inode, at = HEADER.unpack_from(data, place)
        body = data[place + HEADER.size:place + HEADER.size + length]
        if len(body) < length:
            return
        yield place, chr(kind), inode, at, body
        place += HEADER.size + length


class Disk:
    """A folder whose durable content is known."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.files = {}  # by inode
        self.names = {}  # of the folder, durable
        self.renamings = []  # of names, not yet durable
        for path in self.folder.iterdir():
            inode = path.stat().st_ino
            self.names[path.name] = inode
            self.files[inode] = Contents(path.read_bytes())

    def replay(self, journal, random):
        folder = self.folder.stat().st_ino
        for place, kind, inode, at, body in records(journal):
            if kind in "CUR":
                if kind == "C":
                    self.files[inode] = Contents()  # an inode number may be reused
                self.renamings.append((place, kind, inode, [os.path.basename(name) for name in body.decode().split("\n")]))
            elif inode == folder:
                if kind == "S":
                    while self.renamings and self.renamings[0][0] < at:
                        self.rename(*self.renamings.pop(0)[1:])
            elif kind == "S":
                self.files.setdefault(inode, Contents()).synced(at)
            elif kind == "F":
                self.files.setdefault(inode, Contents()).sync_failed(at, random)
            else:
                self.files.setdefault(inode, Contents()).change(place, kind, at, body)

    def rename(self, kind, inode, names):
        if kind == "C":
            self.names[names[0]] = inode
        elif kind == "U":
            self.names.pop(names[0], None)
        elif names[0] in self.names:
            self.names[names[1]] = self.names.pop(names[0])

    def lose_power(self, random):
        """Writes a state that a power loss might have left into the folder."""
        for _, *renaming in self.renamings[:random.randint(0, len(self.renamings))]:
            self.rename(*renaming)
        for path in self.folder.iterdir():
            path.unlink()
        for name, inode in self.names.items():
            (self.folder / name).write_bytes(self.files[inode].lost(random))
