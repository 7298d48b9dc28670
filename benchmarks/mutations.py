"""Mutated files: valid ones of every format that the readers take, harmed at random.

Each input follows from a seed and its number alone. Harm is done to the bytes of a file, and to its parts:
members of archives, chunks of pictures with right checksums, header fields, JSON. So it reaches the parsers
behind the first check.
"""

import gzip
import io
import json
import re
import struct
import zipfile
import zlib
from functools import wraps
from typing import NamedTuple

import numpy as np

from benchmarks.hostile_values import EXTREMES, FOLDERS, NAMES, SHAPES, TYPES
from benchmarks.valid_files import MODEL, archive, valid_files

MOST_BYTES = 4_000_000  # of one harmed file
TOO_HARMED = (ValueError, OSError, EOFError, zlib.error)  # from a harm whose part a file has no longer


class Input(NamedTuple):
    """An upload: files by name, the kind of valid files, and the harm done to them."""

    kind: str
    harm: str
    files: list[tuple[str, bytes]]


def make_input(seed: int, number: int) -> Input:
    """Input of a number: one of the kinds in turn, harmed one to three times."""
    rng = np.random.default_rng([seed, number])
    kinds = list(valid_files())
    kind = kinds[number % len(kinds)]
    files = dict(valid_files()[kind])
    harms = []
    for _ in range(_one(rng, [1, 1, 1, 2, 3])):
        name = _one(rng, list(files))
        harm, harmed = _harm(rng, name, files[name])
        files[name] = harmed[:MOST_BYTES]
        harms.append(f"{harm} in {name}")
    if kind not in MODEL and rng.random() < 0.3:
        files = {_one(rng, NAMES) + ("" if n == 0 else str(n)): data for n, data in enumerate(files.values())}
    return Input(kind, ", ".join(harms), list(files.items()))


def _one(rng: np.random.Generator, options):
    return options[rng.integers(len(options))]


def _harm(rng: np.random.Generator, name: str, data: bytes) -> tuple[str, bytes]:
    """Name and result of a random harm that suits a file; bytes are flipped if it is too harmed for that."""
    of_format = [harms for start, harms in OF_FORMAT.items() if data.startswith(start)]
    of_format += [harms for ending, harms in OF_ENDING.items() if name.endswith(ending)]
    harm = _one(rng, [*of_format, ANY][0])
    try:
        harmed = harm(rng, data)
    except TOO_HARMED:
        harmed = _flip(rng, data)
    return harm.__name__.strip("_"), harmed


def _place(rng: np.random.Generator, data: bytes) -> int:
    """Anywhere, but more often near the ends, where headers and directories are."""
    near = min(200, len(data))
    return int(
        _one(rng, [rng.integers(len(data) + 1), rng.integers(near + 1), len(data) - rng.integers(near + 1)])
    )


def _flip(rng, data):
    harmed = bytearray(data or b"\0")
    for _ in range(rng.integers(1, 17)):
        harmed[min(_place(rng, data), len(harmed) - 1)] ^= int(rng.integers(1, 256))
    return bytes(harmed)


def _cut(rng, data):
    return data[: _place(rng, data)]


def _splice(rng, data):
    """The start of one file and the end of another, of any kind."""
    other = _valid_file(rng)
    return data[: _place(rng, data)] + other[_place(rng, other) :]


def _valid_file(rng):
    return _one(rng, list(_one(rng, list(valid_files().values())).values()))


def _repeat(rng, data):
    start, end = sorted((_place(rng, data), _place(rng, data)))
    times = min(int(_one(rng, [1, 2, 300])), MOST_BYTES // max(1, end - start))
    return data[:end] + data[start:end] * times + data[end:]


def _insert(rng, data):
    place = _place(rng, data)
    return data[:place] + rng.bytes(rng.integers(1, 65)) + data[place:]


def _extreme_field(rng, data):
    """One, two, four or eight bytes with a number near the ends or the middle of its range."""
    size, place = int(_one(rng, [1, 2, 4, 8])), _place(rng, data)
    most = 256**size - 1
    value = int(_one(rng, [0, 1, most, most - 1, most // 2, most // 2 + 1]))
    return data[:place] + value.to_bytes(size, _one(rng, ["big", "little"])) + data[place + size :]


def _nothing_but(rng, data):
    """Another file entirely."""
    starts = [b"", b"\0", b"PK\x03\x04", b"PK\x05\x06" + bytes(18), b"\x1f\x8b", b"\x93NUMPY"]
    foreign = [b"\0\0\x08\xff", b"\x80\x04.", b"GIF89a", b"%PDF-1.4"]
    long = [b"[" * 100_000, b'{"a":' * 50_000, rng.bytes(1_000), bytes(100_000)]
    packed = [archive({}), gzip.compress(bytes(3_000_000), mtime=0), zlib.compress(b"x")]
    return _one(rng, [*starts, *foreign, *long, *packed, "{}".encode("utf-16")])


# Harm to zip archives


def _members(data: bytes) -> dict[str, bytes]:
    """Members of a zip archive by name; ValueError for one that is too harmed, or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as opened:
            if sum(entry.file_size for entry in opened.infolist()) > MOST_BYTES:
                raise ValueError("too large")
            return {entry.filename: opened.read(entry) for entry in opened.infolist()}
    except Exception as error:  # zipfile raises many
        raise ValueError("no members") from error


def _repacked(change):
    """Harm to an archive by a change of its members."""

    @wraps(change)
    def harm(rng, data):
        changed = change(rng, _members(data))
        return archive(changed, _one(rng, [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED]))

    return harm


@_repacked
def _member(rng, members):
    """Harm to one of the files inside, under a right checksum."""
    name = _one(rng, list(members))
    return {**members, name: _harm(rng, name, members[name])[1]}


@_repacked
def _path(rng, members):
    old = _one(rng, list(members))
    starts = [*FOLDERS, "\n", "x" * 60_000, "\u202e", "."]
    changed = [*(start + old for start in starts), old + "/", old.upper(), old.replace("/", "\\")]
    others = ["", "images.npy", "labels.npy", "0.png", "CON", "config.json", "d/" * 10_000 + "0.png"]
    new = _one(rng, [*changed, *others, "labels\n.npy"])
    return {new if name == old else name: data for name, data in members.items()}


@_repacked
def _nested(rng, members):
    """An archive in the archive, or one of its files a thousand times as empty as it looks."""
    inner = _one(rng, [archive(members), bytes(3_000_000), gzip.compress(bytes(1_000_000), mtime=0)])
    return {**members, _one(rng, [*members, "inner.zip", "0.png", "images.npy", "more.npy"]): inner}


@_repacked
def _other_entry(rng, members):
    """A file of another kind under one of the names."""
    other = _valid_file(rng)
    return {**members, _one(rng, [*members, "extra.png", "extra.npy", "arr_0.npy", "x_train.npy"]): other}


def _entry_field(rng, data):
    """An extreme value in one field of an entry, in its own header or in the directory."""
    starts = [found.start() for found in re.finditer(b"PK\x01\x02|PK\x03\x04", data[:-43])]
    place, size = _one(rng, starts) + int(rng.integers(4, 46)), int(_one(rng, [2, 4]))
    numbers = [number.to_bytes(4, "little") for number in (0, 2**32 - 1, 1, 9, 14)]
    return data[:place] + _one(rng, [*numbers, rng.bytes(4)])[:size] + data[place + size :]


def _overlapping(rng, data):
    """Every entry of the directory leads to the same bytes."""
    harmed, place, first = bytearray(data), data.find(b"PK\x01\x02"), None
    while place >= 0 and place + 46 <= len(data):
        first = first or data[place + 42 : place + 46]
        harmed[place + 42 : place + 46] = first
        place = data.find(b"PK\x01\x02", place + 4)
    return bytes(harmed)


def _twice(rng, data):
    """The directory names everything many times."""
    start, end = data.find(b"PK\x01\x02"), data.find(b"PK\x05\x06")
    if not 0 <= start < end <= len(data) - 22:
        raise ValueError("no directory")
    times = int(_one(rng, [2, 20, 400]))
    entries = data[start:end] * times
    count = min(struct.unpack_from("<H", data, end + 10)[0] * times, 65_535)
    tail = bytearray(data[end:])
    struct.pack_into("<HHI", tail, 8, count, count, len(entries))
    return data[:start] + entries + bytes(tail)


# Harm to what other formats hold


def _gzip_member(rng, data):
    plain = gzip.GzipFile(fileobj=io.BytesIO(data)).read(MOST_BYTES)
    return gzip.compress(_harm(rng, "", plain)[1], 1, mtime=0)


def _npy_header(rng, data):
    """Another shape, type or order declared, in a header of a right or wrong length."""
    start = data.find(b"{", 0, 40)
    end = data.find(b"\n", start)
    if not 0 < start < end:
        raise ValueError("no header")
    kind = _one(rng, TYPES)
    descr = kind if kind.startswith("[") else repr(kind)
    order = _one(rng, [True, False, 3])
    text = f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {_one(rng, SHAPES)}, }}"
    broken = [text[:-5], "{" * 200, text.replace("shape", "form"), "1" * 9_000, "'" * 50]
    header = _one(rng, [text, text, text, *broken]).encode() + b"\n"
    size = _one(rng, [len(header)] * 5 + [0, 65_535])
    version = bytes(_one(rng, [(1, 0)] * 6 + [(2, 0), (3, 0), (9, 9)]))
    return b"\x93NUMPY" + version + struct.pack("<H", size) + header + data[end + 1 :]


def _chunk(rng, data):
    """One chunk of a PNG harmed, dropped, doubled or put in, with a right checksum."""
    chunks = _chunks(data)
    place = int(rng.integers(len(chunks)))
    kind, content = chunks[place]
    match _one(rng, ["size", "harm", "harm", "drop", "double", "put in", "put in"]):
        case "size":
            huge = [(2**31 - 1, 1), (60_000, 60_000), (28, 2**31 - 1)]
            sizes = _one(rng, [(0, 0), *huge, (7, 28), (512, 512)])
            chunks[0] = b"IHDR", struct.pack(">II", *sizes) + chunks[0][1][8:]
        case "harm":
            chunks[place] = kind, _one(rng, [_flip, _cut, _repeat, _extreme_field])(rng, content)
        case "drop":
            del chunks[place]
        case "double":
            chunks.insert(place, (kind, content))
        case "put in":
            chunks.insert(int(rng.integers(len(chunks) + 1)), _new_chunk(rng))
    packed = (struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in chunks)
    return data[:8] + b"".join(packed)


def _new_chunk(rng) -> tuple[bytes, bytes]:
    """Kind and content of a chunk that breaks the rules of its kind, or that is far larger unpacked."""
    bomb = zlib.compress(bytes(20_000_000))
    bombs = [(b"zTXt", b"a\0\0" + bomb), (b"iTXt", b"a\0\1\0\0\0" + bomb), (b"iCCP", b"a\0\0" + bomb)]
    moving = [(b"acTL", struct.pack(">II", 2**31, 0)), (b"fcTL", bytes(26)), (b"fdAT", bytes(4))]
    colours = [(b"tRNS", b"\xff" * 9), (b"PLTE", rng.bytes(int(rng.integers(800)))), (b"gAMA", b"")]
    tags = b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\x0c\0\1\0\0\0\0\0\0\0"
    exif = [(b"eXIf", content) for content in (rng.bytes(40), b"MM\0*\0\0\0\x08\xff\xff", tags)]
    short = [(b"tEXt", b"no zero"), (b"acTL", b"\0"), (b"pHYs", b"\0"), (b"IEND", b""), (b"qqqq", b"?")]
    return _one(rng, [*bombs, *moving, *colours, *exif, *short])


def _chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    chunks, place = [], 8
    while place + 12 <= len(data):
        size = struct.unpack_from(">I", data, place)[0]
        chunks.append((data[place + 4 : place + 8], data[place + 8 : place + 8 + size]))
        place += 12 + size
    return chunks


def _segment(rng, data):
    """One of a JPEG's segments harmed, its sizes extreme, or one put in."""
    frame = max(data.find(b"\xff\xc0"), data.find(b"\xff\xc2"))
    match _one(rng, ["size", "put in", "cut scan"]):
        case "size" if frame > 0:
            sizes = _one(rng, [(0, 0), (65_535, 65_535), (512, 512), (1, 65_535), (28, 0)])
            return data[: frame + 5] + struct.pack(">HH", *sizes) + data[frame + 9 :]
        case "put in":
            turned = b"II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\x63\0\0\0"  # in a way that is none
            exif = [rng.bytes(60), b"MM\0*\xff\xff\xff\xff", turned]
            mpf = [rng.bytes(40), b"MM\0*\0\0\0\x08\0\1\xb0\1\0\4\0\0\0\1\0\0\0\x09"]
            others = [b"ICC_PROFILE\0\1\1" + rng.bytes(90), b"Photoshop 3.0\x008BIM" + rng.bytes(20)]
            others += [b"Exif\0\0" + tags for tags in exif] + [b"MPF\0" + tags for tags in mpf]
            content = _one(rng, [*others, b"JFIF\0", b"Adobe\0", b""])
            marker = bytes([0xFF, int(_one(rng, [0xE0, 0xE1, 0xE2, 0xED, 0xEE, 0xFE, 0xC4, 0xDB]))])
            return data[:2] + marker + struct.pack(">H", len(content) + 2) + content + data[2:]
    return data[:-2][: max(4, _place(rng, data))] + b"\xff\xd9"


def _json(rng, data):
    """An entry dropped, added, replaced or nested, anywhere in the tree."""
    try:
        tree = json.loads(data)
    except ValueError:
        return _flip(rng, data)
    places = list(_places(tree))
    if not places:
        return json.dumps(_one(rng, EXTREMES)).encode()
    parent, key = _one(rng, places)
    match _one(rng, ["value", "value", "value", "value", "drop", "more", "wrap", "near"]):
        case "value":
            parent[key] = _one(rng, EXTREMES)
        case "drop":
            del parent[key]
        case "more" if isinstance(parent, dict):
            parent[_one(rng, ["more", "\ud800", "x" * 9_000, "two\nlines", ""])] = _one(rng, EXTREMES)
        case "wrap":
            parent[key] = [parent[key]]
        case _ if type(parent[key]) in (int, float):
            parent[key] = float(parent[key]) * _one(rng, [-1, 2, 0.5, 1e6])
    return json.dumps(tree).encode()


def _places(tree):
    """Every parent and key of a JSON tree."""
    entries = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in entries:
        yield tree, key
        yield from _places(value)


def _tensor_header(rng, data):
    size = struct.unpack_from("<Q", data + bytes(8))[0]
    header = _json(rng, data[8 : 8 + size]) if size < len(data) else data[8:]
    return struct.pack("<Q", _one(rng, [len(header)] * 6 + [0, 2**64 - 1])) + header + data[8 + size :]


def _number(rng, data):
    """One weight that is huge, tiny or no number."""
    size = struct.unpack_from("<Q", data + bytes(8))[0]
    place = 8 + size + 4 * int(rng.integers((len(data) - 8 - size) // 4))  # ValueError without a weight
    value = _one(rng, [3e38, -3e38, 1e20, 1e-40, float("nan"), float("inf")])
    return data[:place] + struct.pack("<f", value) + data[place + 4 :]


# Harms by the first bytes of a file, or else by its name; the more often listed, the more likely
ANY = [_flip, _cut, _splice, _repeat, _insert, _extreme_field, _nothing_but]
OF_FORMAT = {
    b"PK": [*ANY, _entry_field, *[_member] * 4, _path, _nested, _overlapping, _twice, _other_entry],
    b"\x1f\x8b": [*ANY, *[_gzip_member] * 4],
    b"\x93NUMPY": [*ANY, *[_npy_header] * 4],
    b"\x89PNG": [*ANY, *[_chunk] * 6],
    b"\xff\xd8": [*ANY, *[_segment] * 4],
}
OF_ENDING = {
    ".json": [_flip, _cut, _splice, *[_json] * 8],
    ".safetensors": [*ANY, *[_tensor_header] * 3, *[_number] * 3],
}
