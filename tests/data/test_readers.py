"""Files of visitors: their possible contents, the images read from them, and that nothing else gets in."""

import gzip
import os
import struct
import warnings
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from autoencoder.data.readers.pictures import is_picture, looks_inverted, read_pictures
from autoencoder.data.readers.read import read_images, read_upload
from autoencoder.data.readers.source import CHUNK
from autoencoder.errors import DatasetError
from tests.tools.uploads import (
    IMAGES,
    LABELS,
    archive,
    class_pictures,
    decoded,
    folder,
    idx,
    images_of,
    npy,
    npz,
    png,
    refusal,
    set_limit,
)

law = settings(max_examples=50, deadline=None)
some_images = arrays(np.uint8, st.tuples(st.integers(1, 5), st.just(28), st.just(28)))


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
