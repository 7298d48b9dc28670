"""Actions of a visitor in a browser. They wait for states of the page, never for a time."""

import re

import pytest

from autoencoder.checkpoint.store import list_checkpoints
from autoencoder.checkpoint.titles import model_title
from autoencoder.data.catalogue import DATASETS

playwright = pytest.importorskip("playwright.sync_api")
expect = playwright.expect

TITLES = {name: named.title for name, named in DATASETS.items()}
TITLES |= {info.name: model_title(info) for info in list_checkpoints()}
PATIENCE = 600_000  # milliseconds: a busy machine is no failure
LONGEST_DELAY = 900  # milliseconds: longer than the map waits before it tells of a changed view
expect.set_options(timeout=PATIENCE)


def visit(page, address: str) -> None:
    page.goto(on_digits(address))
    expect(page.locator("h1")).to_be_visible()
    settle(page)


def on_digits(address: str) -> str:
    """A link of the app that asks for the digits, unless it asks for other images already."""
    if re.search(r"[?&]data=", address):
        return address
    return f"{address}{'&' if '?' in address else '?'}data=digits"


def settle(page) -> None:
    """Until the page has heard of the last input and is drawn."""
    let_timers_fire(page, 100)  # the input is on its way; the state below still says notRunning
    expect(page.locator("[data-testid=stApp][data-test-script-state=notRunning]")).to_be_visible()


def let_timers_fire(page, delay: int = LONGEST_DELAY) -> None:
    """Until whatever the page waits with for so long has happened and is drawn, however slow the page is.

    A timer of the page itself: those that were set before it and are shorter fire before it does.
    """
    page.evaluate(
        "delay => new Promise((over) =>"
        " setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(over)), delay))",
        delay,
    )


def wait_a_frame(page) -> None:
    page.evaluate("() => new Promise(requestAnimationFrame)")


def wait_for_address(page, pattern: str) -> str:
    """Until the address is as wanted; the address."""
    page.wait_for_url(re.compile(pattern))
    settle(page)
    return page.url


def enter(page, label: str, text: str) -> None:
    box = page.get_by_label(label, exact=True)
    box.fill(text)
    box.press("Enter")
    settle(page)


def choose(page, label: str, option: str) -> None:
    """Choose an option of a list; a model or a data set by its name, which the list has in words."""
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=TITLES.get(option, option), exact=True).click()
    settle(page)


def open_more(page, label: str = "More") -> None:
    page.get_by_role("button", name=label).click()


def expect_page(page, name: str) -> None:
    """Until the page of a link of the menu is there; the home page is headed by the app's name."""
    heading = "Latent Space Explorer" if name == "Latent map" else name
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()


def chosen(page, label: str) -> str:
    """The option of a list at the side; of a model or a data set its name."""
    title = page.get_by_test_id("stSidebar").get_by_role("combobox", name=label).input_value()
    return next((name for name, words in TITLES.items() if words == title), title)


def go_to(page, name: str) -> None:
    page.get_by_test_id("stSidebar").get_by_role("link", name=name).click()
    expect_page(page, name)
    settle(page)
