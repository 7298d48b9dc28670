"""What is drawn or opened on the pad is what the encoder gets, made as MNIST's images were made.

The code runs in a real browser; the arithmetic is checked against Pillow, NumPy and MNIST itself.
"""

import io
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw
from test_browser import PATIENCE, PROJECT, browser, expect  # noqa: F401

from autoencoder.data.loading import load_dataset

FAINT = 8  # ink up to here does not count, as in normalise.js
FOLDER = PROJECT / "ui" / "components"
PAGE = """
<body style="--st-text-color: rgb(29, 31, 35); --st-background-color: rgb(251, 250, 247)">
<div id="host"></div>
<script type="module">
  window.normalise = await import("/drawing_pad/normalise.js");
  const { Pad } = await import("/drawing_pad/draw.js");
  const root = document.querySelector("#host").attachShadow({ mode: "open" });
  window.startPad = () => {
    window.pad?.destroy();
    window.live = [];
    window.committed = [];
    root.innerHTML = '<link rel="stylesheet" href="/drawing_pad/draw.css"><div></div>';
    window.pad = new Pad(root.querySelector("div"), {
      onImage: (image) => live.push({ image: image && [...image], frame }),
      onCommit: (image) => committed.push({ image: image && [...image], frame }),
    });
  };
  window.bytes = (text) => Uint8ClampedArray.from(text, (letter) => letter.charCodeAt(0));
  // A pen at a place given as parts of the pad; the browser knows no such pen, so it cannot be captured.
  window.pen = (name, x, y, buttons, coalescedEvents = []) => {
    const canvas = pad.element.querySelector(".pad-paper");
    canvas.setPointerCapture = () => {};
    const { left, top, width } = canvas.getBoundingClientRect();
    const place = { clientX: left + width * x, clientY: top + width * y };
    const event = new PointerEvent(name, { pointerId: 5, buttons, coalescedEvents, ...place });
    canvas.dispatchEvent(event);
    return event;
  };
  window.frame = 0;
  const count = () => requestAnimationFrame(count, frame++);
  count();
</script>
"""

coordinates = st.tuples(st.integers(3, 36), st.integers(3, 36))


def drawn(points, width, ink) -> np.ndarray:
    """A line on 40 by 40 pixels, clear of the border."""
    picture = Image.new("L", (40, 40))
    ImageDraw.Draw(picture).line(points, ink, width)
    return np.asarray(picture)


shapes = st.builds(
    drawn, st.lists(coordinates, min_size=2, max_size=5, unique=True), st.integers(2, 5), st.integers(60, 255)
)
laws = settings(max_examples=40)


@pytest.fixture(scope="module")
def page(browser):  # noqa: F811
    """The component's folder, served, and a page that has its modules."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=FOLDER))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    opened = browser.new_page()
    opened.set_default_timeout(PATIENCE)
    opened.goto(f"http://127.0.0.1:{server.server_port}/drawing_pad/draw.css")
    opened.set_content(PAGE)
    opened.wait_for_function("Boolean(window.startPad)")
    yield opened
    opened.close()
    server.shutdown()
    server.server_close()


@pytest.fixture
def pad(page):
    """The page with an empty pad; fails at its end if the preview does not show the pad's image."""
    page.evaluate("startPad()")
    page.wait_for_function("getComputedStyle(pad.element).display === 'flex'")
    yield page
    np.testing.assert_array_equal(seen(page), 0 if shown(page) is None else shown(page))


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


# The arithmetic


@given(shape=shapes)
@laws
def test_ink_fills_a_box_of_20(page, shape):
    expected = 20 if is_large(shape) else pytest.approx(3 * 28 / 40 * max(sides(shape)), abs=1)
    assert max(sides(normalised(page, shape))) == expected


@given(shape=shapes)
@laws
def test_the_aspect_stays(page, shape):
    height, width = sides(shape)
    small_height, small_width = sides(normalised(page, shape))
    scale = max(small_height, small_width) / max(height, width)
    assert abs(small_height - scale * height) <= 1 and abs(small_width - scale * width) <= 1


@given(shape=shapes)
@laws
def test_the_centre_of_mass_is_mnists(page, shape):
    image = normalised(page, shape)
    for axis, centre in enumerate(centre_of_mass(image)):
        touches = np.take(image, [0, -1], axis).any()
        assert 13.5 <= centre < 14.5 or touches


@pytest.mark.parametrize("order", (1, -1), ids=("top", "bottom"))
def test_a_box_stays_inside_when_its_mass_lies_at_one_end(page, order):
    lopsided = np.zeros((40, 40))
    lopsided[2:10, 2:38] = 255
    lopsided[10:38, 2] = 9
    image = normalised(page, lopsided[::order])[::order]
    assert sides(image) == (20, 20) and image[-20:].any(1).all()
    assert centre_of_mass(image)[0] < 13.5


@given(shape=shapes, right=st.integers(0, 24), down=st.integers(0, 24))
@laws
def test_where_it_is_drawn_does_not_matter(page, shape, right, down):
    here, there = np.zeros((64, 64)), np.zeros((64, 64))
    here[:40, :40] = shape
    there[down : down + 40, right : right + 40] = shape
    np.testing.assert_array_equal(normalised(page, here), normalised(page, there))


@given(shape=shapes, times=st.integers(2, 3))
@example(drawn([(3, 3), (34, 4)], 3, 60), 2)  # symmetric: its centre of mass lies just between two pixels
@laws
def test_how_large_it_is_drawn_does_not_matter(page, shape, times):
    small, large = np.zeros((120, 120)), np.zeros((120, 120))
    small[:40, :40] = shape
    large[: 40 * times, : 40 * times] = enlarged(shape, times)
    assume(is_large(small))
    np.testing.assert_allclose(normalised(page, small), normalised(page, large), atol=1)


@given(shape=shapes)
@laws
def test_a_normalised_image_stays_as_it_is(page, shape):
    once = normalised(page, shape)
    assume(is_large(shape) and sides(once > FAINT) == sides(once))  # a faint edge would be taken off
    np.testing.assert_array_equal(normalised(page, once), once)


def test_mnists_own_images_stay_as_they_are(page, real_mnist):
    for image in load_dataset("mnist", "test", root=real_mnist).images[:200]:
        np.testing.assert_allclose(normalised(page, image), image, atol=FAINT)


@pytest.mark.parametrize("ink", (0, FAINT))
def test_without_ink_there_is_no_image(page, ink):
    assert normalised(page, np.full((30, 50), ink)) is None


def test_a_line_too_thin_to_leave_a_trace_is_no_image(page):
    hair = np.zeros((600, 600))
    hair[300] = 9
    assert normalised(page, hair) is None


def test_a_dot_stays_a_dot(page):
    dot = np.zeros((56, 56))
    dot[40:44, 10:14] = 255  # 2 of 28 pixels
    image = normalised(page, dot)
    assert sides(image) == (6, 6) and image.max() == 255


def test_each_pixel_is_the_mean_over_its_area(page):
    shape = np.random.default_rng(3).integers(9, 256, (200, 200))
    small = rounded(blocks(shape, 10))
    image = normalised(page, np.pad(shape, 30))
    top, left = (np.flatnonzero(image.any(axis))[0] for axis in (1, 0))
    np.testing.assert_array_equal(image[top : top + 20, left : left + 20], small)


def test_a_picture_is_fitted_whole(page):
    picture = np.random.default_rng(4).integers(0, 256, (28, 56))
    expected = np.zeros((28, 28))
    expected[7:21] = rounded(blocks(picture, 2))
    np.testing.assert_array_equal(call(page, "fitted", picture), expected)
    np.testing.assert_array_equal(call(page, "fitted", picture[:7, :7]), enlarged(picture[:7, :7], 4))


@given(side=st.integers(1, 300))
@laws
def test_a_grey_square_is_fitted_as_one(page, side):
    square = np.full((side, side), 200)
    np.testing.assert_array_equal(call(page, "fitted", square), np.full((28, 28), 200))


def test_a_picture_of_28_by_28_is_fitted_byte_for_byte(page):
    picture = np.random.default_rng(5).integers(0, 256, (28, 28))
    np.testing.assert_array_equal(call(page, "fitted", picture), picture)


# Colours and paper


def test_the_luminance_is_pillows(page):
    colours = np.random.default_rng(6).integers(0, 90, (20, 30, 3), np.uint8)
    np.testing.assert_array_equal(
        grey(page, opaque(colours)), np.asarray(Image.fromarray(colours).convert("L"))
    )


@given(shape=shapes)
@laws
def test_dark_ink_on_paper_is_light_ink_on_dark(page, shape):
    light, dark = opaque(shape[..., None].repeat(3, 2)), opaque(255 - shape[..., None].repeat(3, 2))
    np.testing.assert_array_equal(grey(page, light), shape)
    np.testing.assert_array_equal(grey(page, dark), shape)


def test_light_ink_on_a_light_ground_stays(page):
    shape = np.maximum(drawn([(5, 5), (30, 35)], 4, 255), 140)
    np.testing.assert_array_equal(grey(page, opaque(shape[..., None].repeat(3, 2))), shape)


def test_a_blank_sheet_has_no_ink(page):
    assert not grey(page, np.full((30, 30, 4), 255)).any()
    assert not grey(page, np.zeros((30, 30, 4))).any()


@pytest.mark.parametrize("colour", (0, 255), ids=("dark", "light"))
def test_ink_on_nothing_is_ink(page, colour):
    shape = drawn([(5, 5), (30, 35)], 4, 255)
    on_nothing = np.dstack([np.full((40, 40, 3), colour), shape])
    np.testing.assert_array_equal(grey(page, on_nothing), shape)


@pytest.mark.parametrize("paper", (0, 255), ids=("dark", "light"))
def test_paper_with_clear_corners_is_paper(page, paper):
    shape = drawn([(5, 5), (30, 35)], 4, 255)
    card = opaque(np.abs(paper - shape[..., None].repeat(3, 2).astype(int)))
    card[:3, :3] = 0
    np.testing.assert_array_equal(grey(page, card), shape)


def test_a_photograph_loses_its_shaded_paper(page):
    shape = drawn([(8, 8), (30, 8), (18, 33)], 4, 255)
    paper = np.linspace(20, 90, 40) + np.random.default_rng(7).integers(0, 9, (40, 40))
    photograph = np.where(shape > 0, 200, paper).astype(np.uint8)
    np.testing.assert_array_equal(call(page, "withoutPaper", photograph), shape)


@given(shape=shapes)
@laws
def test_what_has_no_paper_stays(page, shape):
    np.testing.assert_array_equal(call(page, "withoutPaper", shape), shape)


# The pad


def test_a_stroke_is_told_while_it_moves_and_when_it_ends(pad):
    stroke(pad, SEVEN)
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


def call(page, name: str, ink: np.ndarray) -> np.ndarray | None:
    """What a function of the module makes of ink (H, W)."""
    height, width = ink.shape
    found = page.evaluate(
        """([name, ink, width, height]) => {
          const found = normalise[name]({ ink: bytes(ink), width, height });
          return (found?.ink ?? found)?.join();
        }""",
        [name, text(ink), width, height],
    )
    return found and as_image(found.split(","))


def normalised(page, ink: np.ndarray) -> np.ndarray | None:
    return call(page, "normalised", ink)


def grey(page, rgba: np.ndarray) -> np.ndarray:
    """What is read from a picture (H, W, 4)."""
    height, width, _ = rgba.shape
    found = page.evaluate(
        "([rgba, width, height]) => normalise.greyOf(bytes(rgba), width, height).join()",
        [text(rgba), width, height],
    )
    return np.array(found.split(","), int).reshape(height, width)


def text(values: np.ndarray) -> str:
    """Bytes on their way into the page, many times faster than a list."""
    return values.astype(np.uint8).tobytes().decode("latin-1")


def last(page) -> np.ndarray | None:
    """What onCommit handed over last."""
    return as_image(page.evaluate("committed.at(-1).image"))


def shown(page) -> np.ndarray | None:
    return as_image(page.evaluate("pad.image && [...pad.image]"))


def seen(page) -> np.ndarray:
    """What the preview shows: its ink is its alpha."""
    data = "pad.element.querySelector('.seen').getContext('2d').getImageData(0, 0, 28, 28).data"
    return as_image(page.evaluate(f"[...{data}].filter((_, i) => i % 4 === 3)"))


def as_image(values) -> np.ndarray | None:
    """Signed, so that differences are."""
    return None if values is None else np.array(values, int).reshape(-1, round(len(values) ** 0.5))


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


def wait_a_frame(page) -> None:
    page.evaluate("() => new Promise(requestAnimationFrame)")


def set_colours(page, text: str) -> None:
    page.evaluate("text => document.body.style.setProperty('--st-text-color', text)", text)


def opaque(colours: np.ndarray) -> np.ndarray:
    return np.dstack([colours, np.full(colours.shape[:2], 255)])


def sides(image: np.ndarray) -> tuple[int, int]:
    """The height and width of what is inked."""
    return tuple(int(np.ptp(np.flatnonzero(image.any(axis)))) + 1 for axis in (1, 0))


def is_large(shape: np.ndarray) -> bool:
    """Whether less than three times the size of the whole picture fitted makes it fill the box."""
    return max(sides(shape)) * 3 * 28 / max(shape.shape) >= 20


def centre_of_mass(image: np.ndarray) -> tuple[float, float]:
    return tuple((image.sum(axis) * np.arange(28)).sum() / image.sum() for axis in (1, 0))


def enlarged(image: np.ndarray, times: int) -> np.ndarray:
    return np.kron(image, np.ones((times, times), image.dtype))


def blocks(image: np.ndarray, side: int) -> np.ndarray:
    """The mean of each block of side by side pixels."""
    height, width = image.shape
    return image.reshape(height // side, side, width // side, side).mean((1, 3))


def rounded(values: np.ndarray) -> np.ndarray:
    return np.floor(values + 0.5)
