"""Scores of every source: bar chart, table and sentence."""

import pandas as pd
import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.data.dataset import Dataset
from autoencoder.data.images import are_alike
from autoencoder.experiments.generate.figure import frechet_figure
from autoencoder.experiments.generate.samples import Judgement, compare_steps
from autoencoder.experiments.generate.words import sentence
from ui.jobs.work import StepsWork, job_key
from ui.state.choice import chosen_dataset, was_trained_on
from ui.state.pair import fitting_codes, other_codes
from ui.state.session import is_dark
from ui.widgets.charts import csv, offer_file, show_chart, show_frame
from ui.widgets.choice import compared_models
from ui.widgets.controls import number
from ui.widgets.job_progress import job_on_request


def show_scores(checkpoint: Checkpoint, codes: Codes) -> None:
    """Every source of several models, judged by many samples: started with a button, then kept."""
    st.subheader("How good are they?", anchor=False)
    if codes.images is None:
        st.caption("The images are not on this machine: there is nothing to judge samples by.")
        return
    if are_alike(chosen_dataset("train").images):
        st.caption("The training images do not differ from each other: there is nothing to judge samples by.")
        return
    models = compared_models(checkpoint, codes)
    n_column, seed_column, button_column = st.columns(3, vertical_alignment="bottom")
    n = number("judged", "Samples of each", n_column)
    seed = number("judged_seed", "Their seed", seed_column)
    fitted_to = [fitting_codes(model, other_codes(model, codes)) for model in models]
    training, held_out = chosen_dataset("train"), chosen_dataset("test")
    coded = {model.name: (model.support, each.latents) for model, each in zip(models, fitted_to, strict=True)}
    job = job_on_request(
        job_key("generation", [model.identity for model in models], fitted_to[0].key, n, seed),
        lambda: StepsWork(compare_steps, coded, training, held_out, n, seed, partial=Judgement({})),
        "Judge every source",
        "Half a minute of work: a small classifier is taught, whose features tell real from made.",
        f"{n:,} samples from every source of {len(models)} models",
        button_column,
    )
    if job and job.progress.partial.scores:
        _show_judgement(job.progress.partial, models, training)


def _show_judgement(found: Judgement, models: list[Checkpoint], training: Dataset) -> None:
    for name, scores in found.scores.items():
        st.markdown(f"**{sentence(name, scores)}**")
    _show_table(found, {model.name for model in models if was_trained_on(model, training)})
    if found.classifier is None:
        st.caption("Without labels there is no classifier to teach, and so no Fréchet distance.")
        return
    st.caption(
        "The Fréchet distance is in 64 features of a small classifier of our own, right in "
        f"{found.classifier.accuracy:.1%} of {found.classifier.n_held_out:,} held-out images. It does not "
        "compare with figures from other features, or from other numbers of images."
    )
    alt = "The Fréchet distance of every source of every model, with that of real images."
    show_chart(frechet_figure(found.scores, is_dark()), "frechet", alt)
    with st.expander("Which classes do they draw?"):
        show_frame(_class_shares(found, training), "The shares of the classes among the samples.")


def _show_table(found: Judgement, learnt: set[str]) -> None:
    """Every score; near-copies only for the models that have ``learnt`` the images."""
    rows = [
        {
            "model": name,
            "source": each.source,
            "Fréchet distance": each.frechet,
            "of real images": each.frechet_floor,
            "off the data": each.off_support_share,
            "near-copies": each.copy_share if name in learnt else None,
        }
        for name, scores in found.scores.items()
        for each in scores
    ]
    formats = {"percent": ["off the data", "near-copies"], "%.1f": ["Fréchet distance", "of real images"]}
    table = pd.DataFrame(rows).dropna(axis="columns", how="all")
    show_frame(table, "The scores of every source of every model.", formats)
    offer_file("Scores (CSV)", "generation-scores.csv", lambda: csv(table))


def _class_shares(found: Judgement, training: Dataset) -> pd.DataFrame:
    names = [training.class_names[label] for label in found.classifier.class_labels]
    rows = [
        {"model": name, "source": each.source, **dict(zip(names, each.class_shares, strict=True))}
        for name, scores in found.scores.items()
        for each in scores
    ]
    return pd.DataFrame(rows).style.format("{:.0%}", subset=names)
