"""Scenes for teaching, each with a link: a pair of images, two models and a question."""

from dataclasses import dataclass

import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.places import ImageAt, Place
from ui.state import address
from ui.state.choice import choose_dataset, choose_model, dataset_name
from ui.state.defaults import PLAIN, VARIATIONAL

IMAGES = "mnist"


@dataclass(frozen=True)
class Preset:
    """A scene: a question for the class, and what to look for. Images are MNIST test images."""

    title: str
    prompt: str
    look_for: str
    a: int
    b: int
    models: tuple[str, str] = (PLAIN, VARIATIONAL)

    @property
    def query(self) -> dict[str, str]:
        """The query of its link."""
        first, other = self.models
        return {"data": IMAGES, "model": first, "a": str(self.a), "b": str(self.b), "with": other}


PRESETS = (
    Preset(
        title="4 to 9: a stroke apart",
        prompt="Where on the way does one become the other? Guess first: will this path leave the data?",
        look_for="the step at which the top closes, and whether any step is neither",
        a=4,
        b=7,
    ),
    Preset(
        title="0 to 1: a ring becomes a line",
        prompt="What would you draw half-way, and what does each model draw?",
        look_for="steps that look like a third digit, and steps that are off the data",
        a=3,
        b=2,
    ),
    Preset(
        title="within the 3s",
        prompt="Both ends are a 3. Is everything in between a 3 as well?",
        look_for="whether the round trip stays below 1 all the way, and whether the slant turns evenly",
        a=18,
        b=30,
    ),
    Preset(
        title="a ghost in the 2-D autoencoder",
        prompt="Two numbers have to hold every digit. What lies between a 4 and a 2 on a plane that crowded?",
        look_for="a step that is nobody's digit, and the largest jump of the picture",
        a=4,
        b=1,
        models=("mnist-ae-2", "mnist-vae-2"),
    ),
)


def offer_presets() -> None:
    """The scenes with their prompts; once one is set up, the address is its link."""
    with st.expander("Scenes for teaching", icon=":material/school:"):
        for preset in PRESETS:
            st.button(preset.title, on_click=_set_up, args=(preset,), icon=":material/play_arrow:")
            st.markdown(f"{preset.prompt} *Look for* {preset.look_for}.")


def show_prompt(models: list[Checkpoint], pair: tuple[Place, Place]) -> None:
    """The question of the scene that is set up; its strips answer it."""
    names = tuple(model.name for model in models)
    for preset in PRESETS:
        is_set_up = dataset_name() == IMAGES and names == preset.models
        if is_set_up and pair == (ImageAt(preset.a), ImageAt(preset.b)):
            st.info(f"{preset.prompt} *Look for* {preset.look_for}.", icon=":material/school:")


def _set_up(preset: Preset) -> None:
    """Show in this session what its link would show in a new one."""
    choose_dataset(IMAGES)
    choose_model(preset.models[0])
    st.session_state["with"] = list(preset.models[1:])
    address.choose("a", str(preset.a))
    address.choose("b", str(preset.b))
