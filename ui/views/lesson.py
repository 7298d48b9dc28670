"""Lesson in five scenes: each a sentence, a task, and live parts of the pages."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.places import ImageAt
from autoencoder.checkpoint.titles import in_sentence
from autoencoder.errors import DatasetError
from autoencoder.experiments.interpolation.words import n_off
from ui.state import address, caches
from ui.state.defaults import FLAT, N_STEPS, PATH, PLAIN, VARIATIONAL
from ui.views.gaps import show_statistic
from ui.views.interpolation import show_details
from ui.widgets.frame import offer_page
from ui.widgets.map import show_map
from ui.widgets.pair import Pair
from ui.widgets.paths import find_paths, move_by_hand, show_strips

SAME_CLASS, TWO_CLASSES = (ImageAt(51), ImageAt(369)), (ImageAt(4), ImageAt(2))  # MNIST: two 3s; a 4 and a 1


@dataclass(frozen=True)
class Scene:
    """Scene of the lesson: one sentence, one task, a question for the worksheet, and the parts to show."""

    sentence: str
    task: str
    question: str
    show: Callable[[], None]


def show_lesson() -> None:
    """The scene in the address: its sentence and task, the buttons Back and Next, and its pictures."""
    number = int(address.chosen("scene")) - 1
    scene = SCENES[number]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(scene.sentence, anchor=False)
        is_first, is_last = number == 0, number == len(SCENES) - 1
        looks = {"icon": ":material/arrow_back:", "shortcut": "Left", "disabled": is_first}
        st.button("Back", on_click=_go, args=(number - 1,), **looks)
        looks = {"icon": ":material/arrow_forward:", "shortcut": "Right", "disabled": is_last}
        st.button("Next", on_click=_go, args=(number + 1,), type="primary", **looks)
    st.markdown(f"**Scene {number + 1} of {len(SCENES)}. Do this:** {scene.task}")
    scene.show()
    if is_last:
        st.markdown("**And now?** Train a model of your own, and measure the same on it.")
        offer_page("train", "Train your own")


def worksheet() -> str:
    """The questions of every scene as a page to print, with space for the answers."""
    items = "".join(
        f"<li><p><b>{scene.sentence}</b><br>{scene.task}</p><p>{scene.question}</p><div></div></li>"
        for scene in SCENES
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Gaps in latent space: worksheet</title>'
        "<style>body { font: 12pt/1.4 sans-serif; max-width: 42em; margin: 2em auto; padding: 0 1em }"
        "li { break-inside: avoid } li div { height: 5em; border-bottom: 1px solid #888 }</style>"
        f"<h1>Gaps in latent space</h1><p>Name: ____________________</p><ol>{items}</ol></html>"
    )


def _go(number: int) -> None:
    address.set_choice("scene", str(number + 1))


def _codes(checkpoint: Checkpoint) -> Codes:
    """The codes of MNIST's test images, or those that came with the model."""
    try:
        return caches.codes(checkpoint, caches.named_dataset("mnist", "test"))
    except DatasetError:
        return caches.codes(checkpoint, None)


def _map() -> None:
    checkpoint = caches.shipped_checkpoint(FLAT)
    show_map(checkpoint, _codes(checkpoint), compact=True)


def _walk(pair: Pair, *names: str) -> None:
    """The path of a pair through models; beside the one across classes, a sentence on that within a class."""
    models = list(map(caches.shipped_checkpoint, names))
    codes, looks = _codes(models[0]), {"kind": PATH, "n_steps": N_STEPS, "with_opinion": False}
    paths = find_paths(models, codes, pair, **looks)
    show_strips(codes, paths, pair)
    move_by_hand(paths)
    show_details(codes, paths, pair)
    if pair != SAME_CLASS:
        (within,) = find_paths(models[:1], codes, SAME_CLASS, **looks)
        title = in_sentence(within.checkpoint)
        st.markdown(f"Between the two 3s of scene 2, {title} is off in {n_off(within)}.")


def _statistic() -> None:
    models = list(map(caches.shipped_checkpoint, (PLAIN, VARIATIONAL)))
    show_statistic(models, _codes(models[0]), is_guessed=True)


SCENES = (
    Scene(
        "A code is a place: an autoencoder puts every image somewhere, and draws an image at every place.",
        "Move over the map. Find a place where the picture is almost, but not quite, a digit.",
        "Which digits lie next to each other? Why those?",
        _map,
    ),
    Scene(
        "Within a class: is everything between two 3s a 3 as well?",
        "Move the slider from A to B, and then beyond B.",
        "What changes evenly on the way? In how many steps is the path off the data? What happens beyond B?",
        partial(_walk, SAME_CLASS, PLAIN),
    ),
    Scene(
        "Nothing in its training tells a plain autoencoder what to draw between two classes.",
        "Move the slider to the step that is least like a digit, and read its round-trip error.",
        "At which t does the path leave the data, and what does the picture look like there?",
        partial(_walk, TWO_CLASSES, PLAIN),
    ),
    Scene(
        "A variational autoencoder is trained to fill its space. Does it?",
        "Move the slider: the same pair goes through both. Compare their round-trip errors.",
        "Which model leaves the data in fewer steps? Which pictures are sharper?",
        partial(_walk, TWO_CLASSES, PLAIN, VARIATIONAL),
    ),
    Scene(
        "One pair proves little. Hundreds do.",
        "Take one path between classes at random in each model. How often does the plain model's leave the "
        "data more? A tie counts half. Guess first, then measure.",
        "The probability; a tie counts half. Your guess: ____ %. Measured: ____ %. Do the intervals overlap?",
        _statistic,
    ),
)
