"""Drawings and opened pictures reach the encoder as shown, made as MNIST's images were made.

The code runs in a real browser; the arithmetic is checked against Pillow, NumPy and MNIST itself.
"""

import io

import numpy as np
import pytest
from PIL import Image

from tests.tools.browser import expect, wait_a_frame
from tests.tools.drawing import drawn, last, normalised, seen, shown, sides, text

# The pad


def test_a_stroke_is_told_while_it_moves_and_when_it_ends(pad):
    first, *others = (place(pad, *point) for point in SEVEN)
    pad.mouse.move(*first)
    pad.mouse.down()
    for point in others:
        pad.mouse.move(*point, steps=8)
        wait_a_frame(pad)
    pad.mouse.up()
    frames = pad.evaluate("live.map((told) => told.frame)")
    assert len(frames) > 1 and len(set(frames)) == len(frames), "once per frame at most"
    assert pad.evaluate("committed.length") == 1 and max(sides(last(pad))) == 20


def test_a_stroke_within_one_frame_is_told_once(pad):
    pad.evaluate("() => { pen('pointerdown', 0.5, 0.5, 1); pen('pointerup', 0.5, 0.5, 0); }")
    wait_a_frame(pad)
    assert pad.evaluate("[live.length, committed.length]") == [0, 1]


def test_undo_waits_for_the_end_of_a_stroke(pad):
    pad.evaluate("pen('pointerdown', 0.5, 0.5, 1) && null")
    pad.keyboard.press("Control+z")
    assert pad.evaluate("committed.length") == 0
    pad.evaluate("pen('pointerup', 0.5, 0.5, 0) && null")
    assert last(pad) is not None
    pad.keyboard.press("Control+z")
    assert last(pad) is None


def test_no_place_between_two_events_is_lost(pad):
    pad.evaluate(
        """() => {
          const between = [pen("pointermove", 0.5, 0.2, 1), pen("pointermove", 0.8, 0.8, 1)];
          pen("pointerdown", 0.2, 0.8, 1);
          pen("pointermove", 0.8, 0.8, 1, between);
          pen("pointerup", 0.8, 0.8, 0);
        }"""
    )
    assert min(sides(last(pad))) > 15


def test_the_size_of_a_drawing_does_not_matter(pad):
    images = []
    for size, width in ((1, 4), (0.5, 2)):
        pad.get_by_label("Pen width").fill(str(width))
        stroke(pad, SEVEN, size)
        images.append(last(pad))
        pad.get_by_role("button", name="Clear").click()
    assert np.abs(images[0] - images[1]).mean() < 4


def test_undo_takes_back_one_step_after_the_other(pad):
    stroke(pad, SEVEN)
    seven = last(pad)
    stroke(pad, BAR)
    assert not np.array_equal(last(pad), seven)
    pad.keyboard.press("Control+z")
    np.testing.assert_array_equal(last(pad), seven)
    pad.get_by_role("button", name="Clear").click()
    assert last(pad) is None
    pad.get_by_role("button", name="Undo").click()
    np.testing.assert_array_equal(last(pad), seven)
    pad.get_by_role("button", name="Undo").click()
    assert last(pad) is None
    n_told = pad.evaluate("committed.length")
    pad.get_by_role("button", name="Undo").click()
    assert pad.evaluate("committed.length") == n_told == 6


def test_the_eraser_takes_ink_away(pad):
    stroke(pad, SEVEN)
    seven = last(pad)
    pad.get_by_role("button", name="Eraser").click()
    expect(pad.get_by_role("button", name="Eraser")).to_have_attribute("aria-pressed", "true")
    expect(pad.get_by_role("button", name="Pen")).to_have_attribute("aria-pressed", "false")
    stroke(pad, BAR)
    assert seen(pad).sum() < seven.sum()
    stroke(pad, SEVEN)
    assert last(pad) is None, "the eraser is wider than the pen"
    pad.get_by_label("Scale and centre as MNIST does").uncheck()
    assert last(pad) is None


def test_a_finger_draws_and_the_page_stays(pad):
    pad.evaluate("document.body.style.height = '3000px'")
    session = pad.context.new_cdp_session(pad)
    (x, y), below = place(pad, 0.5, 0.9), place(pad, 0.5, 0.1)[1]
    for kind, height in (("touchStart", y), ("touchMove", (y + below) / 2), ("touchMove", below)):
        point = {"x": x, "y": height}
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [point]})
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    session.detach()
    pad.evaluate("document.body.style.height = ''")
    assert pad.evaluate("[scrollY, committed.length]") == [0, 1]
    assert sides(last(pad)) == (20, 3)


def test_the_other_end_of_a_pen_erases(pad):
    stroke(pad, SEVEN)
    seven = last(pad)
    pad.evaluate("() => { pen('pointerdown', 0.5, 0.2, 32); pen('pointerup', 0.5, 0.2, 0); }")
    assert last(pad).sum() < seven.sum()
    pad.keyboard.press("Control+z")
    np.testing.assert_array_equal(last(pad), seven)


def test_a_second_finger_does_not_draw(pad):
    x, y = place(pad, 0.3, 0.3)
    pad.mouse.move(x, y)
    pad.mouse.down()
    pad.evaluate(
        "() => ['pointerdown', 'pointermove', 'pointerup'].forEach((name) => pen(name, 0.9, 0.9, 1))"
    )
    assert pad.evaluate("committed.length") == 0
    pad.mouse.up()
    assert pad.evaluate("committed.length") == 1 and max(sides(last(pad))) < 12


@pytest.mark.parametrize("is_inverted", (False, True))
def test_a_file_of_28_by_28_arrives_byte_for_byte(pad, digits, is_inverted):
    image = digits.images[3]
    pad.get_by_label("Scale and centre as MNIST does").uncheck()
    open_picture(pad, 255 - image if is_inverted else image)
    np.testing.assert_array_equal(last(pad), image)
    pad.get_by_label("Scale and centre as MNIST does").check()
    np.testing.assert_array_equal(last(pad), normalised(pad, image))
    pad.get_by_role("button", name="Undo").click()
    assert last(pad) is None


def test_a_file_is_read_at_its_own_size(pad):
    picture = np.pad(np.random.default_rng(8).integers(9, 256, (200, 400), np.uint8), 50)
    open_picture(pad, picture)
    np.testing.assert_array_equal(last(pad), normalised(pad, picture))
    expect(pad.get_by_label("Picture from a file")).to_have_value("")  # the same file can be chosen again


def test_a_photograph_becomes_its_ink(pad):
    shape = drawn([(8, 8), (30, 8), (18, 33)], 4, 255)
    open_picture(pad, np.where(shape > 0, 40, np.linspace(235, 190, 40)).astype(np.uint8))
    np.testing.assert_array_equal(last(pad), normalised(pad, shape))


def test_the_dark_corners_of_a_photograph_are_no_ink(pad):
    shape = drawn([(12, 10), (28, 10), (18, 30)], 4, 255)
    paper = np.full((40, 40), 235)
    y, x = np.indices(paper.shape)
    paper[(x + y < 9) | (x - y > 31)] = 30
    open_picture(pad, np.where(shape > 0, 40, paper).astype(np.uint8))
    np.testing.assert_array_equal(last(pad), normalised(pad, shape))
    stroke(pad, [(0.35, 0.5), (0.6, 0.5)])
    assert sides(last(pad)) == sides(normalised(pad, shape)), "the corners stay away under a stroke"


def test_a_digit_that_touches_the_edge_of_its_photograph_stays(pad):
    shape = np.zeros((40, 40), np.uint8)
    shape[:, 16:24] = shape[18:22, 8:32] = 255  # a cross from edge to edge
    open_picture(pad, np.where(shape > 0, 40, 235).astype(np.uint8))
    np.testing.assert_array_equal(last(pad), normalised(pad, shape))


def test_a_file_overtaken_by_what_comes_after_it_is_dropped(pad):
    images = [np.pad(np.full((400, width), 255, np.uint8), 80) for width in (100, 300)]
    n_told = pad.evaluate(
        """async (pictures) => {
          const input = pad.element.querySelector("input[type=file]");
          const files = pictures.map((picture) => new File([bytes(picture)], "two.png"));
          const choose = (file) => {
            const chosen = new DataTransfer();
            chosen.items.add(file);
            input.files = chosen.files;
            input.dispatchEvent(new Event("change"));
          };
          choose(files[0]);
          pad.setImage(null);
          for (const file of files) await createImageBitmap(file); // so long the pad would take, too
          const before = committed.length;
          files.forEach(choose);
          return before;
        }""",
        [png(image).decode("latin-1") for image in images],
    )
    pad.wait_for_function("committed.length > 0")
    np.testing.assert_array_equal(last(pad), normalised(pad, images[1]))
    assert [n_told, pad.evaluate("committed.length")] == [0, 1]


@pytest.mark.parametrize(
    ("content", "problem"),
    (
        (b"no picture", "two.png could not be read as a picture."),
        (b"0" * 20_000_001, "two.png is larger than 20 MB."),
        (np.zeros((1, 4097), np.uint8), "two.png has 4097 × 1 pixels."),
        (np.full((30, 30), 255, np.uint8), "There is no ink in two.png."),
    ),
    ids=("broken", "heavy", "wide", "blank"),
)
def test_what_cannot_be_read_is_said(pad, tmp_path, content, problem):
    stroke(pad, SEVEN)
    seven = last(pad)
    (tmp_path / "two.png").write_bytes(content if isinstance(content, bytes) else png(content))
    pad.locator("input[type=file]").set_input_files(tmp_path / "two.png")
    expect(pad.get_by_role("alert")).to_contain_text(problem)
    np.testing.assert_array_equal(shown(pad), seven)
    stroke(pad, BAR)
    expect(pad.get_by_role("alert")).to_be_empty()


def test_an_image_from_elsewhere_is_shown_and_not_told(pad, digits):
    image = np.roll(digits.images[5], 3, axis=1)  # off its centre
    pad.evaluate(
        """(image) => {
          const given = Uint8Array.from(bytes(image));
          pad.setImage(given);
          given.fill(0); // it stays its owner's
        }""",
        text(image),
    )
    np.testing.assert_array_equal(shown(pad), image)
    np.testing.assert_array_equal(seen(pad), image)
    assert pad.evaluate("live.length + committed.length") == 0
    stroke(pad, BAR)
    pad.get_by_role("button", name="Undo").click()
    np.testing.assert_array_equal(last(pad), image)
    pad.get_by_label("Scale and centre as MNIST does").uncheck()
    np.testing.assert_array_equal(last(pad), image)
    pad.evaluate("pad.setImage(null)")
    assert shown(pad) is None


def test_what_is_drawn_on_an_image_is_added_to_it(pad, digits):
    image = digits.images[5]
    pad.get_by_label("Scale and centre as MNIST does").uncheck()
    pad.evaluate("image => pad.setImage(Uint8Array.from(bytes(image)))", text(image))
    stroke(pad, [(0.9, 0.9), (0.9, 0.9)])
    np.testing.assert_array_equal(last(pad)[:22, :22], image[:22, :22])
    assert last(pad)[25, 25] == 255


def test_ink_has_the_colour_of_the_text(pad):
    stroke(pad, SEVEN)
    image, x, y = last(pad), *(round(560 * at) for at in SEVEN[0])
    colour = (
        f"""[...pad.element.querySelector(".pad-paper").getContext("2d").getImageData({x}, {y}, 1, 1).data]"""
    )
    assert pad.evaluate(colour) == [29, 31, 35, 255]
    set_colours(pad, "rgb(236, 234, 229)")
    pad.wait_for_function(f"{colour}[0] === 236")
    np.testing.assert_array_equal(seen(pad), image)
    pad.evaluate("pad.element.style.display = 'none'")
    wait_a_frame(pad)
    set_colours(pad, "rgb(29, 31, 35)")
    pad.evaluate("pad.element.style.display = ''")
    pad.wait_for_function(f"{colour}[0] === 29")


def test_everything_has_a_name(pad):
    for name in ("Pen", "Eraser", "Undo", "Clear"):
        expect(pad.get_by_role("button", name=name, exact=True)).to_be_visible()
    expect(pad.get_by_label("Picture from a file")).to_have_attribute("accept", "image/*")
    expect(pad.get_by_role("slider", name="Pen width")).to_be_visible()
    expect(pad.get_by_role("checkbox", name="Scale and centre as MNIST does")).to_be_checked()
    expect(pad.get_by_role("img", name="What the encoder sees")).to_be_visible()
    expect(pad.get_by_role("group", name="Drawing pad")).to_be_visible()


SEVEN = [(0.2, 0.2), (0.8, 0.2), (0.4, 0.85)]
BAR = [(0.3, 0.5), (0.7, 0.55)]


def stroke(page, points, size: float = 1.0) -> None:
    """A line through places given as parts of the pad, drawn smaller about its middle."""
    first, *others = (place(page, 0.5 + size * (x - 0.5), 0.5 + size * (y - 0.5)) for x, y in points)
    page.mouse.move(*first)
    page.mouse.down()
    for point in others:
        page.mouse.move(*point, steps=8)
    page.mouse.up()


def place(page, x: float, y: float) -> tuple[float, float]:
    box = page.locator(".pad-paper").bounding_box()
    return box["x"] + box["width"] * x, box["y"] + box["height"] * y


def open_picture(page, image: np.ndarray) -> None:
    n_told = page.evaluate("committed.length")
    picture = {"name": "two.png", "mimeType": "image/png", "buffer": png(image)}
    page.locator("input[type=file]").set_input_files(picture)
    page.wait_for_function(f"committed.length > {n_told}")


def png(image: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "png")
    return stream.getvalue()


def set_colours(page, text: str) -> None:
    page.evaluate("text => document.body.style.setProperty('--st-text-color', text)", text)
