"""The map on a page: where the codes lie on it, worked out from the codes and the size of the stage.

Nothing is asked of the component but what a visitor sees.
"""

import base64

import numpy as np

from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.data.loading import load_dataset
from autoencoder.latent.projection import project
from tests.tools.browser import expect, let_timers_fire, on_digits, settle

MARGIN = 0.06  # of the stage, on every side of the points
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


class Stage:
    """A map on the page, and where its codes lie on it."""

    def __init__(self, page, name, number=0, view="", method="auto"):
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
        """Position of a place of the map, from the stage's top left."""
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
        """Image that the card shows as decoded, bytes (28, 28), light on dark."""
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


def visit_map(page, address: str, n_panes: int = 1, viewport=(1280, 1500)) -> None:
    width, height = viewport  # high: the pointer reaches only what is in sight
    page.set_viewport_size({"width": width, "height": height})
    page.goto(on_digits(address))
    expect(page.locator("h1")).to_be_visible()
    settle(page)
    expect(page.locator(f".lm[data-ready='{n_panes}']")).to_be_attached()
    page.mouse.move(2, 2)
    let_timers_fire(page)


def bytes_of(image: np.ndarray) -> np.ndarray:
    return np.floor(image * 255 + 0.5).astype(int)
