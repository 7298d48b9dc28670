"""Bad uploads by name: each gets a sentence that says what to do, and nothing of anybody's changes.

These go beyond those of the readers, of checkpoints and of the workspace; what chance finds is for
benchmarks/fuzz.py.
"""

import gzip
import io
import json
import pickle
import re
import struct
import tarfile
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from autoencoder.checkpoint.replay import REPLAY
from autoencoder.checkpoint.store import ATLAS, CONFIG, WEIGHTS
from autoencoder.data.dataset import Dataset
from autoencoder.data.loading import load_upload
from autoencoder.data.readers.pictures import read_pictures
from autoencoder.errors import LatentSpaceError
from tests.tools.app import visit_as
from tests.tools.bad_models import DAMAGES, HOSTILE
from tests.tools.uploads import Trap, archive, idx, npy, npy_header, npz, png
from ui.state.session import visitor_of
from ui.storage.models import export_model, import_model, proposed_name
from ui.storage.workspace import Workspace

TOKEN, OTHER = "B" * 43, "1" * 32
IMAGES = np.random.default_rng(1).integers(0, 256, (6, 28, 28), np.uint8)
LABELS = np.arange(6) % 3
GOOD = npz(images=IMAGES, labels=LABELS)
PICTURE = png(IMAGES[0])
ADVICE = re.compile(
    r"\b(Give|Save|Choose|Copy|Download|Get|Pack|Resize|Reshape|Divide|Replace|Number|Remove|Move|Split|Add|Join)\b",
    re.IGNORECASE,
)


def tar(mode: str) -> bytes:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as target:
        entry = tarfile.TarInfo("0.png")
        entry.size = len(PICTURE)
        target.addfile(entry, io.BytesIO(PICTURE))
    return stream.getvalue()


def chunked(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of these chunks, with right checksums."""
    packed = [struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


def header_of(width: int, height: int, depth: int = 8, colour: int = 0) -> tuple[bytes, bytes]:
    return b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0)


def lying_png(width: int, height: int) -> bytes:
    """A picture that claims this size and brings a few bytes."""
    return chunked(header_of(width, height), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b""))


def jpeg_of(width: int, height: int) -> bytes:
    data = png(IMAGES[0], "JPEG")
    place = data.index(b"\xff\xc0")
    return data[: place + 5] + struct.pack(">HH", height, width) + data[place + 9 :]


def bombed(levels: int) -> bytes:
    """Archives in archives, each in one of its own."""
    data = bytes(5_000_000)
    for level in range(levels):
        data = archive({f"{level}.png": data})
    return data


def overlapping() -> bytes:
    """Forty pictures in the directory, all at the same place."""
    data = archive({f"{n}.png": PICTURE for n in range(40)})
    return re.sub(rb"(PK\x01\x02.{38}).{4}", lambda match: match[1] + bytes(4), data, flags=re.DOTALL)


def renamed_entry() -> bytes:
    """The directory says one name, the entry itself another."""
    data = archive({"0.png": PICTURE})
    return data.replace(b"0.png", b"1.png", 1)


def claiming(shape: tuple, descr: str = "|u1") -> bytes:
    return npy_header(shape, descr) + bytes(784)


class Code:
    """Payload that a hostile visitor would have run."""

    def __reduce__(self):
        return (open, ("/tmp/owned", "w"))


CODE = np.array([Code()], object)
TWO = np.array([IMAGES[0], IMAGES[1][:5]], object)
BAD_IMAGES = {
    # truncated
    "one byte": ("one.npz", b"P"),
    "an npz without its directory": ("cut.npz", GOOD[: len(GOOD) // 2]),
    "an npz without its last byte": ("cut.npz", GOOD[:-1]),
    "an npz without its first byte": ("cut.npz", GOOD[1:]),
    "an npz in the wrong half": ("half.npz", GOOD[len(GOOD) // 2 :] + GOOD[: len(GOOD) // 2]),
    "a gzipped file without its end": ("cut.gz", gzip.compress(idx(IMAGES))[:-9]),
    "a gzipped file of another checksum": ("sum.gz", gzip.compress(idx(IMAGES))[:-8] + bytes(8)),
    "an IDX header alone": ("t10k-images-idx3-ubyte", idx(IMAGES)[:16]),
    "half an IDX header": ("t10k-images-idx3-ubyte", idx(IMAGES)[:7]),
    "an npy header alone": ("head.npy", npy_header((6, 28, 28))),
    "a picture's header alone": ("pets.zip", archive({"0.png": PICTURE[:33]})),
    "a JPEG without its scan": ("pets.zip", archive({"0.jpg": png(IMAGES[0], "JPEG")[:200]})),
    # huge, by what they say
    "sides that multiply to nothing": ("zero.npy", claiming((2**32, 2**32, 2**32))),
    "more images than bytes": ("many.npy", claiming((199_999, 28, 28))),
    "images of four gigapixels": ("wide.npy", claiming((1, 65_535, 65_535))),
    "an IDX of 255 dimensions": ("t-images-idx3-ubyte", b"\0\0\x08\xff" + b"\xff" * 1_020),
    "an IDX of no dimension": ("t-images-idx3-ubyte", b"\0\0\x08\0" + bytes(100)),
    "a picture of 16 gigapixels": ("pets.zip", archive({"0.png": lying_png(2**17, 2**17)})),
    "a picture without a side": ("pets.zip", archive({"0.png": lying_png(0, 28)})),
    "a JPEG of 4 gigapixels": ("pets.zip", archive({"0.jpg": jpeg_of(65_535, 65_535)})),
    "a JPEG without a side": ("pets.zip", archive({"0.jpg": jpeg_of(28, 0)})),
    "class names of a gigabyte each": (
        "names.npz",
        archive(
            {
                "images.npy": npy(IMAGES),
                "labels.npy": npy(LABELS),
                "class_names.npy": npy_header((3,), "<U250000000"),
            }
        ),
    ),
    # bombs
    "archives in archives": ("nested.zip", bombed(4)),
    "a gzipped gigabyte": ("zeros.gz", gzip.compress(bytes(300_000_000), 1)),
    "gzip in gzip": ("twice.gz", gzip.compress(gzip.compress(idx(IMAGES)))),
    "forty entries at one place": ("over.zip", overlapping()[:-30]),
    "a text chunk that unpacks to 100 MB": (
        "pets.zip",
        archive(
            {
                "0.png": chunked(
                    header_of(28, 28),
                    (b"zTXt", b"a\0\0" + zlib.compress(bytes(100_000_000))),
                    (b"IEND", b""),
                )
            }
        ),
    ),
    "a colour profile that unpacks to 100 MB": (
        "pets.zip",
        archive(
            {
                "0.png": chunked(
                    header_of(28, 28),
                    (b"iCCP", b"a\0\0" + zlib.compress(bytes(100_000_000))),
                    (b"IEND", b""),
                )
            }
        ),
    ),
    # pickles
    "a pickle": ("run.pkl", pickle.dumps(Code())),
    "a pickle as npy": ("run.npy", pickle.dumps(IMAGES)),
    "objects as labels": ("run.npz", npz(images=IMAGES, labels=np.array([Code()] * 6, object))),
    "objects as class names": ("run.npz", npz(images=IMAGES, labels=LABELS, class_names=CODE)),
    "objects among Keras's arrays": ("run.npz", npz(x_train=IMAGES, x_test=TWO)),
    "a record with an object": ("run.npy", npy(np.zeros(6, [("image", "u1", (28, 28)), ("run", "O")]))),
    "torch's own format": ("model.pt", archive({"model/data.pkl": pickle.dumps(Code())})),
    "a trap in an IDX's place": ("t-images-idx3-ubyte", b"\x80\x05" + pickle.dumps(Trap())[2:]),
    # wrong shapes
    "one flat image": ("flat.npy", npy(IMAGES[0].ravel())),
    "images as rows of a table": ("table.npy", npy(IMAGES.reshape(6, 784))),
    "four channels": ("rgba.npy", npy(np.zeros((6, 28, 28, 4), np.uint8))),
    "a film": ("film.npy", npy(np.zeros((2, 5, 28, 28, 3), np.uint8))),
    "images of one pixel": ("dots.npy", npy(np.zeros((6, 1, 1), np.uint8))),
    "more labels than images": ("more.npz", npz(images=IMAGES, labels=np.arange(7))),
    "labels as a picture": ("odd.npz", npz(images=IMAGES, labels=IMAGES)),
    "parts of unequal size are no one set": ("odd.npz", npz(x_train=IMAGES, y_train=LABELS[:3])),
    # wrong types
    "bytes that stand for floats": ("far.npy", npy(IMAGES.astype(np.float64))),
    "signed bytes": ("signed.npy", npy(IMAGES.astype(np.int8))),
    "complex numbers": ("complex.npy", npy(IMAGES.astype(np.complex64))),
    "dates": ("dates.npy", npy(IMAGES.astype("M8[s]"))),
    "infinite labels": ("inf.npz", npz(images=IMAGES, labels=np.full(6, np.inf))),
    "text": ("notes.txt", "light ink, dark ground".encode("utf-16")),
    "a table as text": ("images.csv", b"1,2,3\n" * 200),
    "a web page": ("images.html", b"<!doctype html><script>alert(1)</script>"),
    "a PDF": ("images.pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3"),
    "a program": ("images.exe", b"MZ\x90\0" + bytes(200)),
    "a tar archive": ("pets.tar", tar("w")),
    "a tar archive, gzipped": ("pets.tar.gz", tar("w:gz")),
    "a GIF that says PNG": ("pets.zip", archive({"0.png": png(IMAGES[0], "GIF")})),
    "a TIFF that says JPEG": ("pets.zip", archive({"0.jpg": png(IMAGES[0], "TIFF")})),
    "an SVG that says PNG": ("pets.zip", archive({"0.png": b"<svg xmlns='http://www.w3.org/2000/svg'/>"})),
    "an npz in a zip": ("pets.zip", archive({"mine.npz": GOOD})),
    # tricks with paths
    "a path through a sibling": ("pets.zip", archive({"a/../../b/0.png": PICTURE})),
    "a path from the root": ("pets.zip", archive({"/etc/0.png": PICTURE, "0.png": PICTURE})),
    "a share of Windows": ("pets.zip", archive({"\\\\host\\share\\0.png": PICTURE})),
    "a device of Windows": ("pets.zip", archive({"C:\\CON": b"", "0.png": PICTURE})),
    "an array that leads out": ("mine.npz", archive({"../images.npy": npy(IMAGES)})),
    "an entry of two names": ("pets.zip", renamed_entry()),
    "only hidden pictures": ("pets.zip", archive({".0.png": PICTURE, "__MACOSX/1.png": PICTURE})),
    "a name of nothing but dots": ("...", b"nonsense"),
    "a name that is a path": ("../../etc/passwd", b"nonsense"),
    "a name of 9,000 letters": ("x" * 9_000, b"nonsense"),
}
BAD_PICTURES = {
    "a second one that is empty": [("a.png", PICTURE), ("b.png", b"")],
    "a program among them": [("a.png", PICTURE), ("b.jpg", b"MZ\x90\0" + bytes(99))],
    "a bomb among them": [("a.png", PICTURE), ("b.png", lying_png(60_000, 60_000))],
    "one of too many pixels": [("a.png", png(Image.new("L", (513, 20))))],
    "a name that leads out, over nonsense": [("../../a.png", b"nonsense")],
    "a checksum that is wrong": [("a.png", PICTURE[:-20] + bytes(4) + PICTURE[-16:])],
}


def edited(**entries):
    """A config with other entries below its parts: part__entry=value."""

    def make(files):
        config = json.loads(files[CONFIG])
        for path, value in entries.items():
            part, entry = path.split("__")
            config[part][entry] = value
        return archive({**files, CONFIG: json.dumps(config).encode()})

    return make


def locked(files: dict[str, bytes]) -> bytes:
    """Every entry says that it is encrypted."""
    data = archive(files)
    data = re.sub(rb"(PK\x03\x04..).", lambda match: match[1] + b"\1", data, flags=re.DOTALL)
    return re.sub(rb"(PK\x01\x02....).", lambda match: match[1] + b"\1", data, flags=re.DOTALL)


BAD_MODELS = {
    "an empty file": lambda files: b"",
    "an empty archive": lambda files: archive({}),
    "a tar archive": lambda files: tar("w:gz"),
    "images": lambda files: GOOD,
    "a pickle": lambda files: pickle.dumps(Code()),
    "torch's own format": lambda files: archive({"model/data.pkl": pickle.dumps(Code())}),
    "a pickled atlas": lambda files: archive({**files, ATLAS: npz(latents=CODE, rows=CODE)}),
    "a pickle beside the model": lambda files: archive({**files, "data.pkl": pickle.dumps(Code())}),
    "a model in an archive in an archive": lambda files: archive({"model.zip": archive(files)}),
    "a packed method of its own": lambda files: archive(files, zipfile.ZIP_LZMA)[:-30],
    "encrypted": locked,
    "weights that say they have a terabyte": lambda files: archive(
        {**files, WEIGHTS: struct.pack("<Q", 2**40) + b"{}"}
    ),
    "weights out of their file": lambda files: archive(
        {**files, WEIGHTS: files[WEIGHTS].replace(b'"data_offsets":[0,', b'"data_offsets":[9,', 1)}
    ),
    "an absolute path": lambda files: archive({f"/etc/{name}": data for name, data in files.items()}),
    "a config of UTF-16": lambda files: archive({**files, CONFIG: files[CONFIG].decode().encode("utf-16")}),
    "a config as deep as a well": lambda files: archive({**files, CONFIG: b'{"a":' * 100_000}),
    "pickled frames": lambda files: archive({**files, REPLAY: npz(positions=CODE)}),
    "frames of somebody else's": lambda files: archive({**files, REPLAY: npz(positions=IMAGES)}),
    "frames that are no archive": lambda files: archive({**files, REPLAY: b"nonsense"}),
    "endless frames": lambda files: archive({**files, REPLAY: archive({"facts.npy": bytes(60_000_000)})}),
    "a list for a name": edited(source__name=["mnist"]),
    "a name with markup in two lines": edited(source__name="<script>\nalert(1)"),
    "too many classes": edited(source__class_names=3),
    "no epochs at all": edited(training__history=None),
    "a device that runs away": edited(training__runtime={"device": "cuda; rm -rf /"}),
    "an architecture beyond all bounds": edited(model__architecture={"channels": [10**9]}),
}


@pytest.fixture
def workspace(tmp_path, checkpoints) -> Workspace:
    """A visitor who keeps something, beside another one."""
    for visitor in (visitor_of(TOKEN), OTHER):
        kept = Workspace(tmp_path, visitor)
        kept.images.save(Dataset("noise", "all", IMAGES, LABELS.astype(np.int64), ("a", "b", "c")), "noise")
        kept.models.save(checkpoints["ae"], "small")
    return Workspace(tmp_path, visitor_of(TOKEN))


def contents(folder: Path) -> dict[Path, bytes | None]:
    return {path: path.read_bytes() if path.is_file() else None for path in sorted(folder.rglob("*"))}


def refused(act, name: str, tmp_path: Path) -> str:
    """The sentence with which something is refused, that names it and leaves all as it was."""
    before = contents(tmp_path)
    with pytest.raises(LatentSpaceError) as caught:
        act()
    message = str(caught.value)
    assert message.isprintable() and message.endswith(".") and 20 < len(message) < 600
    assert name[:40] in message and ADVICE.search(message), message
    assert str(tmp_path) not in message and not re.search(r"Traceback|<.* object", message)
    assert contents(tmp_path) == before and not Path("/tmp/owned").exists()
    return message


@pytest.mark.parametrize("name", BAD_IMAGES)
def test_bad_images_are_refused(tmp_path, workspace, name):
    file, data = BAD_IMAGES[name]
    refused(lambda: workspace.images.save(load_upload(file, data), "bad"), file, tmp_path)


@pytest.mark.parametrize("name", BAD_PICTURES)
def test_bad_pictures_are_refused(tmp_path, workspace, name):
    files = BAD_PICTURES[name]
    refused(lambda: read_pictures(files), Path(files[-1][0]).name, tmp_path)


@pytest.mark.parametrize("name", BAD_MODELS)
def test_bad_models_are_refused(tmp_path, workspace, name):
    with zipfile.ZipFile(io.BytesIO(export_model(workspace.models, "small"))) as opened:
        files = {Path(entry).name: opened.read(entry) for entry in opened.namelist()}
    data = BAD_MODELS[name](files)
    assert data != archive(files)
    proposed_name(workspace.models, data, "bad.zip")
    refused(lambda: import_model(workspace.models, data, "bad"), "", tmp_path)


def test_there_are_many_more_than_fifty():
    assert (len(BAD_IMAGES) + len(BAD_PICTURES), len(BAD_MODELS)) == (76, 26)
    assert len(BAD_IMAGES) + len(BAD_PICTURES) + len(BAD_MODELS) + len(HOSTILE) + len(DAMAGES) >= 170


# Through the pages


@pytest.fixture
def visit(monkeypatch, tmp_path, workspace):
    """A page of the visitor who keeps something."""
    monkeypatch.setenv("LATENT_STATE_ROOT", str(tmp_path))

    def visit(page: str) -> AppTest:
        return visit_as(TOKEN, page)

    return visit


THROUGH_THE_PAGE = [
    "a gzipped file without its end",
    "a JPEG of 4 gigapixels",
    "archives in archives",
    "objects as class names",
    "an IDX of 255 dimensions",
    "a path through a sibling",
    "a web page",
]


@pytest.mark.parametrize("name", THROUGH_THE_PAGE)
def test_the_page_shows_one_sentence_and_keeps_everything(visit, tmp_path, name):
    app, before = visit("your_images"), contents(tmp_path)
    app.file_uploader[0].upload(*BAD_IMAGES[name]).run()
    assert not app.exception and len(app.error) == 1
    assert BAD_IMAGES[name][0] in app.error[0].value
    assert contents(tmp_path) == before
    app.file_uploader[0].set_value([]).run()
    assert not app.error and any(text.value.startswith("`noise`: ") for text in app.markdown)


@pytest.mark.parametrize("name", ["images", "a pickle", "a list for a name"])
def test_the_page_refuses_a_bad_model_and_keeps_everything(visit, workspace, tmp_path, name):
    with zipfile.ZipFile(io.BytesIO(export_model(workspace.models, "small"))) as opened:
        files = {Path(entry).name: opened.read(entry) for entry in opened.namelist()}
    app, before = visit("train"), contents(tmp_path)
    app.file_uploader[0].upload("bad.zip", BAD_MODELS[name](files)).run()
    next(button for button in app.button if button.label == "Load").click().run()
    assert not app.exception and len(app.error) == 1 and ADVICE.search(app.error[0].value)
    assert contents(tmp_path) == before
