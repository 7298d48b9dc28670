"""Scenes for teaching, each a link: a pair of images, the models to send it through, and what to ask."""

from dataclasses import dataclass

import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.places import ImageAt, Place
from ui.state import address
from ui.state.choice import choose_dataset, choose_model, dataset_name

IMAGES = "mnist"


@dataclass(frozen=True)
class Preset:
    """A scene: ``prompt`` is for the class, ``look_for`` what to look for. Images are MNIST test images."""

    title: str
    prompt: str
    look_for: str
    a: int
    b: int
    models: tuple[str, ...]

    @property
    def query(self) -> dict[str, str]:
        """What the address says."""
        first, *others = self.models
        choices = {"data": IMAGES, "model": first, "a": str(self.a), "b": str(self.b)}
        return {**choices, "with": others[0]} if others else choices


PRESETS = (
    Preset(
        "4 to 9: a stroke apart",
        "Where on the way does one become the other? Guess first: will this path leave the data?",
        "the step at which the top closes, and whether any step is neither",
        4, 7, ("mnist-ae-32", "mnist-vae-32"),
    ),
    Preset(
        "0 to 1: a ring becomes a line",
        "What would you draw half-way, and what does each model draw?",
        "steps that look like a third digit, and steps that are off the data",
        3, 2, ("mnist-ae-32", "mnist-vae-32"),
    ),
    Preset(
        "within the 3s",
        "Both ends are a 3. Is everything in between a 3 as well?",
        "whether the round trip stays below 1 all the way, and whether the slant turns evenly",
        18, 30, ("mnist-ae-32", "mnist-vae-32"),
    ),
    Preset(
        "a ghost in the 2-D autoencoder",
        "Two numbers have to hold every digit. What lies between a 4 and a 2 on a plane that crowded?",
        "a step that is nobody's digit, and the largest jump of the picture",
        4, 1, ("mnist-ae-2", "mnist-vae-2"),
    ),
)  # fmt: skip


def offer_presets() -> None:
    """The scenes with their prompts; once one is set up, the address is its link."""
    with st.expander("Scenes for teaching", icon=":material/school:"):
        for preset in PRESETS:
            st.button(preset.title, on_click=_set_up, args=(preset,), icon=":material/play_arrow:")
            st.markdown(f"{preset.prompt} *Look for* {preset.look_for}.")


def show_prompt(models: list[Checkpoint], pair: tuple[Place, Place]) -> None:
    """What the scene that is set up asks; its strips answer."""
    names = tuple(model.name for model in models)
    for preset in PRESETS:
        is_set_up = dataset_name() == IMAGES and names == preset.models
        if is_set_up and pair == (ImageAt(preset.a), ImageAt(preset.b)):
            st.info(f"{preset.prompt} *Look for* {preset.look_for}.", icon=":material/school:")


def _set_up(preset: Preset) -> None:
    """What a visit by its link would show. In a session, a link cannot change the choices at the side."""
    choose_dataset(IMAGES)
    choose_model(preset.models[0])
    st.session_state["with"] = list(preset.models[1:])
    address.choose("a", str(preset.a))
    address.choose("b", str(preset.b))
