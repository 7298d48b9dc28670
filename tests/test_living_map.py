"""The map in a real browser: what it shows is what the data and PyTorch say, at every spot.

The expected numbers are worked out here from the codes and the size of the stage; nothing is asked of the
component but what a visitor sees.
"""

import base64
import re

import numpy as np
import pytest
from conftest import SMALL
from test_browser import browser, expect, page, server, settle  # noqa: F401
from test_drawing import page as modules  # noqa: F401

from autoencoder.checkpoint.checkpoint import Atlas, Checkpoint
from autoencoder.checkpoint.store import list_checkpoints, load_checkpoint
from autoencoder.data.loading import load_dataset
from autoencoder.latent.paths import linear
from autoencoder.latent.projection import project
from autoencoder.latent.support import Support
from autoencoder.model.architecture import Architecture, ModelSettings
from autoencoder.model.autoencoder import Autoencoder
from autoencoder.model.network import build_network
from ui.components.wire import model_bundle

MARGIN = 0.06  # of the stage, on every side of the points
SETTLED = 900  # milliseconds: longer than the map waits before it tells of a changed view

# Modules of the component and a model's file, in a page of the app.
DECODE = """async ([file, codes]) => {
  const load = (name) => import(`/${name}.js`);
  const { readTensors } = await load("shared/safetensors");
  const { Network } = await load("decoder/network");
  const { Support } = await load("decoder/support");
  const bytes = Uint8Array.from(atob(file), (letter) => letter.charCodeAt(0));
  const { tensors, metadata } = readTensors(bytes.buffer);
  const { layers, units, latent_dim: dim } = JSON.parse(metadata.model);
  const support = new Support(new Network(layers, tensors), tensors.atlas.data, dim, units);
  return codes.map((code) => {
    const given = Float32Array.from(code), image = support.network.decode(given);
    const { roundTrip, distance } = support.measure(given, image);
    return { image: [...image], roundTrip, distance };
  });
}"""
# The grey levels of a canvas of 28 by 28.
PIXELS = (
    "canvas => [...canvas.getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0)"
)
# The alpha of the front canvas at some places, in CSS pixels.
MARKED = """([canvas, places]) => {
  const ratio = canvas.width / canvas.clientWidth, context = canvas.getContext("2d");
  const at = (value) => Math.round(value * ratio);
  return places.map(([x, y]) => context.getImageData(at(x), at(y), 1, 1).data[3]);
}"""
# All pixels of a canvas, in its own pixels.
RGBA = """canvas => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return btoa(data.reduce((text, byte) => text + String.fromCharCode(byte), ""));
}"""
# Write down, at every frame, where the paper of the drawing pad is.
WATCH_PAPER = """() => {
  window.tops = [];
  const host = [...document.querySelectorAll("*")].find((one) => one.shadowRoot?.querySelector(".pad-paper"));
  const paper = (host?.shadowRoot ?? document).querySelector(".pad-paper");
  const note = () => requestAnimationFrame(note, tops.push(paper.getBoundingClientRect().top));
  note();
}"""


class Stage:
    """A map on the page, and where its codes lie on it."""

    def __init__(self, page, name, number=0, view="", method="auto"):  # noqa: F811
        self.page, self.checkpoint = page, load_checkpoint(name)
        self.id, self.dataset = self.checkpoint.fingerprint[:8], load_dataset("digits", "test")
        self.codes = self.checkpoint.model.encode(self.dataset.images)
        self.map = project(self.codes, method)
        self.pane = page.locator(".lm-pane").nth(number)
        self.element = self.pane.locator(".lm-stage")
        box = self.element.bounding_box()
        self.left, self.top = box["x"] + 1, box["y"] + 1  # within the border
        self.width, self.height = box["width"] - 2, box["height"] - 2
        low, high = self.map.positions.min(axis=0), self.map.positions.max(axis=0)
        free = np.array([self.width, self.height]) * (1 - 2 * MARGIN)
        self.centre, self.scale = (low + high) / 2, float((free / (high - low)).min())
        if view:
            x, y, zoom = map(float, view.split(","))
            self.centre, self.scale = np.array([x, y]), self.scale * zoom

    def on_screen(self, point) -> tuple[float, float]:
        """Where a place of the map lies, from the stage's top left."""
        x, y = (np.asarray(point) - self.centre) * self.scale
        return self.width / 2 + x, self.height / 2 - y

    def on_map(self, left: float, top: float) -> np.ndarray:
        return self.centre + np.array([left - self.width / 2, self.height / 2 - top]) / self.scale

    def move(self, left: float, top: float) -> np.ndarray:
        """Put the pointer somewhere; where that is on the map."""
        left, top = round(self.left + left), round(self.top + top)
        self.page.mouse.move(left, top)
        return self.on_map(left - self.left, top - self.top)

    def click(self, left: float, top: float) -> np.ndarray:
        spot = self.move(left, top)
        self.page.mouse.down()
        self.page.mouse.up()
        return spot

    def empty_spot(self, seed: int) -> tuple[float, float]:
        """A place within the stage that no point is near."""
        rng = np.random.default_rng(seed)
        places = np.array([self.on_screen(point) for point in self.map.positions])
        while True:
            spot = rng.uniform([30, 40], [self.width - 30, self.height - 40])
            if np.linalg.norm(places - spot, axis=1).min() > 20:
                return tuple(spot)

    def outline(self, *places) -> None:
        """Draw a box or a lasso through places on the stage."""
        self.move(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(self.left + place[0], self.top + place[1], steps=4)
        self.page.mouse.up()

    def colours(self, name: str) -> np.ndarray:
        """The pixels of one of its canvases (H, W, 4)."""
        canvas = self.pane.locator(f".lm-{name}")
        height, width = (canvas.evaluate(f"canvas => canvas.{side}") for side in ("height", "width"))
        pixels = np.frombuffer(base64.b64decode(canvas.evaluate(RGBA)), np.uint8)
        return pixels.reshape(height, width, 4)

    @property
    def drawn(self) -> np.ndarray:
        """What the card says is drawn by the decoder, bytes (28, 28), light on dark."""
        return self._pixels(0)

    @property
    def near(self) -> np.ndarray:
        """The real image that the card shows."""
        return self._pixels(1)

    def caption(self, number: int) -> str:
        return self.pane.locator(".lm-card figcaption").nth(number).inner_text()

    def marked(self, *places) -> list[int]:
        return self.page.evaluate(
            MARKED, [self.pane.locator(".lm-front").element_handle(), np.array(places).tolist()]
        )

    def _pixels(self, number: int) -> np.ndarray:
        canvas = self.pane.locator(".lm-card canvas").nth(number)
        return 255 - np.array(canvas.evaluate(PIXELS)).reshape(28, 28)


def visit(page, address: str, n_panes: int = 1, viewport=(1280, 1500)) -> None:  # noqa: F811
    width, height = viewport  # high: the pointer reaches only what is in sight
    page.set_viewport_size({"width": width, "height": height})
    page.goto(address)
    expect(page.locator("h1")).to_be_visible()
    settle(page)
    expect(page.locator(f".lm[data-ready='{n_panes}']")).to_be_attached()
    page.mouse.move(2, 2)
    page.wait_for_timeout(SETTLED)


def bytes_of(image: np.ndarray) -> np.ndarray:
    return np.floor(image * 255 + 0.5).astype(int)


def look(page, checkpoint: Checkpoint, codes: np.ndarray) -> list[dict]:  # noqa: F811
    file = base64.b64encode(model_bundle(checkpoint)).decode()
    return page.evaluate(DECODE, [file, codes.tolist()])


def assert_as_in_torch(page, checkpoint: Checkpoint, codes: np.ndarray) -> None:  # noqa: F811
    measured = checkpoint.support.measure(codes)
    looked = look(page, checkpoint, codes)
    images = np.array([answer["image"] for answer in looked]).reshape(-1, 28, 28)
    np.testing.assert_allclose(images, checkpoint.model.decode(codes), atol=1e-4, rtol=0)
    round_trips = [answer["roundTrip"] for answer in looked]
    np.testing.assert_allclose(round_trips, measured.round_trip, rtol=1e-3, atol=1e-4)
    distances = [answer["distance"] for answer in looked]
    np.testing.assert_allclose(distances, measured.neighbour_distance, rtol=1e-6)


def codes_for(checkpoint: Checkpoint, seed: int) -> np.ndarray:
    """Codes of the atlas, between them, and far from them."""
    rng, atlas = np.random.default_rng(seed), checkpoint.atlas.latents
    own = atlas[rng.integers(len(atlas), size=12)]
    spread = atlas.std(axis=0) + 1e-3
    return np.concatenate(
        [own, (own[:6] + own[6:]) / 2, rng.normal(size=(6, len(spread))) * 4 * spread]
    ).astype(np.float32)


# The browser's decoder against PyTorch's


@pytest.mark.parametrize("name", [info.name for info in list_checkpoints()])
def test_the_browser_decodes_as_pytorch_does(modules, name):  # noqa: F811
    checkpoint = load_checkpoint(name)
    assert_as_in_torch(modules, checkpoint, codes_for(checkpoint, 0))


@pytest.mark.parametrize(
    ("kind", "latent_dim", "architecture"),
    [
        ("ae", 1, SMALL),
        ("vae", 128, SMALL),
        ("vae", 3, Architecture("dense", (), (40, 23))),
        ("dae", 5, Architecture("odd", (3, 4, 5), (11,), kernel=5, stride=2)),
        ("ae", 4, Architecture("slow", (3, 2), (9, 13), kernel=3, stride=1)),
        ("ae", 7, Architecture("slow", (2,), (6,), kernel=5, stride=1)),
        ("ae", 2, Architecture("deep", (2, 3, 4, 5), (6, 7, 8), kernel=3, stride=2)),
    ],
)
def test_any_network_is_decoded_in_the_browser(modules, checkpoints, kind, latent_dim, architecture):  # noqa: F811
    settings = ModelSettings(kind, latent_dim, 1.0, architecture)
    model = Autoencoder(settings, build_network(settings, seed=latent_dim))
    latents = np.random.default_rng(1).normal(size=(30, latent_dim)).astype(np.float16).astype(np.float32)
    given = checkpoints[kind].config
    units = Support(model, latents).units
    config = type(given)(
        settings, given.source, given.training, type(given.atlas)("digits", "test", 30, units)
    )
    checkpoint = Checkpoint("any", config, model, Atlas(np.arange(30), latents, None))
    assert_as_in_torch(modules, checkpoint, codes_for(checkpoint, 1))


# Under the pointer


def test_what_is_drawn_is_the_decoded_code_under_the_pointer(page):  # noqa: F811
    visit(page, "/?model=digits-ae-2")
    stage = Stage(page, "digits-ae-2")
    for seed in range(6):
        x, y = spot = stage.move(*stage.empty_spot(seed))
        expect(stage.pane.locator(".lm-card figcaption").first).to_contain_text(
            f"{x:.2f}, {y:.2f}".replace("-", "−")
        )
        code = spot[None].astype(np.float32)
        expected = bytes_of(stage.checkpoint.model.decode(code)[0])
        assert np.abs(stage.drawn - expected).max() <= 1
        measured = stage.checkpoint.support.measure(code)
        words = stage.pane.locator(".lm-oddity").inner_text()
        verdict = "off the data" if measured.round_trip[0] > 1 else "on the data"
        assert f"round trip {float(f'{measured.round_trip[0]:.3g}'):g}: {verdict}" in words
        assert f"distance to the data {float(f'{measured.neighbour_distance[0]:.3g}'):g}" in words
        distances = np.linalg.norm(stage.codes - code, axis=1)
        expect(stage.pane.locator(".lm-card figcaption").nth(1)).to_contain_text(
            f"image {distances.argmin()}\n"
        )
        assert "nearest in code space" in stage.caption(1)
        np.testing.assert_array_equal(stage.near, stage.dataset.images[distances.argmin()])


@pytest.mark.parametrize("view", ["", "-0.4,0.3,6"])
@pytest.mark.parametrize("classes", ["", "3.8"])
def test_the_image_in_the_card_is_that_of_the_ringed_row(page, view, classes):  # noqa: F811
    visit(page, f"/?model=digits-vae-2&view={view}&classes={classes}")
    stage = Stage(page, "digits-vae-2", view=view)
    labels = stage.dataset.labels
    shown = np.isin(labels, [int(label) for label in classes.split(".")]) if classes else labels >= 0
    places = np.array([stage.on_screen(point) for point in stage.map.positions])
    inside = ((places > 40) & (places < [stage.width - 40, stage.height - 40])).all(axis=1)
    for row in np.random.default_rng(0).choice(np.flatnonzero(shown & inside), 5, replace=False):
        left, top = places[row] + [2, -1]
        spot = stage.move(left, top)
        distances = np.linalg.norm(stage.map.positions - spot, axis=1)
        expected = np.flatnonzero(shown)[distances[shown].argmin()]
        expect(stage.pane.locator(".lm-card figcaption").nth(1)).to_contain_text(f"image {expected}\n")
        assert stage.caption(1) == f"{labels[expected]} · image {expected}\nnearest on the map"
        np.testing.assert_array_equal(stage.near, stage.dataset.images[expected])
        x, y = places[expected]
        radius = (4 if len(stage.codes) <= 2000 else 2.6) * min(
            2, max(1, float(view[-1] or 1) ** 0.35 if view else 1)
        ) + 5
        around = [
            (x + radius * np.cos(angle), y + radius * np.sin(angle)) for angle in np.arange(8) * np.pi / 4
        ]
        assert min(stage.marked(*around)) > 200


def test_leaving_the_map_shows_what_was_there(page):  # noqa: F811
    visit(page, "/?model=digits-vae-2&a=7")
    stage = Stage(page, "digits-vae-2")
    before = stage.drawn, stage.near, stage.caption(0)
    np.testing.assert_array_equal(before[1], stage.dataset.images[7])
    assert np.abs(before[0] - bytes_of(stage.checkpoint.model.decode(stage.codes[[7]])[0])).max() <= 1
    stage.move(*stage.empty_spot(3))
    expect(stage.pane.locator(".lm-card figcaption").first).to_contain_text("Drawn by the decoder")
    assert stage.pane.locator(".lm-float").is_visible()
    page.mouse.move(2, 2)
    expect(stage.pane.locator(".lm-card figcaption").first).to_contain_text("A, decoded")
    np.testing.assert_array_equal(stage.drawn, before[0])
    assert not stage.pane.locator(".lm-float").is_visible()


def test_on_a_pca_map_the_pointer_moves_in_the_plane_through_a(page):  # noqa: F811
    for address, base in (("", None), ("&a=40", 40)):
        visit(page, f"/?model=digits-ae-16{address}")
        stage = Stage(page, "digits-ae-16")
        spot = stage.move(*stage.empty_spot(1))
        expect(stage.pane.locator(".lm-card figcaption").first).to_contain_text("Drawn by the decoder")
        through = stage.map.mean.astype(np.float32) if base is None else stage.codes[base]
        code = stage.map.invert(spot[None], through)
        assert np.abs(stage.drawn - bytes_of(stage.checkpoint.model.decode(code)[0])).max() <= 1
        note = stage.pane.locator(".lm-note").first.inner_text()
        assert ("through A" in note) == (base is not None) and "16 dimensions" in note


def test_a_t_sne_map_draws_nothing_between_and_says_why(page):  # noqa: F811
    visit(page, "/?model=digits-ae-16&a=3&b=8")
    page.get_by_text("t-SNE", exact=True).click()
    pane = page.locator(".lm-pane")
    note = pane.locator(".lm-note").first
    expect(note).to_contain_text("t-SNE has no inverse")  # without a move of the pointer
    expect(note).to_contain_text("a straight path from A to B a line here: it is not drawn")
    settle(page)
    before = note.bounding_box()
    box = pane.locator(".lm-stage").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 30)
    expect(pane.locator(".lm-card figcaption").nth(1)).to_contain_text("nearest on the map")
    assert not pane.locator(".lm-card figure").first.is_visible()
    assert "t-SNE has no inverse" in note.inner_text() and note.bounding_box() == before


def test_a_finger_is_the_pointer_and_two_fingers_zoom(browser, server):  # noqa: F811
    context = browser.new_context(viewport={"width": 390, "height": 1800}, has_touch=True, base_url=server)
    page = context.new_page()  # noqa: F811
    visit(page, "/?model=digits-vae-2", viewport=(390, 1800))
    stage, fingers = Stage(page, "digits-vae-2"), context.new_cdp_session(page)

    def touch(kind: str, *places) -> None:
        points = [{"x": stage.left + x, "y": stage.top + y, "id": i} for i, (x, y) in enumerate(places)]
        fingers.send("Input.dispatchTouchEvent", {"type": f"touch{kind}", "touchPoints": points})

    caption = stage.pane.locator(".lm-card figcaption").first
    touch("Start", (60, 60))
    touch("Move", (100, 120))
    x, y = stage.on_map(100, 120)
    expect(caption).to_contain_text(f"{x:.2f}, {y:.2f}".replace("-", "−"))
    touch("End")
    expect(caption).to_contain_text("Drawn by the decoder")  # what was found stays to be looked at
    assert "a=" not in page.url
    touch("Start", (100, 150))
    touch("End")
    wait_for_address(page, r"\ba=")
    touch("Start", (150, 150), (200, 150))
    touch("Move", (100, 150), (250, 150))
    touch("End")
    zoom = float(re.search(r"view=[^&]*%2C([\d.]+)", wait_for_address(page, "view="))[1])
    assert zoom == pytest.approx(3, rel=0.05)
    context.close()


def test_a_wheel_scrolls_the_page_and_zooms_with_ctrl(page):  # noqa: F811
    visit(page, "/?model=digits-vae-2", viewport=(1280, 700))
    stage, main = Stage(page, "digits-vae-2"), page.get_by_test_id("stMain")
    stage.click(*stage.on_screen(stage.map.positions[3]))
    wait_for_address(page, r"\ba=")
    stage.move(100, 100)
    for _ in range(2):
        page.mouse.wheel(0, 60)
    page.wait_for_timeout(SETTLED)
    assert main.evaluate("main => main.scrollTop") == 120 and "view=" not in page.url
    expect(stage.pane.get_by_text("Ctrl or ⌘ + wheel zooms")).to_be_visible()
    page.keyboard.down("Control")  # so a trackpad reports a pinch, too
    for turned in (-10, -10, -100):
        page.mouse.wheel(0, turned)
    page.keyboard.up("Control")
    zoom = float(re.search(r"view=[^&]*%2C([\d.]+)", wait_for_address(page, "view="))[1])
    assert zoom == pytest.approx(np.exp(0.1 + 0.1 + 0.2), rel=1e-3)
    assert main.evaluate("main => main.scrollTop") == 120


def test_map_and_card_fit_on_a_laptop(page):  # noqa: F811
    visit(page, "/?model=digits-vae-16", viewport=(1280, 900))
    top = page.locator(".lm-invitation").bounding_box()["y"]
    for part in (".lm-stage", ".lm-card .lm-note"):
        box = page.locator(part).bounding_box()
        assert box["y"] + box["height"] - top < 640


# Pins and the path between them


def test_clicks_set_a_then_b_and_the_path_is_decoded(page):  # noqa: F811
    visit(page, "/?model=digits-ae-16")
    stage = Stage(page, "digits-ae-16")
    stage.click(*stage.on_screen(stage.map.positions[12]))
    row = int(re.search(r"\ba=(\d+)", wait_for_address(page, r"\ba=\d+"))[1])
    spot = stage.click(*stage.empty_spot(5))
    text = re.search(rf"\bb=z{stage.id}%3A([^&]+)", wait_for_address(page, r"\bb=z"))[1]
    code = np.array([float(number) for number in text.split("%2C")], np.float32)
    np.testing.assert_allclose(code, stage.map.invert(spot[None], stage.codes[row])[0], rtol=1e-5, atol=1e-5)
    path = linear(stage.codes[row], code, 11)
    measured = stage.checkpoint.support.measure(path)
    assert (
        f"off the data in {measured.off_support.sum()} of 11 steps"
        in page.locator(".lm-strip-title").inner_text()
    )
    steps = page.locator(".lm-strip li")
    for step, image in enumerate(stage.checkpoint.model.decode(path)):
        pixels = 255 - np.array(steps.nth(step).locator("canvas").evaluate(PIXELS)).reshape(28, 28)
        assert np.abs(pixels - bytes_of(image)).max() <= 1
        is_off = "lm-is-off" in (steps.nth(step).get_attribute("class") or "")
        assert is_off == measured.off_support[step] == ("off" in steps.nth(step).inner_text().split())


def test_a_link_reopens_pins_view_layer_and_classes(page):  # noqa: F811
    model = load_checkpoint("digits-ae-2").fingerprint[:8]
    address = f"/?model=digits-ae-2&a=5&b=z{model}%3A3%2C-2.5&layer=density&classes=1.7&view=1%2C-1%2C3"
    visit(page, address)
    stage = Stage(page, "digits-ae-2", view="1,-1,3")
    for place in (stage.map.positions[5], (3, -2.5)):
        assert stage.marked(stage.on_screen(place)) == [255]
    assert page.get_by_label("Layer").input_value() == "density"
    pressed = page.locator(".lm-legend [aria-pressed=true]")
    assert pressed.all_inner_texts() == ["1", "7"]
    page.reload()
    settle(page)
    for part in ("a=5", f"b=z{model}", "layer=density", "classes=1.7", "view=1"):
        assert part in page.url


def test_a_pin_is_dragged_onto_a_point_and_undone(page):  # noqa: F811
    visit(page, "/?model=digits-vae-2&a=5&b=9")
    stage = Stage(page, "digits-vae-2")
    titles = page.locator(".lm-pin").nth(1)
    stage.move(*stage.on_screen(stage.map.positions[9]))
    page.mouse.down()
    stage.move(*stage.empty_spot(2))
    expect(titles).to_contain_text("a place between")
    step = page.locator(".lm-strip canvas").nth(5)
    before = step.evaluate(PIXELS)
    stage.move(*stage.on_screen(stage.map.positions[200]))
    expect(titles).to_contain_text("image ")
    page.wait_for_function(
        f"([canvas, before]) => String(({PIXELS})(canvas)) !== String(before)",
        arg=[step.element_handle(), before],
    )
    assert "b=9" in page.url  # nothing is told before the pin is dropped
    page.mouse.up()
    wait_for_address(page, r"\bb=(?!9\b)\d+")
    page.get_by_role("button", name="Undo").first.click()
    wait_for_address(page, r"\bb=9\b")
    expect(titles).to_contain_text("image 9")


def test_the_keyboard_does_what_the_pointer_does(page):  # noqa: F811
    visit(page, "/?model=digits-vae-2")
    stage = Stage(page, "digits-vae-2")
    stage.element.focus()
    for key in ("ArrowLeft", "ArrowLeft", "Shift+ArrowUp"):
        page.keyboard.press(key)
    x, y = stage.on_map(stage.width / 2 - 16, stage.height / 2 - 40)
    expect(stage.pane.locator(".lm-card figcaption").first).to_contain_text(
        f"{x:.2f}, {y:.2f}".replace("-", "−")
    )
    expect(page.locator(".lm [role=status]")).to_contain_text("on the data")
    page.keyboard.press("Enter")
    wait_for_address(page, r"\ba=")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    wait_for_address(page, r"^(?!.*\ba=)")


def test_ctrl_z_undoes_the_last_pin(page):  # noqa: F811
    visit(page, "/?model=digits-vae-2&a=5&b=9")
    stage = Stage(page, "digits-vae-2")
    stage.click(*stage.on_screen(stage.map.positions[200]))
    moved = re.search(r"\bb=(\d+)", wait_for_address(page, r"\bb=(?!9\b)\d+"))[1]
    page.keyboard.press("Control+z")
    wait_for_address(page, r"\bb=9\b")
    page.keyboard.press("Control+Shift+z")
    wait_for_address(page, rf"\bb={moved}\b")
    page.get_by_role("button", name="Undo").click()
    wait_for_address(page, r"\bb=9\b")
    page.get_by_role("button", name="Redo").click()
    wait_for_address(page, rf"\bb={moved}\b")


def test_a_pan_that_comes_back_sets_no_pin(page):  # noqa: F811
    visit(page, "/?model=digits-vae-2")
    stage = Stage(page, "digits-vae-2")
    stage.outline((200, 200), (300, 200), (200, 200))
    expect(page.locator(".lm-pin").first).to_contain_text("not set")


@pytest.mark.parametrize("numbers", ["3", "3,1e39", "3,1,2"])
def test_numbers_that_are_no_code_of_the_model_are_no_place(page, numbers):  # noqa: F811
    visit(page, f"/?model=digits-ae-2&b=7&a=z{load_checkpoint('digits-ae-2').fingerprint[:8]}:{numbers}")
    pin = page.locator(".lm-pin").first
    assert "a place between" not in pin.inner_text()
    assert not page.locator(".lm-strip").is_visible()
    assert "A, decoded" not in page.locator(".lm-card").inner_text()


def test_what_is_no_number_is_off_the_data(modules):  # noqa: F811
    verdicts = modules.evaluate(
        """async () => {
          const { verdict } = await import("/decoder/support.js");
          return [0.5, 1, 1.01, Infinity, NaN].map(verdict);
        }"""
    )
    assert verdicts[:3] == [
        "round trip 0.5: on the data",
        "round trip 1: on the data",
        "round trip 1.01: off the data",
    ]
    assert all("off the data" in verdict for verdict in verdicts[3:])


def test_a_typed_number_pins_its_image(page):  # noqa: F811
    visit(page, "/?model=digits-vae-2")
    page.get_by_label("Number of an image").fill("33")
    page.get_by_role("button", name="Pin this image").click()
    wait_for_address(page, r"\ba=33\b")
    expect(page.locator(".lm-pin").first).to_contain_text("image 33")


def test_a_pin_on_an_image_that_is_not_here_says_so(page):  # noqa: F811
    visit(page, "/?model=digits-vae-2&a=9999")
    expect(page.locator(".lm-pin").first).to_contain_text("not among these")


def test_the_path_goes_on_to_the_interpolation_page(page):  # noqa: F811
    visit(page, f"/?model=digits-vae-2&a=12&b=z{load_checkpoint('digits-vae-2').fingerprint[:8]}%3A1%2C0.5")
    page.get_by_role("link", name="Walk from A to B").click()
    expect(page.get_by_role("heading", name="Interpolation")).to_be_visible()
    expect(page.locator(".lse-big figcaption").nth(0)).to_contain_text("image 12")
    expect(page.locator(".lse-big figcaption").nth(1)).to_contain_text("a place between")


# One dimension at a time


def test_a_slider_moves_one_dimension_and_starts_from_the_point(page):  # noqa: F811
    visit(page, "/?model=digits-vae-16&a=3")
    stage = Stage(page, "digits-vae-16")
    page.get_by_text("Move one dimension at a time").click()
    sliders = stage.pane.locator(".lm-slider input")
    order = np.argsort(-stage.codes.var(axis=0))
    assert sliders.count() == 16
    for number, dimension in enumerate(order[:3]):
        slider = sliders.nth(number)
        assert slider.get_attribute("aria-label").split()[0] == f"z{dimension + 1}"
        assert np.float32(slider.input_value()) == stage.codes[3, dimension]
    sliders.first.evaluate("(input) => { input.value = input.max; input.dispatchEvent(new Event('input')); }")
    expect(stage.pane.locator(".lm-card figcaption").first).to_contain_text("Moved from the start")
    moved = stage.codes[[3]].copy()
    moved[0, order[0]] = stage.codes[:, order[0]].max()
    assert np.abs(stage.drawn - bytes_of(stage.checkpoint.model.decode(moved)[0])).max() <= 1
    page.get_by_role("button", name="Pin as B").click()
    text = re.search(rf"\bb=z{stage.id}%3A([^&]+)", wait_for_address(page, r"\bb=z"))[1]
    np.testing.assert_allclose(np.array(text.split("%2C"), np.float32), moved[0], rtol=1e-6)
    page.get_by_role("button", name="Back to the start").click()
    expect(stage.pane.locator(".lm-card figcaption").first).to_contain_text("B, decoded")
    assert np.float32(sliders.first.input_value()) == stage.codes[3, order[0]]


def test_dead_dimensions_are_marked(page):  # noqa: F811
    visit(page, "/?data=mnist&model=mnist-vae-32")
    page.get_by_text("Move one dimension at a time").click()
    labels = page.locator(".lm-slider input").evaluate_all("all => all.map((input) => input.ariaLabel)")
    variance = load_checkpoint("mnist-vae-32").atlas.latents.var(axis=0)
    assert 0 < (variance < 0.01).sum() == sum("(dead)" in label for label in labels)


# Layers


def test_the_gaps_are_computed_once_and_drawn_with_their_scale(page):  # noqa: F811
    visit(page, "/?model=digits-ae-2&layer=gaps")
    legend = page.locator(".lm-layer-legend")
    expect(legend).to_contain_text("in the model's units")
    expect(legend).to_contain_text("3 and more")
    scale = page.locator(".lm-scale").evaluate("scale => getComputedStyle(scale).backgroundImage")
    colours = [tuple(map(int, colour)) for colour in re.findall(r"rgb\((\d+), (\d+), (\d+)\)", scale)]
    assert (colours[0], colours[-1]) == ((0, 34, 78), (254, 232, 56)), "the ends of cividis"
    page.get_by_label("Layer").select_option("grid")
    wait_for_address(page, "layer=grid")
    expect(legend).to_contain_text("What the decoder draws at each spot")
    back = page.locator(".lm-back")
    page.wait_for_timeout(SETTLED)
    inked = back.evaluate(
        "c => c.getContext('2d').getImageData(0, 0, c.width, c.height)"
        ".data.reduce((count, value, i) => count + (i % 4 === 3 && value > 128), 0)"
    )
    assert inked > 2000


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_grey_points_and_axes_stay_legible_on_a_layer(page, scheme):  # noqa: F811
    page.emulate_media(color_scheme=scheme)
    visit(page, "/?model=digits-vae-2&classes=3.7")
    stage = Stage(page, "digits-vae-2")
    places = np.array([stage.on_screen(point) for point in stage.map.positions])
    apart = np.linalg.norm(places[:, None] - places, axis=2) + 99 * np.eye(len(places))
    inside = ((places > 40) & (places < [stage.width - 40, stage.height - 40])).all(axis=1)
    grey = (
        places[(apart.min(axis=1) > 14) & inside & ~np.isin(stage.dataset.labels, [3, 7])].round().astype(int)
    )
    paper = page.locator(".lm").evaluate(
        "map => getComputedStyle(map).getPropertyValue('--st-background-color')"
    )
    paper = [int(paper.strip()[i : i + 2], 16) for i in (1, 3, 5)]
    for layer, done in (
        ("density", "of all classes"),
        ("gaps", "in the model's units"),
        ("grid", "at each spot"),
    ):
        page.get_by_label("Layer").select_option(layer)
        expect(page.locator(".lm-layer-legend")).to_contain_text(done)
        page.wait_for_timeout(3 * SETTLED)
        seen = over(stage.colours("points"), over(stage.colours("back"), np.array(paper, float)))
        contrasts = [
            contrast(seen[y, x], around).max()
            for x, y in grey
            for around in [seen[y - 6 : y + 7, x - 6 : x + 7].reshape(-1, 3)]
        ]
        assert min(contrasts) > 3, layer
        axis = seen[-33:-18, -50:-6].reshape(-1, 3)  # where the name of the axis across stands
        assert (np.abs(axis - paper).max(axis=1) < 12).mean() > 0.3, layer


# Side by side


def test_two_models_ring_the_same_image_and_share_pins_and_classes(page):  # noqa: F811
    visit(page, "/?model=digits-ae-2&beside=digits-vae-16", n_panes=2)
    first, second = Stage(page, "digits-ae-2"), Stage(page, "digits-vae-16", 1)
    row = 101
    first.move(*first.on_screen(first.map.positions[row]))
    caption = first.pane.locator(".lm-card figcaption").nth(1)
    expect(caption).to_contain_text("nearest on the map")
    found = int(re.search(r"image (\d+)", caption.inner_text())[1])
    expect(second.pane.locator(".lm-card figcaption").nth(1)).to_contain_text(f"image {found}")
    np.testing.assert_array_equal(second.near, second.dataset.images[found])
    assert (
        np.abs(second.drawn - bytes_of(second.checkpoint.model.decode(second.codes[[found]])[0])).max() <= 1
    )
    first.click(*first.on_screen(first.map.positions[row]))
    wait_for_address(page, rf"\ba={found}\b")
    for stage in (first, second):
        assert stage.marked(stage.on_screen(stage.map.positions[found])) == [255]
    page.locator(".lm-legend button", has_text="4").click()
    wait_for_address(page, "classes=4")


def test_a_box_selects_what_lies_in_it(page):  # noqa: F811
    visit(page, "/?model=digits-vae-2")
    stage = Stage(page, "digits-vae-2")
    page.get_by_role("button", name="Box").click()
    corner = stage.move(stage.width * 0.4, stage.height * 0.3)
    page.mouse.down()
    stage.move(stage.width * 0.5, stage.height * 0.5)
    opposite = stage.move(stage.width * 0.6, stage.height * 0.6)
    page.mouse.up()
    low, high = np.minimum(corner, opposite), np.maximum(corner, opposite)
    n_inside = ((stage.map.positions > low) & (stage.map.positions < high)).all(axis=1).sum()
    expect(page.locator(".lm-selection")).to_contain_text(f"{n_inside} selected")
    page.get_by_role("button", name="Clear the selection").click()
    expect(page.locator(".lm-selection")).not_to_be_visible()


def test_a_lasso_that_closes_on_its_start_selects_and_escape_clears(page):  # noqa: F811
    visit(page, "/?model=digits-vae-2")
    stage = Stage(page, "digits-vae-2")
    page.get_by_role("button", name="Lasso").click()
    left, right, top, bottom = (
        round(side) for side in np.outer([0.4, 0.6], [stage.width, stage.height]).T.flat
    )
    stage.outline((left, top), (right, top), (right, bottom), (left, bottom), (left, top))
    places = np.array([stage.on_screen(point) for point in stage.map.positions])
    n_inside = ((places > [left, top]) & (places < [right, bottom])).all(axis=1).sum()
    assert n_inside > 10
    expect(page.locator(".lm-selection")).to_contain_text(f"{n_inside} selected: ")
    expect(page.locator(".lm-selection")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".lm-selection")).not_to_be_visible()


def test_an_outline_around_nothing_selects_nothing_and_says_so(page):  # noqa: F811
    visit(page, "/?model=digits-vae-2")
    stage = Stage(page, "digits-vae-2")
    before = stage.colours("points")
    page.get_by_role("button", name="Box").click()
    stage.outline((4, 4), (30, 30))
    expect(page.locator(".lm-selection")).to_contain_text("No image lies in there")
    page.wait_for_timeout(100)
    np.testing.assert_array_equal(stage.colours("points"), before)


def test_the_path_slider_moves_through_every_model_and_beyond_the_ends(page):  # noqa: F811
    page.goto("/interpolation?model=digits-ae-16&a=3&b=8&steps=5")
    settle(page)
    figures = page.locator(".path-slider figure")
    expect(figures).to_have_count(2)
    expect(figures.last).to_contain_text("the data")
    slider = page.get_by_label("Place on the path")
    for t, where in ((0.25, ""), (0.6, ""), (1.5, ", beyond B"), (-0.5, ", before A")):
        slider.fill(str(t))
        expect(page.locator(".path-slider output")).to_have_text(f"t = {t:.2f}{where}".replace("-", "−"))
        for number, name in enumerate(("digits-ae-16", "digits-vae-16")):
            checkpoint = load_checkpoint(name)
            start, end = checkpoint.model.encode(load_dataset("digits", "test").images[[3, 8]])
            code = (start + t * (end - start))[None]
            measured = checkpoint.support.measure(code)
            words = f"round trip {float(f'{measured.round_trip[0]:.3g}'):g}"
            expect(figures.nth(number)).to_contain_text(words)
            pixels = 255 - np.array(figures.nth(number).locator("canvas").evaluate(PIXELS)).reshape(28, 28)
            assert np.abs(pixels - bytes_of(measured.images[0])).max() <= 1


# Drawing


def test_a_drawn_digit_is_encoded_as_it_is_shown(page):  # noqa: F811
    visit(page, "/?model=digits-vae-2")
    page.get_by_text("Draw a digit").click()
    draw(page, SEVEN)
    text = re.search(r"\ba=d%3A([\w-]+)", wait_for_address(page, r"\ba=d%3A"))[1]
    image = np.frombuffer(base64.urlsafe_b64decode(text + "=="), np.uint8).reshape(28, 28)
    assert image.max() > 100
    alpha = PIXELS.replace("=== 0", "=== 3")
    np.testing.assert_array_equal(page.locator(".seen").evaluate(alpha), image.ravel())
    stage = Stage(page, "digits-vae-2")
    code = stage.checkpoint.model.encode(image[None])
    assert stage.marked(stage.on_screen(code[0])) == [255]
    expected = bytes_of(stage.checkpoint.model.decode(code)[0])
    rebuilt = page.locator(".lm-drawing figure canvas").last
    page.wait_for_timeout(SETTLED)
    assert np.abs(255 - np.array(rebuilt.evaluate(PIXELS)).reshape(28, 28) - expected).max() <= 1
    page.reload()
    visit(page, page.url)
    assert stage.marked(stage.on_screen(code[0])) == [255]


@pytest.mark.parametrize(("pins", "width"), [("", 600), ("", 1280), ("&b=9", 1280), ("&a=5&b=9", 600)])
def test_the_paper_stays_under_the_pen(page, pins, width):  # noqa: F811
    visit(page, f"/?model=digits-vae-16{pins}", viewport=(width, 2400))
    page.get_by_text("Draw a digit").click()
    stage = Stage(page, "digits-vae-16")
    page.mouse.move(2, 2)
    page.wait_for_timeout(SETTLED)
    page.evaluate(WATCH_PAPER)
    for seed in range(6):
        stage.move(*stage.empty_spot(seed))
        page.wait_for_timeout(100)
    for points in (SEVEN, BAR):
        draw(page, points)
        page.wait_for_timeout(SETTLED)
    wait_for_address(page, r"\ba=d%3A")
    tops = page.evaluate("tops")
    assert len(tops) > 100 and set(tops) == {tops[0]}


def test_two_drawings_are_walked_between(page):  # noqa: F811
    visit(page, "/?model=digits-vae-2")
    page.get_by_text("Draw a digit").click()
    draw(page, SEVEN)
    wait_for_address(page, r"\ba=d%3A")
    page.get_by_label("The drawing is").select_option("B")
    draw(page, BAR)
    wait_for_address(page, r"\bb=d%3A")
    expect(page.locator(".lm-strip")).to_be_visible()


def test_a_drawing_that_comes_back_by_undo_is_on_the_pad(page):  # noqa: F811
    visit(page, "/?model=digits-vae-2")
    page.get_by_text("Draw a digit").click()
    alpha, images = PIXELS.replace("=== 0", "=== 3"), []
    for points in (SEVEN, BAR):
        before = page.url
        draw(page, points)
        page.wait_for_function("before => location.href !== before", arg=before)
        images.append(page.locator(".seen").evaluate(alpha))
    assert images[0] != images[1] and "a=d%3A" in page.url
    pins = page.locator(".lm-pins")
    for name, shown in (("Undo", images[0]), ("Undo", [0] * 784), ("Redo", images[0]), ("Redo", images[1])):
        pins.get_by_role("button", name=name).click()
        assert page.locator(".seen").evaluate(alpha) == shown


# What goes over the line


def test_moving_asks_nothing_of_the_server(page):  # noqa: F811
    visit(page, "/?model=digits-vae-2")
    page.wait_for_timeout(SETTLED)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.evaluate(
        """() => {
          window.runs = 0;
          const app = document.querySelector("[data-testid=stApp]");
          new MutationObserver(() => window.runs++).observe(app, { attributes: true });
        }"""
    )
    stage = Stage(page, "digits-vae-2")
    for seed in range(10):
        stage.move(*stage.empty_spot(seed))
    page.wait_for_timeout(SETTLED)
    assert asked == [] and page.evaluate("runs") == 0


def test_a_rerun_fetches_nothing_again(page):  # noqa: F811
    visit(page, "/?model=digits-vae-2")
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    stage = Stage(page, "digits-vae-2")
    stage.click(*stage.on_screen(stage.map.positions[3]))
    wait_for_address(page, r"\ba=\d+")
    settle(page)
    assert [url for url in asked if "/latent/" in url] == []


SEVEN = [(0.3, 0.2), (0.7, 0.25), (0.5, 0.5), (0.45, 0.85)]
BAR = [(0.25, 0.55), (0.5, 0.5), (0.75, 0.55)]


def draw(page, points) -> None:  # noqa: F811
    """A line on the pad through places given as parts of it, as slow as a hand."""
    box = page.locator(".pad-paper").bounding_box()
    for number, (x, y) in enumerate(points):
        page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"], steps=6)
        page.wait_for_timeout(50)
        if number == 0:
            page.mouse.down()
    page.mouse.up()


def over(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Pixels (H, W, 4) laid over opaque ones (H, W, 3) or one colour."""
    cover = above[..., 3:] / 255
    return cover * above[..., :3] + (1 - cover) * below


def contrast(colour: np.ndarray, others: np.ndarray) -> np.ndarray:
    """The contrast of one colour with others, from 1 to 21 (WCAG 2)."""
    one, many = luminance(colour), luminance(others)
    return (np.maximum(one, many) + 0.05) / (np.minimum(one, many) + 0.05)


def luminance(colours: np.ndarray) -> np.ndarray:
    parts = colours / 255
    linear_parts = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear_parts @ [0.2126, 0.7152, 0.0722]


def wait_for_address(page, pattern: str) -> str:  # noqa: F811
    """Until the address is as wanted; the address."""
    page.wait_for_url(re.compile(pattern))
    settle(page)
    return page.url
