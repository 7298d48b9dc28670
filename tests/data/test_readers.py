"""What a visitor's files may hold, what comes out of them, and that nothing else gets in."""

import gzip
import io
import os
import pickle
import struct
import tracemalloc
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from autoencoder.data.readers import archives, pictures, pixels, read, source
from autoencoder.data.readers import arrays as array_files
from autoencoder.data.readers.pictures import is_picture, read_pictures
from autoencoder.data.readers.pixels import looks_inverted
from autoencoder.data.readers.read import read_images, read_upload
from autoencoder.data.readers.source import CHUNK
from autoencoder.errors import DatasetError

law = settings(max_examples=50, deadline=None)
fuzz = settings(max_examples=100, deadline=None)

SIZES = (3, 1, 2)  # images per class: unequal, so that swapped classes are seen

some_images = arrays(np.uint8, st.tuples(st.integers(1, 5), st.just(28), st.just(28)))


def set_limit(monkeypatch, name: str, value: int) -> None:
    """Set a limit in every module that holds to it."""
    for module in (read, source, array_files, archives, pictures, pixels):
        if hasattr(module, name):
            monkeypatch.setattr(module, name, value)


def images_of(n: int, height: int = 28, width: int = 28) -> np.ndarray:
    """Distinguishable images: each has its own noise."""
    return np.random.default_rng(n).integers(0, 256, (n, height, width), np.uint8)


IMAGES = images_of(sum(SIZES))
LABELS = np.repeat(np.arange(3), SIZES)


def npz(compressed: bool = True, /, **named: np.ndarray) -> bytes:
    stream = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(stream, **named)
    return stream.getvalue()


def npy(array: np.ndarray, **options: object) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def npy_header(shape: tuple[int, ...], descr: str = "|u1") -> bytes:
    stream = io.BytesIO()
    np.lib.format.write_array_header_1_0(stream, {"descr": descr, "fortran_order": False, "shape": shape})
    return stream.getvalue()


def idx(array: np.ndarray, code: int = 0x08) -> bytes:
    return struct.pack(f">BBBB{array.ndim}I", 0, 0, code, array.ndim, *array.shape) + array.tobytes()


def png(image: np.ndarray | Image.Image, file_format: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
    picture.save(stream, file_format, **options)
    return stream.getvalue()


def archive(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return stream.getvalue()


def folder(path: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_bytes(data)
    return path


def class_pictures() -> dict[str, bytes]:
    """The images under test as PNG files, named so that sorting by path keeps their order."""
    return {
        f"{'abc'[label]}/{i}.png": png(image)
        for i, (image, label) in enumerate(zip(IMAGES, LABELS, strict=True))
    }


def refusal(data: bytes, name: str = "mine.npz", labels: tuple[str, bytes] | None = None) -> str:
    with pytest.raises(DatasetError) as caught:
        read_upload(name, data, labels)
    return str(caught.value)


# Round trips


@law
@given(some_images)
def test_npz_and_npy_keep_every_pixel(images):
    for data in (npz(images=images), npz(False, images=images), npy(images), npz(arr_0=images)):
        found = read_upload("mine", data)
        np.testing.assert_array_equal(found.images, images)
        assert found.images.dtype == np.uint8 and found.labels is None and found.class_names == ()


@law
@given(some_images, st.booleans())
def test_idx_keeps_every_pixel_and_label(images, zipped):
    labels = np.arange(len(images), dtype=np.uint8)
    pack = gzip.compress if zipped else bytes
    found = read_upload("i", pack(idx(images)), ("l", pack(idx(labels))))
    np.testing.assert_array_equal(found.images, images)
    np.testing.assert_array_equal(found.labels, labels)
    assert found.labels.dtype == np.int64


@law
@given(some_images)
def test_pictures_in_a_zip_keep_every_pixel(images):
    found = read_upload("mine.zip", archive({f"{i}.png": png(image) for i, image in enumerate(images)}))
    np.testing.assert_array_equal(found.images, images)
    assert found.labels is None


@law
@given(some_images, st.sampled_from([np.float16, np.float32, np.float64, ">f4"]))
def test_floats_give_the_bytes_they_were_made_of(images, dtype):
    found = read_upload("mine.npz", npz(images=(images / 255).astype(dtype)))
    np.testing.assert_array_equal(found.images, images)


@law
@given(some_images)
def test_inverting_twice_gives_the_original(images):
    once = read_upload("mine.npy", npy(images), invert=True).images
    np.testing.assert_array_equal(once, 255 - images)
    np.testing.assert_array_equal(read_upload("mine.npy", npy(once), invert=True).images, images)


def test_fortran_order_is_understood():
    np.testing.assert_array_equal(read_upload("f.npy", npy(np.asfortranarray(IMAGES))).images, IMAGES)


def test_more_images_than_are_converted_at_a_time():
    images = images_of(2 * CHUNK + 3)
    np.testing.assert_array_equal(read_upload("many.npy", npy(images / 255)).images, images)


def test_booleans_are_black_and_white():
    found = read_upload("b.npy", npy(IMAGES > 127))
    np.testing.assert_array_equal(found.images, np.where(IMAGES > 127, 255, 0))


# Shapes, channels and sizes


def test_a_channel_of_one_may_stand_first_or_last():
    for shaped in (IMAGES[:, None], IMAGES[..., None]):
        np.testing.assert_array_equal(read_upload("c.npy", npy(shaped)).images, IMAGES)


def test_colour_becomes_grey_as_in_pillow_wherever_the_channels_stand():
    colour = np.random.default_rng(5).integers(0, 256, (4, 28, 28, 3), np.uint8)
    expected = np.stack([np.asarray(Image.fromarray(image).convert("L")) for image in colour])
    np.testing.assert_array_equal(read_upload("c.npy", npy(colour)).images, expected)
    np.testing.assert_array_equal(read_upload("c.npy", npy(np.moveaxis(colour, -1, 1))).images, expected)
    pictures = archive({f"{i}.png": png(image) for i, image in enumerate(colour)})
    np.testing.assert_array_equal(read_upload("c.zip", pictures).images, expected)


@law
@given(st.integers(8, 90), st.integers(8, 90), st.integers(0, 255))
def test_a_plain_image_of_any_size_stays_plain(height, width, value):
    found = read_upload("p.npy", npy(np.full((2, height, width), value, np.uint8)))
    assert (found.images == value).all()


def test_the_largest_and_smallest_sides_are_read():
    for shape in ((1, 8, 8), (1, 512, 512), (1, 8, 512)):
        assert read_upload("s.npy", npy(np.ones(shape, np.uint8))).images.shape == (1, 28, 28)


def test_resizing_keeps_the_aspect_and_pads_with_the_ground():
    image = np.full((1, 40, 20), 255, np.uint8)
    image[:, 0] = image[:, -1] = image[:, :, 0] = image[:, :, -1] = 10  # the ground of this image
    found = read_upload("a.npy", npy(image)).images[0]
    assert (found[:, :6] == 10).all() and (found[:, -6:] == 10).all()
    assert (found[4:-4, 11:17] > 240).all()  # ink over the whole height


def test_resizing_keeps_each_image_in_its_place():
    images = np.zeros((3, 56, 56), np.uint8)
    for index, (row, column) in enumerate([(10, 40), (40, 10), (28, 28)]):
        images[index, row - 4 : row + 4, column - 4 : column + 4] = 255
    found = read_upload("r.npy", npy(images)).images
    for index, (row, column) in enumerate([(5, 20), (20, 5), (14, 14)]):
        assert found[index, row, column] > 240
        assert (found[index] > 127).sum() == 16


@pytest.mark.parametrize(
    "shape",
    [
        (28, 28),
        (4, 784),
        (4, 2, 28, 28),
        (4, 28, 28, 4),
        (4, 7, 28),
        (4, 28, 513),
        (1, 1, 1, 28, 28),
        (4, 1, 28, 1),
    ],
)
def test_other_shapes_are_refused(shape):
    assert "mine.npz" in refusal(npz(images=np.zeros(shape, np.uint8)))


@pytest.mark.parametrize("shape", [(0, 28, 28), (0,), ()])
def test_nothing_is_refused(shape):
    refusal(npz(images=np.zeros(shape, np.uint8)))
    refusal(npy(np.zeros(shape, np.uint8)))


def test_more_values_than_declared_are_refused():
    for data in (npy(IMAGES) + b"x", idx(IMAGES) + b"x", gzip.compress(idx(IMAGES) + b"x")):
        assert "holds more" in refusal(data)


@pytest.mark.parametrize("dtype", ["i8", "u2", "i1", "c8", "U3", "S3", "M8[s]", "f4,f4", np.longdouble])
def test_other_types_are_refused_with_a_way_out(dtype):
    assert 'astype("uint8")' in refusal(npz(images=np.zeros((2, 28, 28), dtype)))


def test_floats_beyond_one_are_refused_with_the_range_that_was_found():
    message = refusal(npz(images=IMAGES.astype(np.float32)))
    assert "255" in message and "Divide" in message
    assert "-0.5" in refusal(npz(images=np.full((1, 28, 28), -0.5)))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_is_refused(value):
    images = np.zeros((3, 28, 28))
    images[1, 2, 3] = value
    assert "NaN" in refusal(npz(images=images))


# Labels and names


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, ">i4", np.float32])
@pytest.mark.parametrize("shape", [(-1,), (-1, 1)])
def test_whole_numbers_are_labels(dtype, shape):
    found = read_upload("l.npz", npz(images=IMAGES, labels=LABELS.astype(dtype).reshape(shape)))
    np.testing.assert_array_equal(found.labels, LABELS)
    assert found.labels.dtype == np.int64 and found.class_names == ("0", "1", "2")


def test_labels_with_gaps_keep_their_numbers():
    found = read_upload("l.npz", npz(images=IMAGES, labels=LABELS * 5))
    np.testing.assert_array_equal(found.labels, LABELS * 5)
    assert found.class_names[10] == "10" and len(found.class_names) == 11


def test_class_names_are_read():
    for names in (["ant", "bée", "cat"], ["ant", "b", "cat", "unused"]):
        found = read_upload("l.npz", npz(images=IMAGES, labels=LABELS, class_names=np.array(names)))
        assert found.class_names == tuple(names)


@pytest.mark.parametrize(
    "labels",
    [
        LABELS[:-1],
        np.eye(3)[LABELS],
        LABELS - 1,
        LABELS + 9_998,
        LABELS + 0.5,
        LABELS * np.nan,
        LABELS.astype(str),
        LABELS.astype(object),
        LABELS.astype(complex),
        np.int64(1),
    ],
)
def test_labels_that_do_not_fit_are_refused(labels):
    assert "labels in mine.npz" in refusal(npz(images=IMAGES, labels=labels))


@pytest.mark.parametrize("names", [["a", "b"], [["a", "b", "c"]], [1, 2, 3], np.array(["a", 2, 3], object)])
def test_class_names_that_do_not_fit_are_refused(names):
    assert "mine.npz" in refusal(npz(images=IMAGES, labels=LABELS, class_names=names))


def test_keras_and_medmnist_parts_are_joined_in_order():
    keras = npz(x_test=IMAGES[4:], y_test=LABELS[4:], x_train=IMAGES[:4], y_train=LABELS[:4])
    parts = {"train": slice(0, 3), "val": slice(3, 4), "test": slice(4, 6)}
    medmnist = npz(
        **{f"{part}_images": IMAGES[where] for part, where in parts.items()},
        **{f"{part}_labels": LABELS[where, None] for part, where in parts.items()},
    )
    for data in (keras, medmnist):
        found = read_upload("k.npz", data)
        np.testing.assert_array_equal(found.images, IMAGES)
        np.testing.assert_array_equal(found.labels, LABELS)


def test_labels_for_a_part_only_are_refused():
    assert "y_test" in refusal(npz(x_train=IMAGES, y_train=LABELS, x_test=IMAGES))


def test_an_npz_without_images_says_what_it_has():
    message = refusal(npz(latents=np.zeros((3, 2)), arr_0=IMAGES))
    assert "latents" in message and "images" in message


# Pictures


def test_folders_are_classes_in_a_folder_and_in_a_zip(tmp_path):
    pictures = class_pictures()
    shuffled = dict(sorted(pictures.items(), reverse=True))
    for found in (read_images(folder(tmp_path / "set", shuffled)), read_upload("s.zip", archive(shuffled))):
        np.testing.assert_array_equal(found.images, IMAGES)
        np.testing.assert_array_equal(found.labels, LABELS)
        assert found.class_names == ("a", "b", "c")


def test_one_folder_around_the_classes_is_taken_off():
    found = read_upload("s.zip", archive({f"pets/{name}": data for name, data in class_pictures().items()}))
    assert found.class_names == ("a", "b", "c")
    np.testing.assert_array_equal(found.labels, LABELS)


def test_hidden_and_other_files_are_passed_over(tmp_path):
    extra = {".a/x.png": b"", "__MACOSX/a/0.png": b"", "a/._0.png": b"", "a/notes.txt": b"", "README.md": b""}
    for found in (
        read_images(folder(tmp_path / "set", class_pictures() | extra)),
        read_upload("s.zip", archive(class_pictures() | extra)),
    ):
        np.testing.assert_array_equal(found.images, IMAGES)


@pytest.mark.parametrize("stray", ["x.png", "a/deep/x.png"])
def test_pictures_at_several_depths_are_refused(stray):
    assert "depth" in refusal(archive(class_pictures() | {stray: png(IMAGES[0])}))


def test_links_are_not_followed(tmp_path):
    outside = folder(tmp_path / "outside", {"secret.png": png(IMAGES[0]), "c/x.png": png(IMAGES[0])})
    inside = folder(tmp_path / "set", {"0.png": png(IMAGES[1])})
    os.symlink(outside / "secret.png", inside / "1.png")
    os.symlink(outside / "c", inside / "c")
    np.testing.assert_array_equal(read_images(inside).images, IMAGES[1:2])


def decoded(data: bytes, name: str = "0.png") -> np.ndarray:
    return read_upload("one.zip", archive({name: data})).images[0]


def test_jpeg_is_read():
    smooth = np.add.outer(np.arange(28), np.arange(28)).astype(np.uint8) * 4
    found = decoded(png(smooth, "JPEG", quality=95), "x.JPG").astype(int)
    assert abs(found - smooth).max() < 8


def test_sixteen_bits_keep_their_range():
    deep = (IMAGES[0].astype(np.uint16)) * 257
    np.testing.assert_array_equal(decoded(png(deep)), IMAGES[0])


def test_transparent_is_black():
    faded = np.dstack([np.full((28, 28), 200, np.uint8), IMAGES[0]])
    np.testing.assert_allclose(decoded(png(Image.fromarray(faded, "LA"))), 200 * (IMAGES[0] / 255), atol=1)
    palette = Image.fromarray(IMAGES[0] % 2, "P")
    palette.putpalette([255, 255, 255, 0, 0, 255])
    found = decoded(png(palette, transparency=0))
    np.testing.assert_array_equal(found, np.where(IMAGES[0] % 2, 29, 0))


def test_cmyk_and_one_bit_are_grey():
    assert (decoded(png(Image.new("CMYK", (28, 28), (0, 0, 0, 255)), "JPEG")) < 3).all()
    assert (decoded(png(Image.new("1", (28, 28), 1))) == 255).all()


def test_the_camera_s_orientation_is_applied():
    exif = Image.Exif()
    exif[0x0112] = 6  # turn a quarter clockwise to view
    np.testing.assert_array_equal(decoded(png(IMAGES[0], exif=exif)), np.rot90(IMAGES[0], -1))


def gif() -> bytes:
    return png(IMAGES[0], "GIF")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"text",
        gif(),
        png(IMAGES[0])[:300],
        png(images_of(1, 7, 28)[0]),
        png(np.zeros((20, 600), np.uint8)),
    ],
)
def test_a_bad_picture_is_named(data):
    assert "b/bad.png" in refusal(archive({"a/good.png": png(IMAGES[0]), "b/bad.png": data}))


def test_a_picture_bomb_is_refused_unopened():
    header = png(np.zeros((8, 8), np.uint8))
    claims = b"IHDR" + struct.pack(">II", 60_000, 60_000) + header[24:29]
    bomb = header[:12] + claims + struct.pack(">I", zlib.crc32(claims)) + header[33:]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "0.png" in refusal(archive({"0.png": bomb}))
    tall = Image.new("L", (8, 5_000))
    assert "5000 x 8 pixels" in refusal(archive({"0.png": png(tall)}))


def test_pictures_given_singly_are_read_as_in_a_zip():
    named = {f"{name}.png": png(IMAGES[index]) for index, name in enumerate("bca")}
    found = read_pictures(list(named.items()))
    np.testing.assert_array_equal(found.images, IMAGES[[2, 0, 1]])
    np.testing.assert_array_equal(found.images, read_upload("s.zip", archive(named)).images)
    assert found.labels is None and found.class_names == ()


@pytest.mark.parametrize("limit", ["MAX_IMAGES", "MAX_FILE_BYTES", "MAX_PICTURE_BYTES"])
def test_limits_hold_for_pictures_given_singly(monkeypatch, limit):
    files = [(f"{index}.png", png(image)) for index, image in enumerate(IMAGES)]
    set_limit(monkeypatch, limit, 5)
    with pytest.raises(DatasetError, match="are read"):
        read_pictures(files)


@pytest.mark.parametrize("data", [b"", b"text", gif(), png(np.zeros((20, 600), np.uint8))])
def test_a_bad_one_of_the_pictures_is_named(data):
    with pytest.raises(DatasetError, match=r"bad\.png"):
        read_pictures([("a.png", png(IMAGES[0])), ("bad.png", data)])


def test_pictures_are_told_by_their_names():
    names = ["a.png", "b.JPG", "c.jpeg", "d.gif", "e.npz", "png", ".f.png"]
    assert [is_picture(name) for name in names] == [True, True, True, False, False, False, False]


# Hostile and damaged files


class Trap:
    """Running this would be seen."""

    def __reduce__(self):
        return (pytest.fail, ("a pickle was loaded",))


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


# What fuzzing found (benchmarks/fuzz.py)


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


# Files on disk


@pytest.mark.parametrize("zipped", [(False, False), (True, True), (True, False), (False, True)])
def test_idx_labels_are_found_beside_the_images(tmp_path, zipped):
    packs = [(gzip.compress, ".gz") if z else (bytes, "") for z in zipped]
    images = tmp_path / f"some-images-idx3-ubyte{packs[0][1]}"
    images.write_bytes(packs[0][0](idx(IMAGES)))
    assert read_images(images).labels is None
    (tmp_path / f"some-labels-idx1-ubyte{packs[1][1]}").write_bytes(packs[1][0](idx(LABELS.astype(np.uint8))))
    np.testing.assert_array_equal(read_images(images).labels, LABELS)


def test_the_format_is_told_by_the_content(tmp_path):
    path = tmp_path / "images.png"
    path.write_bytes(npz(images=IMAGES))
    np.testing.assert_array_equal(read_images(str(path)).images, IMAGES)


def test_dark_ink_on_light_ground_is_noticed():
    ink = np.zeros((3, 28, 28), np.uint8)
    ink[:, 8:20, 8:20] = 255
    assert looks_inverted(255 - ink) and not looks_inverted(ink)
    assert not looks_inverted(np.full((3, 28, 28), 255, np.uint8))
    assert not looks_inverted(np.zeros((1, 28, 28), np.uint8))
