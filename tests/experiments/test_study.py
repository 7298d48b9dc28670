"""The study of what closes the gaps: its numbers are those of its models, and its sentences follow them."""

from dataclasses import replace

import numpy as np
import pytest

from autoencoder.data import measures
from autoencoder.data.images import as_floats
from autoencoder.data.loading import load_dataset
from autoencoder.errors import DatasetError
from autoencoder.experiments.gaps.statistic import gap_steps
from autoencoder.experiments.gaps.study import (
    SHIPPED_STUDY,
    Run,
    Setting,
    Study,
    StudyPlan,
    points,
    read_study,
    save_study,
)
from autoencoder.experiments.gaps.study_figure import study_figures
from autoencoder.experiments.gaps.study_trials import begin_study, study_steps
from autoencoder.experiments.gaps.study_words import beside_the_gaps, findings
from autoencoder.experiments.statistics import Interval, interval
from autoencoder.latent.gap_score import JUMP, SHARE, random_pairs
from autoencoder.latent.picture_distance import PictureDistance
from autoencoder.latent.support import Support
from autoencoder.model.runtime import Runtime
from autoencoder.steps import result_of
from autoencoder.training.trainer import Trainer

TINY = StudyPlan((2, 5), (5,), (0.4,), (0.5, 2.0), (0, 1), n_images=60, epochs=1, n_pairs=20)


@pytest.fixture(scope="module")
def tiny():
    train, test = load_dataset("digits", "train"), load_dataset("digits", "test").subset(np.arange(50))
    empty, training, held_out = begin_study(TINY, train, test, Runtime())
    trainers = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "autoencoder.experiments.gaps.study_trials.Trainer",
            lambda *args: trainers.append(Trainer(*args)) or trainers[-1],
        )
        study = result_of(study_steps(empty, training, held_out, Runtime()))
    return study, training, held_out, trainers


def planted(plan: StudyPlan, score, mse=lambda setting: 0.01) -> Study:
    """A study whose every run scores what ``score`` says of its setting, give or take a hundredth."""
    none = Interval(np.nan, np.nan, np.nan)
    runs = tuple(
        Run(setting, seed, mse(setting), around(score(setting)), around(score(setting)), none, none, 1.0)
        for seed in plan.seeds
        for setting in plan.settings
    )
    return Study("planted", "f", plan, 10, 10, {"device": "cpu", "precision": "float32", "threads": 1}, runs)


def around(mean: float) -> Interval:
    return Interval(mean, mean - 0.01, mean + 0.01)


def test_every_setting_is_trained_from_every_seed_as_it_says(tiny):
    study, training, _, trainers = tiny
    assert training.n_images == study.n_train == 60 and study.n_held_out == 50
    wanted = [(setting, seed) for seed in (0, 1) for setting in TINY.settings]
    assert [(run.setting, run.seed) for run in study.runs] == wanted and len(wanted) == 10
    for (setting, seed), trainer in zip(wanted, trainers, strict=True):
        assert (trainer.model.kind, trainer.model.latent_dim) == (setting.kind, setting.latent_dim)
        assert (trainer.settings.seed, trainer.settings.epochs, len(trainer.images)) == (seed, 1, 60)
        assert trainer.model.beta == (setting.knob if setting.kind == "vae" else 1)
        assert str(trainer.noise) == ("gaussian:0.4" if setting.kind == "dae" else "None")


def test_a_run_holds_what_the_measures_say_of_its_model(tiny):
    study, _, held_out, trainers = tiny
    for run, trainer in list(zip(study.runs, trainers, strict=True))[1::4]:
        model = trainer.autoencoder()
        latents = model.encode(held_out.images)
        pairs = random_pairs(held_out.labels, 50, 20, run.seed)
        pictures = PictureDistance(model, held_out.images)
        gaps = result_of(gap_steps("", Support(model, latents), latents, pairs, pictures))
        assert run.share == interval(gaps.cross.off_support_share)
        assert run.share_within == interval(gaps.same.off_support_share)
        assert run.jump == interval(gaps.cross.jump_ratio)
        assert run.unlike == interval(gaps.cross.picture_share)
        error = measures.mse(as_floats(held_out.images), model.reconstruct(held_out.images)).mean()
        assert run.mse == pytest.approx(float(error)) and run.seconds > 0


def test_a_study_that_was_stopped_goes_on_where_it_was(tiny):
    study, training, held_out, _ = tiny
    half = replace(study, runs=study.runs[:9])
    whole = result_of(study_steps(half, training, held_out, Runtime()))
    assert whole.runs[:9] == half.runs
    assert replace(whole.runs[9], seconds=0) == replace(study.runs[9], seconds=0)


def test_a_study_comes_back_from_its_file(tiny, tmp_path):
    study = tiny[0]
    (tmp_path / "study.json").write_text(save_study(study))
    back = read_study(tmp_path / "study.json")
    assert back.made_from == study.made_from
    for here, there in zip(study.runs, back.runs, strict=True):
        assert (here.setting, here.seed) == (there.setting, there.seed)
        assert there.share.mean == pytest.approx(here.share.mean, rel=1e-5)
    assert points(back)[0].mse == pytest.approx(points(study)[0].mse, rel=1e-5)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"format": "x"}', '{"format": "latent-space-explorer study"}']
)
def test_a_file_that_is_no_study_is_refused(tmp_path, text):
    (tmp_path / "no.json").write_text(text)
    with pytest.raises(DatasetError, match=r"no\.json"):
        read_study(tmp_path / "no.json")
    with pytest.raises(DatasetError, match="could not be read"):
        read_study(tmp_path / "nowhere.json")


def test_a_point_reaches_over_all_seeds():
    plan = StudyPlan((8,), (8,), (), (), (0, 1))
    study = planted(plan, lambda setting: 0.4)
    second = replace(study.runs[1], share=around(0.6), mse=0.03)
    (point,) = points(replace(study, runs=(study.runs[0], second)))
    assert point.score == Interval(pytest.approx(0.5), pytest.approx(0.39), pytest.approx(0.61))
    assert point.mse == pytest.approx(0.02)


PLAN = StudyPlan((8, 32), (32,), (0.3,), (0.1, 4.0), (0, 1))
PLAIN = 0.40


@pytest.mark.parametrize(
    ("scores", "verdict"),
    [
        ((0.39, 0.05), "Weighing the KL closes the gaps"),
        ((0.39, 0.20), "Weighing the KL narrows the gaps"),
        ((0.39, 0.41), "Weighing the KL does not clearly change the gaps"),
        ((0.39, 0.60), "Weighing the KL makes the gaps wider"),
        ((0.20, 0.60), "Weighing the KL narrows the gaps, but at other settings it makes the gaps wider"),
    ],
)
def test_the_verdict_follows_the_numbers(scores, verdict):
    by_beta = dict(zip((0.1, 4.0), scores, strict=True))
    study = planted(PLAN, lambda setting: by_beta[setting.knob] if setting.kind == "vae" else PLAIN)
    kl, noise, smaller = findings(study)
    assert kl.verdict == verdict
    assert noise.verdict == "Noise in training does not clearly change the gaps"
    assert smaller.verdict == "A smaller code does not clearly change the gaps"


def test_a_finding_says_what_it_costs_and_what_is_unclear():
    score = {0.1: 0.39, 4.0: 0.06}
    error = {0.1: 0.01, 4.0: 0.025}
    study = planted(
        PLAN,
        lambda setting: score[setting.knob] if setting.kind == "vae" else PLAIN,
        lambda setting: error[setting.knob] if setting.kind == "vae" else 0.01,
    )
    found = findings(study)[0]
    assert found.against == (
        "Against a plain model of 32 numbers: 40.0% [39.0%, 41.0%] of the steps off the data, error 0.0100"
    )
    assert found.figures.replace("\xa0", " ") == (
        "β 4, 6.0% [5.0%, 7.0%] for 2.50 times the error. Not clearly different: β 0.1."
    )


def test_the_cheapest_that_helps_is_named_beside_the_best():
    score, error = {0.1: 0.2, 4.0: 0.1}, {0.1: 0.011, 4.0: 0.02}
    study = planted(
        PLAN,
        lambda setting: score[setting.knob] if setting.kind == "vae" else PLAIN,
        lambda setting: error[setting.knob] if setting.kind == "vae" else 0.01,
    )
    assert findings(study)[0].figures.replace("\xa0", " ") == (
        "β 4, 10.0% [9.0%, 11.0%] for 2.00 times the error. The cheapest that clearly helps: β 0.1, 20.0% "
        "[19.0%, 21.0%] for 1.10 times the error."
    )


def test_a_plane_is_scored_by_its_jumps_and_apart():
    plan = StudyPlan((2, 32), (2, 32), (), (1.0,), (0,))
    study = planted(plan, lambda setting: 2.0 if setting == Setting("ae", 2) else 1.5)
    flat = findings(study)[-1]
    assert flat.verdict == "Weighing the KL narrows the gaps" and "jump ratio 2.00" in flat.against
    assert not any("smaller" in each.verdict for each in findings(study)), "a plane is scored differently"


def test_the_side_of_the_pictures_is_told_by_its_ends():
    study = planted(PLAN, lambda setting: PLAIN)
    assert beside_the_gaps(study) == ""
    runs = [replace(run, unlike=around(0.02 + 0.001 * number)) for number, run in enumerate(study.runs[:4])]
    assert beside_the_gaps(replace(study, runs=tuple(runs))).replace("\xa0", " ") == (
        "On the side of the pictures, 2.0% (plain, 8 numbers) to 2.3% (variational, 32 numbers, β 0.1) "
        "of the steps are unlike any image."
    )


def test_the_chart_has_every_point_once_in_its_family(tiny):
    study = tiny[0]
    charts = study_figures(study)
    lines = [line for chart in charts.values() for line in chart.marks]
    drawn = {(x, y): line.name for line in lines for x, y in zip(line.x, line.y, strict=True)}
    for point in points(study):
        name = drawn[point.mse, point.score.mean]
        assert name.startswith(
            {"ae": "plain", "dae": "denoising", "vae": "variational"}[point.setting.kind]
        ) or (
            point.setting == Setting("ae", 5) and name.startswith("denoising")  # where noise is 0
        )
    assert set(charts) == {SHARE, JUMP}, "jumps and shares have axes of their own"
    for chart in charts.values():
        assert len({line.name for line in chart.marks}) == len(chart.marks)
        for line in chart.marks:
            assert line.spread.shape == (2, len(line.x)) and (line.spread >= 0).all()
            assert all(text == "" or float(text) >= 0 for text in line.texts), "short enough for a phone"


def test_the_shipped_study_is_whole():
    study = read_study(SHIPPED_STUDY)
    wanted = {(setting, seed) for seed in study.plan.seeds for setting in study.plan.settings}
    assert {(run.setting, run.seed) for run in study.runs} == wanted and len(study.plan.seeds) >= 2
    assert study.dataset == "mnist" and study.plan == StudyPlan()
