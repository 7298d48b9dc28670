"""Drawings and opened pictures become images as MNIST's were made: against Pillow, NumPy and MNIST."""

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from PIL import Image

from autoencoder.data.loading import load_dataset
from tests.tools.drawing import (
    FAINT,
    blocks,
    call,
    centre_of_mass,
    drawn,
    enlarged,
    grey,
    is_large,
    laws,
    normalised,
    opaque,
    rounded,
    shapes,
    sides,
)

# The arithmetic


@given(shape=shapes)
@laws
def test_ink_fills_a_box_of_20(modules, shape):
    expected = 20 if is_large(shape) else pytest.approx(3 * 28 / 40 * max(sides(shape)), abs=1)
    assert max(sides(normalised(modules, shape))) == expected


@given(shape=shapes)
@laws
def test_the_aspect_stays(modules, shape):
    height, width = sides(shape)
    small_height, small_width = sides(normalised(modules, shape))
    scale = max(small_height, small_width) / max(height, width)
    assert abs(small_height - scale * height) <= 1 and abs(small_width - scale * width) <= 1


@given(shape=shapes)
@laws
def test_the_centre_of_mass_is_mnists(modules, shape):
    image = normalised(modules, shape)
    for axis, centre in enumerate(centre_of_mass(image)):
        touches = np.take(image, [0, -1], axis).any()
        assert 13.5 <= centre < 14.5 or touches


@pytest.mark.parametrize("order", (1, -1), ids=("top", "bottom"))
def test_a_box_stays_inside_when_its_mass_lies_at_one_end(modules, order):
    lopsided = np.zeros((40, 40))
    lopsided[2:10, 2:38] = 255
    lopsided[10:38, 2] = 9
    image = normalised(modules, lopsided[::order])[::order]
    assert sides(image) == (20, 20) and image[-20:].any(1).all()
    assert centre_of_mass(image)[0] < 13.5


@given(shape=shapes, right=st.integers(0, 24), down=st.integers(0, 24))
@laws
def test_where_it_is_drawn_does_not_matter(modules, shape, right, down):
    here, there = np.zeros((64, 64)), np.zeros((64, 64))
    here[:40, :40] = shape
    there[down : down + 40, right : right + 40] = shape
    np.testing.assert_array_equal(normalised(modules, here), normalised(modules, there))


@given(shape=shapes, times=st.integers(2, 3))
@example(drawn([(3, 3), (34, 4)], 3, 60), 2)  # symmetric: its centre of mass lies just between two pixels
@laws
def test_how_large_it_is_drawn_does_not_matter(modules, shape, times):
    small, large = np.zeros((120, 120)), np.zeros((120, 120))
    small[:40, :40] = shape
    large[: 40 * times, : 40 * times] = enlarged(shape, times)
    assume(is_large(small))
    np.testing.assert_allclose(normalised(modules, small), normalised(modules, large), atol=1)


@given(shape=shapes)
@laws
def test_a_normalised_image_stays_as_it_is(modules, shape):
    once = normalised(modules, shape)
    assume(is_large(shape) and sides(once > FAINT) == sides(once))  # a faint edge would be taken off
    np.testing.assert_array_equal(normalised(modules, once), once)


def test_mnists_own_images_stay_as_they_are(modules, real_mnist):
    for image in load_dataset("mnist", "test", root=real_mnist).images[:200]:
        np.testing.assert_allclose(normalised(modules, image), image, atol=FAINT)


@pytest.mark.parametrize("ink", (0, FAINT))
def test_without_ink_there_is_no_image(modules, ink):
    assert normalised(modules, np.full((30, 50), ink)) is None


def test_a_line_too_thin_to_leave_a_trace_is_no_image(modules):
    hair = np.zeros((600, 600))
    hair[300] = 9
    assert normalised(modules, hair) is None


def test_a_dot_stays_a_dot(modules):
    dot = np.zeros((56, 56))
    dot[40:44, 10:14] = 255  # 2 of 28 pixels
    image = normalised(modules, dot)
    assert sides(image) == (6, 6) and image.max() == 255


def test_each_pixel_is_the_mean_over_its_area(modules):
    shape = np.random.default_rng(3).integers(9, 256, (200, 200))
    small = rounded(blocks(shape, 10))
    image = normalised(modules, np.pad(shape, 30))
    top, left = (np.flatnonzero(image.any(axis))[0] for axis in (1, 0))
    np.testing.assert_array_equal(image[top : top + 20, left : left + 20], small)


def test_a_picture_is_fitted_whole(modules):
    picture = np.random.default_rng(4).integers(0, 256, (28, 56))
    expected = np.zeros((28, 28))
    expected[7:21] = rounded(blocks(picture, 2))
    np.testing.assert_array_equal(call(modules, "fitted", picture), expected)
    np.testing.assert_array_equal(call(modules, "fitted", picture[:7, :7]), enlarged(picture[:7, :7], 4))


@given(side=st.integers(1, 300))
@laws
def test_a_grey_square_is_fitted_as_one(modules, side):
    square = np.full((side, side), 200)
    np.testing.assert_array_equal(call(modules, "fitted", square), np.full((28, 28), 200))


def test_a_picture_of_28_by_28_is_fitted_byte_for_byte(modules):
    picture = np.random.default_rng(5).integers(0, 256, (28, 28))
    np.testing.assert_array_equal(call(modules, "fitted", picture), picture)


# Colours and paper


def test_the_luminance_is_pillows(modules):
    colours = np.random.default_rng(6).integers(0, 90, (20, 30, 3), np.uint8)
    np.testing.assert_array_equal(
        grey(modules, opaque(colours)), np.asarray(Image.fromarray(colours).convert("L"))
    )


@given(shape=shapes)
@laws
def test_dark_ink_on_paper_is_light_ink_on_dark(modules, shape):
    light, dark = opaque(shape[..., None].repeat(3, 2)), opaque(255 - shape[..., None].repeat(3, 2))
    np.testing.assert_array_equal(grey(modules, light), shape)
    np.testing.assert_array_equal(grey(modules, dark), shape)


def test_light_ink_on_a_light_ground_stays(modules):
    shape = np.maximum(drawn([(5, 5), (30, 35)], 4, 255), 140)
    np.testing.assert_array_equal(grey(modules, opaque(shape[..., None].repeat(3, 2))), shape)


def test_a_blank_sheet_has_no_ink(modules):
    assert not grey(modules, np.full((30, 30, 4), 255)).any()
    assert not grey(modules, np.zeros((30, 30, 4))).any()


@pytest.mark.parametrize("colour", (0, 255), ids=("dark", "light"))
def test_ink_on_nothing_is_ink(modules, colour):
    shape = drawn([(5, 5), (30, 35)], 4, 255)
    on_nothing = np.dstack([np.full((40, 40, 3), colour), shape])
    np.testing.assert_array_equal(grey(modules, on_nothing), shape)


@pytest.mark.parametrize("paper", (0, 255), ids=("dark", "light"))
def test_paper_with_clear_corners_is_paper(modules, paper):
    shape = drawn([(5, 5), (30, 35)], 4, 255)
    card = opaque(np.abs(paper - shape[..., None].repeat(3, 2).astype(int)))
    card[:3, :3] = 0
    np.testing.assert_array_equal(grey(modules, card), shape)


def test_a_photograph_loses_its_shaded_paper(modules):
    shape = drawn([(8, 8), (30, 8), (18, 33)], 4, 255)
    paper = np.linspace(20, 90, 40) + np.random.default_rng(7).integers(0, 9, (40, 40))
    photograph = np.where(shape > 0, 200, paper).astype(np.uint8)
    np.testing.assert_array_equal(call(modules, "withoutPaper", photograph), shape)


@pytest.mark.parametrize("turns", range(4))
def test_a_photograph_loses_a_shadow_with_a_sharp_edge(modules, turns):
    """A triangle of shade as dark as the ink, over a corner: no one threshold parts ink and paper."""
    shape = enlarged(drawn([(8, 8), (30, 8), (18, 33)], 3, 255), 3)
    across, down = np.meshgrid(np.arange(120), np.arange(120))
    light = np.linspace(20, 60, 120) + np.random.default_rng(8).integers(0, 9, (120, 120))
    paper = np.rot90(np.where(across + down > 130, light + 90, light), turns)
    photograph = np.where(shape > 0, paper + 80, paper).astype(np.uint8)
    assert photograph[shape > 0].min() < paper.max()
    bare = call(modules, "withoutEdges", call(modules, "withoutPaper", photograph))
    assert (bare != shape).sum() < 0.1 * (shape > 0).sum()


@given(shape=shapes)
@laws
def test_what_has_no_paper_stays(modules, shape):
    np.testing.assert_array_equal(call(modules, "withoutPaper", shape), shape)
