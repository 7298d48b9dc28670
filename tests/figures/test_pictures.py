"""Pictures hold the pixels that they are made of."""

import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from PIL import Image

from autoencoder.data.images import as_bytes
from autoencoder.figures.pictures import gif, grid, png

GREY = arrays(np.uint8, st.tuples(st.integers(1, 7), st.integers(2, 5), st.integers(2, 4)))


def pixels(data: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(data)))


@given(GREY, st.integers(1, 4), st.integers(0, 3))
def test_every_image_stands_in_its_cell(images, n_columns, gap):
    canvas = grid(images, n_columns, gap, ground=99)
    _, height, width = images.shape
    for index, image in enumerate(images):
        top, left = (index // n_columns) * (height + gap), (index % n_columns) * (width + gap)
        np.testing.assert_array_equal(canvas[top : top + height, left : left + width], image)


def test_between_the_images_is_ground():
    canvas = grid(np.zeros((3, 4, 4), np.uint8), 3, gap=2, ground=200)
    assert canvas.shape == (4, 16)
    assert (canvas[:, [4, 5, 10, 11]] == 200).all() and (canvas == 200).sum() == 16


@given(GREY, st.integers(1, 3))
def test_a_png_enlarges_by_whole_pixels(images, scale):
    np.testing.assert_array_equal(
        pixels(png(images[0], scale)), np.kron(images[0], np.ones((scale, scale), np.uint8))
    )


@given(GREY)
def test_ink_on_paper_is_the_negative(images):
    np.testing.assert_array_equal(pixels(png(images[0], ink_on_paper=True)), 255 - images[0])


@pytest.mark.parametrize(("value", "byte"), [(0.0, 0), (0.5, 128), (1.0, 255), (1.2, 255), (-0.1, 0)])
def test_floats_become_the_nearest_byte(value, byte):
    assert as_bytes(np.array([value])) == byte


def test_a_gif_goes_there_and_back():
    images = np.stack([np.full((28, 28), grey, np.uint8) for grey in (0, 80, 160, 240)])
    picture = Image.open(io.BytesIO(gif(images, 2)))
    assert picture.size == (56, 56) and picture.n_frames == 6
    greys = []
    for frame in range(picture.n_frames):
        picture.seek(frame)
        greys.append(int(np.asarray(picture.convert("L"))[5, 5]))
    assert greys == [0, 80, 160, 240, 160, 80]
    assert np.asarray(Image.open(io.BytesIO(gif(images, 1, ink_on_paper=True))).convert("L"))[0, 0] == 255
