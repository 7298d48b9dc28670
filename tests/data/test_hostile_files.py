"""Hostile and damaged files: refused with a sentence, and never run, unpacked or trusted."""

import gzip
import os
import pickle
import struct
import tracemalloc
import zipfile

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoencoder.data.readers import read
from autoencoder.data.readers.read import read_images, read_upload
from autoencoder.errors import DatasetError
from tests.tools.uploads import (
    IMAGES,
    LABELS,
    Trap,
    archive,
    class_pictures,
    decoded,
    idx,
    npy,
    npy_header,
    npz,
    png,
    refusal,
    set_limit,
)

fuzz = settings(max_examples=100, deadline=None)


def test_pickles_are_never_loaded():
    trap = np.array([Trap()], object)
    for data in (npz(images=trap), npz(images=IMAGES, labels=trap), npy(trap, allow_pickle=True)):
        assert "pickle" in refusal(data)
    refusal(pickle.dumps(Trap()))


@pytest.mark.parametrize("name", ["../0.png", "/0.png", "a/../../0.png", "..\\0.png", "C:\\0.png", "C:0.png"])
def test_paths_that_lead_out_are_refused(name):
    assert "leads out" in refusal(archive({name: png(IMAGES[0])}))


def test_sizes_are_checked_before_memory_is_taken():
    for shape, descr in [((10**6, 512, 512), "|u1"), ((190_000, 28, 28), "<f8"), ((10**30, 28, 28), "|u1")]:
        header = npy_header(shape, descr)
        for data in (header, archive({"images.npy": header}), gzip.compress(header)):
            assert "are read" in refusal(data)
    refusal(struct.pack(">BBBB3I", 0, 0, 8, 3, 2**32 - 1, 512, 512))
    refusal(npy_header((-5, 28, -28)))


def test_a_zip_bomb_is_refused(monkeypatch):
    set_limit(monkeypatch, "BOMB_BYTES", 1_000_000)
    assert "bomb" in refusal(npz(images=np.zeros((2_000, 28, 28), np.uint8)))
    set_limit(monkeypatch, "MAX_UNPACKED_BYTES", 1_000_000)
    assert "unpacks" in refusal(npz(images=IMAGES, other=np.random.default_rng(0).random(200_000)))


def test_an_entry_that_lies_about_its_size_is_not_unpacked_beyond_it():
    honest = archive({"0.png": bytes(50_000_000)})
    lying = honest.replace(struct.pack("<I", 50_000_000), struct.pack("<I", 100))
    assert lying != honest
    tracemalloc.start()
    try:
        assert "0.png" in refusal(lying)
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("limit", ["MAX_IMAGES", "MAX_ENTRIES", "MAX_FILE_BYTES", "MAX_PICTURE_BYTES"])
def test_limits_hold(monkeypatch, limit):
    data = archive(class_pictures())
    read_upload("s.zip", data)
    set_limit(monkeypatch, limit, 5)
    refusal(data)


def test_joined_parts_are_counted_together(monkeypatch):
    set_limit(monkeypatch, "MAX_IMAGES", 10)
    refusal(npz(x_train=IMAGES, x_test=IMAGES))
    refusal(npy(np.concatenate([IMAGES, IMAGES])))


def test_unusual_archives_are_refused():
    assert "unusual" in refusal(archive({"0.png": png(IMAGES[0])}, zipfile.ZIP_LZMA))
    locked = bytearray(archive({"0.png": png(IMAGES[0])}))
    locked[6] |= 1
    locked[locked.rindex(b"PK\x01\x02") + 8] |= 1
    assert "without a password" in refusal(bytes(locked))
    assert "no images" in refusal(archive({"readme.txt": b"hello"}))
    assert "no images" in refusal(archive({}))


def test_a_missing_path_a_pipe_and_an_empty_folder_are_refused(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "empty").mkdir()
    for path in (tmp_path / "absent.npz", tmp_path / "pipe", tmp_path / "empty", "nul\0l", "x" * 5_000):
        with pytest.raises(DatasetError):
            read_images(path)


def test_labels_do_not_go_with_an_archive_nor_in_place_of_images():
    assert "labels" in refusal(npz(images=IMAGES), labels=("labels.idx", idx(LABELS.astype(np.uint8))))
    refusal(idx(LABELS.astype(np.uint8)))
    refusal(idx(IMAGES), labels=("labels.idx", idx(LABELS[:-1].astype(np.uint8))))


def damaged_copy(data: st.DataObject, valid: bytes) -> bytes:
    """`valid` with a few bytes overwritten, most of them near its ends, where the headers are."""
    damaged = bytearray(valid)
    near = min(200, len(valid) - 1)
    places = st.one_of(st.integers(0, near), st.integers(-near, -1), st.integers(0, len(valid) - 1))
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=5)):
        damaged[place] = value
    return bytes(damaged)


# Found by fuzzing (benchmarks/fuzz.py)


@pytest.mark.parametrize("name", ["two\nlines.npz", "a\0b.npz", "\ud800.npz", "\u202egpj.npz", "x" * 5_000])
def test_a_file_s_name_cannot_break_the_sentence(name):
    inside = name.replace("\ud800", "x")  # which no archive can hold
    bad = b"nonsense", npz(images=IMAGES[0]), archive({inside + ".png": b""}), archive({"../" + inside: b""})
    for data in bad:
        message = refusal(data, name)
        assert message.isprintable() and message.endswith(".") and len(message) < 500


def test_a_reason_is_short_whatever_the_parser_quotes():
    header = npy_header((1, 28, 28)).replace(b"|u1", b"|u1" + b"1" * 5_000)
    header = header[:8] + struct.pack("<H", len(header) - 10) + header[10:]
    for data in (header, npz(images=np.zeros(3, [(f"field {n}", "u1") for n in range(400)]))):
        assert len(refusal(data)) < 500


def test_sides_beyond_what_a_float_can_hold_are_refused():
    assert "damaged" in refusal(npy_header((10**400, 28, 28)))


def test_a_side_of_true_is_refused():
    assert "damaged" in refusal(npy_header((True, 28, 28)) + bytes(784))


def bad_text(code: int, byte_order: str) -> np.ndarray:
    return np.array([code, 97, 98], f"{byte_order}u4").view(f"{byte_order}U1")


@pytest.mark.parametrize("code", [0x110000, 0xFFFFFFFF, 0xD800, 0xDFFF])
@pytest.mark.parametrize("byte_order", "<>")
def test_class_names_that_are_no_text_are_refused_before_python_sees_them(code, byte_order):
    """NumPy gives a str whose mere look-up is a SystemError, or one that no page can send."""
    data = npz(images=IMAGES, labels=LABELS, class_names=bad_text(code, byte_order))
    assert "not Unicode" in refusal(data)
    good = npz(images=IMAGES, labels=LABELS, class_names=bad_text(0x10FFFF, byte_order))
    assert read_upload("mine.npz", good).class_names == ("\U0010ffff", "a", "b")


def test_a_folder_s_name_that_could_not_be_read_back_is_refused(monkeypatch):
    """Kept images with such a class were refused when they were asked for."""
    assert "short name" in refusal(archive({"x" * 1_001 + "/0.png": png(IMAGES[0])}))
    read_upload("s.zip", archive({"x" * 1_000 + "/0.png": png(IMAGES[0])}))
    set_limit(monkeypatch, "MAX_LABEL", 1)
    assert "3 classes" in refusal(archive(class_pictures()))


def test_damaged_metadata_is_nobody_s_warning(recwarn):
    read.quiet_parsers()
    exif = b"Exif\0\0II*\0\x08\0\0\0\1\0\x12\1\x0c\0\1\0\0\0\0\0\0\0"
    np.testing.assert_array_equal(decoded(png(IMAGES[0], exif=exif)), IMAGES[0])
    assert "damaged" in refusal(npy_header((1, 28, 28)).replace(b"|u1", b"\\q1"))
    refusal(npy_header((1, 28, 28)).replace(b"|u1", b"|a1"))
    assert not recwarn.list


VALID = {
    "npz": npz(images=IMAGES[:2], labels=LABELS[:2], class_names=np.array(["a", "b"])),
    "plain npz": npz(False, images=IMAGES[:2], labels=LABELS[:2]),
    "npy": npy(IMAGES[:2]),
    "idx": idx(IMAGES[:2]),
    "gzip": gzip.compress(idx(IMAGES[:2])),
    "zip": archive({"a/0.png": png(IMAGES[0]), "b/1.jpg": png(IMAGES[1], "JPEG")}),
}


def read_or_refuse(data: bytes) -> None:
    """Nothing but a DatasetError may come out of a damaged file."""
    try:
        found = read_upload("damaged", data)
    except DatasetError:
        return
    assert found.images.shape[1:] == (28, 28) and found.images.dtype == np.uint8
    assert found.labels is None or found.labels.max() < len(found.class_names)


@pytest.mark.parametrize("kind", VALID)
@fuzz
@given(data=st.data())
def test_a_truncated_file_is_refused(kind, data):
    valid = VALID[kind]
    cut = data.draw(st.one_of(st.integers(0, min(400, len(valid) - 1)), st.integers(0, len(valid) - 1)))
    refusal(valid[:cut])


@pytest.mark.parametrize("kind", VALID)
@fuzz
@given(data=st.data())
def test_damaged_bytes_raise_nothing_else(kind, data):
    read_or_refuse(damaged_copy(data, VALID[kind]))


@pytest.mark.parametrize("name", ["images.npy", "a/0.png", "a/0.jpg"])
@fuzz
@given(data=st.data())
def test_damage_inside_a_sound_archive_raises_nothing_else(name, data):
    """The archive's own checksums let this through, so it reaches NumPy and Pillow."""
    valid = npy(IMAGES[:2]) if name.endswith("npy") else png(IMAGES[0], name[-3:].replace("jpg", "jpeg"))
    read_or_refuse(archive({name: damaged_copy(data, valid)}))
