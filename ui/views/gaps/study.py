"""Study of what closes the gaps: chart, sentences and table."""

import pandas as pd
import streamlit as st

from autoencoder.experiments.gaps.study import Study
from ui.state import caches
from ui.state.session import is_dark
from ui.widgets.charts import csv, offer_file, show_chart, show_frame


def show_study() -> None:
    """The study: settings that close the gaps, and their cost; all models were measured beforehand."""
    st.subheader("What closes the gaps?", anchor=False)
    study = caches.shipped_study()
    st.markdown(
        "Models of many settings, trained alike. Look for a line that falls steeply: there the gaps close; "
        "the farther right it goes, the greater is the error, and the blurrier are the pictures."
    )
    said, beside, numbers = caches.study_words()
    for against in dict.fromkeys(each.against for each in said):
        st.markdown(f"{against}.")
        findings = [each for each in said if each.against == against]
        st.markdown("\n".join(f"- **{each.verdict}.** {each.figures}" for each in findings))
    st.markdown(beside)
    alt = "Reconstruction error on held-out images against the gap score, for every setting."
    show_chart(caches.study_chart(is_dark()), "study", alt)
    _show_study_table(study.dataset, numbers)
    st.caption(_how_made(study))
    st.code(f"python -m autoencoder study --dataset {study.dataset} --out study.json", language="bash")


def _show_study_table(dataset: str, found: pd.DataFrame) -> None:
    shares = [name for name in found if name.startswith(("off the data", "unlike"))]
    with st.expander("All settings, as a table"):
        alt = "Every setting of the study with its reconstruction error and its gap scores."
        show_frame(found, alt, {"percent": shares, "%.4f": ["reconstruction error"]})
        offer_file("Settings (CSV)", f"gaps-study-{dataset}.csv", lambda: csv(found))


def _how_made(study: Study) -> str:
    plan, runtime = study.plan, study.runtime
    seeds = ", ".join(map(str, plan.seeds))
    return (
        f"Measured on {study.dataset}: every model was trained on {study.n_train:,} images for "
        f"{plan.epochs} epochs, from each of the seeds {seeds} (threads: {runtime['threads']}, "
        f"{runtime['precision']}), and measured on {study.n_held_out:,} held-out ones: {plan.n_pairs} "
        "pairs within classes and as many across them, the same for all settings of a seed. A point is the "
        "mean over the seeds; its bar reaches from the lowest end to the highest of their 95 % intervals. "
        "The shipped models were trained longer. By this command:"
    )
