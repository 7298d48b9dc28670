"""Models of the visitor (facts, map, rename, download, delete, share, load), and trainings compared."""

import numpy as np
import streamlit as st

from autoencoder.checkpoint.checkpoint import CheckpointInfo
from autoencoder.figures.training import Run, errors_figure, gaps_figure
from autoencoder.latent.gap_score import gap_score
from autoencoder.model.architecture import KINDS
from autoencoder.training.overfitting import sentence
from autoencoder.training.plan import n_learnt_from
from autoencoder.wording import counted
from ui.state import caches
from ui.state.choice import model_name, models_by_name, opened_models
from ui.state.queues import job_queue
from ui.state.session import current_workspace, guarded, refusal, visitor_id
from ui.storage.classroom import classroom
from ui.storage.limits import MAX_MODEL_FILE_BYTES
from ui.storage.models import export_model, import_model, model_infos, proposed_name
from ui.widgets import kept
from ui.widgets.charts import offer_file, show_chart
from ui.widgets.controls import several
from ui.widgets.frame import offer_map
from ui.widgets.replay import show_replay
from ui.widgets.uploader import choose_files, empty_uploader

MAX_UPLOAD_MB = MAX_MODEL_FILE_BYTES // 1_000_000
MOST = 8  # trainings on one chart


def show_models() -> None:
    """The visitor's models, one at a time; the one just trained first."""
    st.subheader("Your models", anchor=False)
    infos = {info.name: info for info in model_infos(current_workspace().models)}
    if infos:
        names, trained = list(infos), _just_trained()
        first = names.index(trained) if trained in names else 0
        key = f"train.own_model {first} of {' / '.join(names)}"
        _show_model(infos[st.selectbox("Model of yours", names, index=first, key=key)])
    else:
        st.info("None yet. Train one, or load one that you downloaded before.", icon=":material/info:")
    kept.offer_undo("model", current_workspace().models)
    kept.show_shared(current_workspace(), "model")
    _offer_load()
    for info in opened_models():
        if info.name == model_name():
            _show_how_it_came(info)


def _just_trained() -> str | None:
    job = job_queue().find(visitor_id())
    return job.result if job else None


def _show_model(info: CheckpointInfo) -> None:
    st.caption(_facts(info))
    workspace = current_workspace()
    with st.container(horizontal=True):
        offer_map(info.name, "own")
        with st.popover("Rename", icon=":material/edit:"):
            _rename_form(info.name)
        archive, looks = f"{info.name}.zip", {"icon": ":material/download:"}
        offer_file("Download", archive, lambda: export_model(workspace.models, info.name), **looks)
        st.button("Delete", on_click=guarded, args=(_delete, info.name), icon=":material/delete:")
    kept.offer_sharing(workspace, "model", info.name)
    if info.name != _just_trained():  # whose frames stand above already
        _show_how_it_came(info)


def _show_how_it_came(info: CheckpointInfo) -> None:
    """The frames of its training, if they were kept, and a sentence on its errors."""
    config = info.config
    with refusal():
        replay = caches.kept_replay(info.folder)
        if replay is not None:
            st.markdown(f"**Replay the training of {info.name}**")
            show_replay(replay, config.model.kind, "kept")
    if config.training.history:
        st.markdown(sentence(config.training.history, n_learnt_from(config), is_over=True))


def _facts(info: CheckpointInfo) -> str:
    model, source, history = info.config.model, info.config.source, info.config.training.history
    facts = [
        KINDS[model.kind],
        f"code size {model.latent_dim}",
        f"trained on {counted(n_learnt_from(info.config), 'image')} of {source.name}",
        f"epochs: {history[-1].epoch if history else 0:,.4g}",
    ]
    if history:
        facts.append(f"held-out PSNR {history[-1].validation_psnr:.1f} dB")
    return " · ".join(facts)


def _rename_form(name: str) -> None:
    with st.form(f"train.rename {name}", border=False):
        new = st.text_input("New name", name, max_chars=60)
        is_sent = st.form_submit_button("Rename")
    if is_sent:
        with refusal():
            new = current_workspace().models.rename(name, new)
            if name == _just_trained():
                job_queue().find(visitor_id()).result = new
            st.rerun()


def _delete(name: str) -> None:
    current_workspace().models.delete(name)
    if name == _just_trained():
        job_queue().forget(visitor_id())


def _offer_load() -> None:
    # In the run after the loading: a rerun drops the elements drawn just before it.
    if loaded := st.session_state.pop("train.loaded", None):
        st.toast(f"Loaded as **{loaded}**, and in every page's choice of models.", icon=":material/check:")
    if not classroom().can_upload:
        return
    with st.expander("Load a model"):
        label, looks = "A model as it was downloaded, a .zip", {"max_upload_size": MAX_UPLOAD_MB}
        uploads = choose_files("train", label, type="zip", **looks)
        if not uploads:
            return
        upload = uploads[0]
        name = proposed_name(current_workspace().models, upload.getvalue(), upload.name)
        name = st.text_input("Its name", name, max_chars=60, key=f"train.name {upload.file_id}")
        if st.button("Load"):
            with refusal():
                info = import_model(current_workspace().models, upload.getvalue(), name)
                empty_uploader("train")
                st.session_state["train.loaded"] = info.name
                st.rerun()


def show_comparison() -> None:
    """The choice of trainings that have a history (own, shared, shipped), and their curves."""
    st.subheader("Trainings compared", anchor=False)
    infos = {name: info for name, info in models_by_name().items() if info.config.training.history}
    looks = {"max_selections": MOST, "placeholder": "choose two or more, of yours or shipped"}
    chosen = several("runs", "Trainings to draw together", list(infos), **looks)
    runs = [run for name in chosen[:MOST] if (run := _run(infos[name]))]
    if not runs:
        return
    alt = "Held-out error by epoch, one line per training"
    show_chart(errors_figure(runs), "errors compared", alt, "errors-by-epoch")
    st.caption(_whether_errors_compare(runs))
    watched = [run for run in runs if len(run.gap_epochs)]
    for score in dict.fromkeys(run.score for run in watched):
        figure = gaps_figure([run for run in watched if run.score == score], score)
        alt = f"Gap score ({score.title}) by epoch, one line per training"
        show_chart(figure, f"{score.title} compared", alt, f"{score.name}-by-epoch")
    without = [run.name for run in runs if not len(run.gap_epochs)]
    if without:
        st.caption(f"No gap score by epoch was kept with {', '.join(without)}: trained outside this page.")


def _run(info: CheckpointInfo) -> Run | None:
    """None, and the reason on the page, where the frames cannot be read."""
    with refusal():
        config, replay = info.config, caches.kept_replay(info.folder)
        history, none = config.training.history, np.empty(0)
        return Run(
            info.name,
            config.source.name,
            config.model.kind,
            gap_score(config.model.latent_dim),
            epochs=np.array([result.epoch for result in history]),
            errors=np.array([result.validation_loss for result in history]),
            gap_epochs=none if replay is None else replay.epochs,
            gap_scores=none if replay is None else replay.gap_scores,
        )
    return None


def _whether_errors_compare(runs: list[Run]) -> str:
    sources, kinds = {run.source for run in runs}, {run.kind for run in runs}
    if len(sources) > 1:
        return f"Errors compare on the same images only: these are of {', '.join(sorted(sources))}."
    if len(kinds) > 1:
        words = ", ".join(KINDS[kind] for kind in sorted(kinds))
        return (
            f"These errors are not of one kind ({words}): a variational one counts the KL term, a denoising "
            "one is taken from noisy inputs."
        )
    best = min(runs, key=lambda run: run.errors.min())
    lowest = f"{best.errors.min():.1f} nats after epoch {best.epochs[best.errors.argmin()]:,.4g}"
    return f"The lowest held-out error is that of {best.name}, {lowest}."
