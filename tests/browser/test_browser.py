"""Whole flows in a real browser against a real server, with nothing on disk but the repository."""

import re

import numpy as np
import pytest

from tests.tools.browser import choose, chosen, enter, expect, expect_page, go_to, open_more, settle, visit


def test_a_deep_link_opens_its_page_on_a_fresh_server(first_page):
    visit(first_page, "/interpolation?model=digits-ae-2&a=5&b=9&steps=7")
    expect(first_page.get_by_role("heading", name="Interpolation", level=1)).to_be_visible()
    heads = first_page.locator(".lse-strip").first.locator("tr").first.locator("th")
    steps = [f"{step / 6:.2f}" for step in range(7)]
    expect(heads).to_have_text(["", "A", *steps, "B"])
    decoded = first_page.locator(".lse-strip").first.locator("tr").nth(1)
    expect(decoded.locator("img")).to_have_count(9)
    assert chosen(first_page, "Model") == "digits-ae-2"
    open_more(first_page)
    expect(first_page.get_by_role("spinbutton", name="A, image")).to_have_value("5")
    expect(first_page.get_by_role("spinbutton", name="B, image")).to_have_value("9")


def test_home_shows_a_living_map(page):
    visit(page, "/")
    expect(page.locator(".lm[data-points='360'][data-ready='1']")).to_be_visible()
    expect(page.locator(".lm-card canvas").first).to_be_visible()


def test_a_chosen_model_stays_chosen_on_every_page(page):
    visit(page, "/")
    choose(page, "Model", "digits-ae-2")
    for name in ("Reconstruction", "Interpolation", "Train", "Latent map"):
        go_to(page, name)
        assert chosen(page, "Model") == "digits-ae-2"
    assert "model=digits-ae-2" in page.url


def test_every_page_is_one_step_back(page):
    visit(page, "/?a=5&b=9")
    before = page.evaluate("history.length")
    for name in ("Interpolation", "Gaps", "Reconstruction"):
        go_to(page, name)
    assert page.evaluate("history.length") == before + 3
    assert "a=5&b=9" in page.url
    for name in ("Gaps", "Interpolation", "Latent map"):
        page.go_back()
        expect_page(page, name)


def test_back_is_heard_at_once_and_forward_too(page):
    visit(page, "/interpolation?a=5&b=9")
    open_more(page)
    enter(page, "A, image", "21")
    page.wait_for_url(re.compile(r"\ba=21\b"))
    page.go_back()
    expect(page.get_by_role("spinbutton", name="A, image")).to_have_value("5")
    settle(page)
    assert re.search(r"\ba=5\b", page.url)
    page.go_forward()
    expect(page.get_by_role("spinbutton", name="A, image")).to_have_value("21")


def test_moving_the_noise_makes_new_pixels(page):
    visit(page, "/reconstruction?noise=gaussian&level=0.2")
    row = page.locator(".lse-strip tr").nth(2).locator("img").first
    before = row.get_attribute("src")
    page.get_by_role("slider", name=re.compile("Level")).press("ArrowRight")
    expect(row).not_to_have_attribute("src", before)
    assert "level=0.25" in page.url


def test_two_epochs_on_digits_make_a_model_for_the_map(page):
    visit(page, "/train")
    enter(page, "Epochs", "2")
    open_more(page)
    enter(page, "Name of the model", "two epochs")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Start").click()
    look = page.get_by_role("button", name="Look at its map").first
    expect(look).to_be_visible()
    ticks = page.get_by_test_id("stPlotlyChart").first.locator(".ytick text")
    expect(ticks.nth(2)).to_be_visible()
    assert all(re.fullmatch(r"[\d,]{2,}", text) for text in ticks.all_text_contents())  # 500, not 5
    scrub(page)
    look.click()
    expect_page(page, "Latent map")
    expect(page.locator(".lm[data-ready='1']")).to_be_visible()
    assert chosen(page, "Model") == "two epochs"
    page.reload()
    settle(page)
    assert chosen(page, "Model") == "two epochs"


# Of width and height, between the outermost pixels that are drawn on; the rule at the bottom is left out.
SHARES_DRAWN_ON = """canvas => {
    const height = canvas.height - 34 * devicePixelRatio, pixels = new Set(), lines = new Set();
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, height);
    for (let i = 3; i < data.length; i += 4) {
        if (data[i] === 0) continue;
        pixels.add(((i - 3) / 4) % canvas.width);
        lines.add(Math.floor((i - 3) / 4 / canvas.width));
    }
    const range = (all) => Math.max(...all) - Math.min(...all);
    return [range(pixels) / canvas.width, range(lines) / height];
}"""
# Write down what an element says from now on.
WATCH_TEXT = """element => {
    window.texts = [];
    const note = () => texts.push(element.innerText);
    new MutationObserver(note).observe(element, { childList: true, characterData: true, subtree: true });
}"""


def scrub(page) -> None:
    """Map, pictures and numbers follow one slider from the untrained network to the last epoch."""
    expect(page.locator(".rp[data-frames='3'][data-frame='2']")).to_be_visible()
    slider, legend = page.get_by_role("slider", name="Epoch", exact=True), page.locator(".rp-legend").first
    seen = []
    for key, words in (
        ("Home", "before training"),
        ("ArrowRight", "after 1 epoch"),
        ("End", "after 2 epochs"),
    ):
        slider.press(key)
        expect(page.locator(".rp output")).to_have_text(words)
        expect(slider).to_have_attribute("aria-valuetext", words)
        expect(page.locator(".rp-map")).to_have_attribute("aria-label", re.compile(f"{words}$"))
        pixels = ".rp-map, .rp-row:last-child canvas:first-child"
        drawn = page.eval_on_selector_all(pixels, "all => all.map((canvas) => canvas.toDataURL())")
        seen.append((*drawn, legend.inner_text()))
        assert max(page.locator(".rp-map").evaluate(SHARES_DRAWN_ON)) > 0.6  # each frame fills its map
    assert all(len(set(column)) == 3 for column in zip(*seen, strict=True)) and "nats" in seen[-1][-1]
    output = page.locator(".rp output")
    output.evaluate(WATCH_TEXT)
    page.get_by_role("button", name="Play", exact=True).click()
    page.wait_for_function("texts.includes('before training') && texts.at(-1) === 'after 2 epochs'")


def test_a_bad_and_a_good_upload(page, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (12, 28, 28), np.uint8)
    np.savez(tmp_path / "wrong.npz", images=images.astype(np.float32))
    np.savez(tmp_path / "scribbles.npz", images=images, labels=np.arange(12) % 3)
    visit(page, "/your-images")
    page.locator("input[type=file]").first.set_input_files(tmp_path / "wrong.npz")
    expect(page.get_by_role("alert").filter(has_text="255")).to_be_visible()
    page.get_by_role("button", name="Choose other files").click()
    expect(page.get_by_role("alert").filter(has_text="255")).not_to_be_visible()
    page.locator("input[type=file]").first.set_input_files(tmp_path / "scribbles.npz")
    page.get_by_role("button", name="Use these images").click()
    settle(page)
    go_to(page, "Reconstruction")
    assert chosen(page, "Images") == "scribbles"
    expect(page.locator(".lse-strip img").first).to_be_visible()


def test_the_cookie_is_out_of_reach_of_scripts(page):
    visit(page, "/")
    cookie = next(cookie for cookie in page.context.cookies() if cookie["name"] == "latent_visitor")
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax"
    assert "latent_visitor" not in page.evaluate("document.cookie")


@pytest.mark.parametrize("path", ["/", "/train", "/your-images"])  # the others: test_frame.py
def test_a_phone_needs_no_sideways_scrolling(page, path):
    page.set_viewport_size({"width": 390, "height": 800})
    visit(page, path)
    width = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert width <= 390


def test_a_drawing_on_the_page_of_outliers_is_judged_at_once(page):
    visit(page, "/outliers?model=digits-ae-16&outliers=your+drawing")
    page.locator(".pad-paper").scroll_into_view_if_needed()
    box = page.locator(".pad-paper").bounding_box()
    page.mouse.move(box["x"] + 90, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 180, box["y"] + 220, steps=6)
    page.mouse.up()
    verdict = page.get_by_text("of 8 scores call it an outlier")
    expect(verdict).to_be_visible()
    assert re.search(r"[?&]a=d%3A", page.url)
    page.reload()
    expect(verdict).to_be_visible()
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(verdict).to_have_count(0)
