"""The map, reconstruction and interpolation pages as scripts: what they show, and say when empty."""

import base64
from dataclasses import replace

import numpy as np
import pytest

from autoencoder.checkpoint.path_kinds import find_path
from autoencoder.checkpoint.places import random_pair
from autoencoder.checkpoint.record import HELD_BACK_SHARE
from autoencoder.checkpoint.store import load_checkpoint
from autoencoder.checkpoint.titles import model_title
from autoencoder.data.dataset import hold_back
from autoencoder.data.loading import load_dataset
from autoencoder.data.noise import Noise, corrupt
from autoencoder.experiments.reconstruction import by_class, evaluate
from autoencoder.latent.paths import linear
from tests.tools.app import (
    buttons,
    file_at,
    listed_as,
    living_map,
    map_file,
    new_app,
    places_in,
    press,
    tables,
    until,
    visit,
    visit_unlabelled,
    words,
)
from ui.state.defaults import PAIRS
from ui.state.session import escape_markdown
from ui.widgets.map import kept_pins

VAE_2, AE_2 = (load_checkpoint(name).fingerprint[:8] for name in ("digits-vae-2", "digits-ae-2"))
ALONE = {"with": ""}  # compared with no other model
PAGES = ("latent_map", "reconstruction", "interpolation")
ROWS, PARTS = ("training", "held out"), (("train", 500), ("test", 360))
COLUMNS = {"MSE": "mse", "PSNR, dB": "psnr", "SSIM": "ssim", "BCE, nats": "bce", "KL, nats": "kl"}


@pytest.mark.parametrize("page", PAGES)
def test_a_first_visit_shows_something(page):
    app = visit(page)
    assert not app.exception and not app.error
    shows_map = page == "latent_map" and living_map(app)["panes"]
    assert app.title and (shows_map or "<img" in "".join(tables(app)))


@pytest.mark.parametrize("page", PAGES)
def test_unlabelled_images_work_on_every_page(page):
    images = load_dataset("digits", "test").images[:30]
    app = visit_unlabelled(page)
    assert app.selectbox(key="data").value == "scribbles"
    assert not app.exception and not app.error
    if page == "latent_map":
        pane = living_map(app)["panes"][0]
        assert living_map(app)["present"] == [] and "labels" not in map_file(pane["map"])
        assert file_at(pane["images"]["urls"][0]) == images.tobytes()
    else:
        assert "<img" in "".join(tables(app))


@pytest.mark.parametrize("page", ["reconstruction"])
def test_absent_images_are_offered_not_an_error(page):
    app = visit(page, data="kmnist")
    assert not app.exception
    assert "not on this machine" in words(app)
    labels = {button.label for button in app.button}
    assert {"Use MNIST 5k", "Fetch the images"} <= labels


def test_a_failed_download_is_a_sentence():
    app = visit("reconstruction", data="kmnist")
    next(button for button in app.button if button.label == "Fetch the images").click().run()
    assert not app.exception
    assert "digits" in app.error[0].value


def test_going_on_with_images_that_are_here():
    app = visit("reconstruction", data="kmnist")
    next(button for button in app.button if button.label == "Use MNIST 5k").click().run()
    assert app.selectbox(key="data").value == "mnist-5k"
    assert not app.info


def test_without_images_the_atlas_draws_the_map_and_says_so():
    app = visit("latent_map", data="mnist", model="mnist-vae-16")
    assert not app.exception and not app.error
    assert "codes that came with the" in words(app)
    pane = living_map(app)["panes"][0]
    assert pane["images"] is None and pane["plane"] == "pca"
    atlas = load_checkpoint("mnist-vae-16").atlas
    np.testing.assert_array_equal(map_file(pane["codes"])["latents"], atlas.latents)
    np.testing.assert_array_equal(map_file(pane["map"])["labels"], atlas.labels)


def test_an_unknown_model_in_a_link_is_named():
    app = visit("latent_map", model="../../etc/passwd")
    assert not app.exception
    assert "../../etc/passwd" in words(app)
    assert app.selectbox(key="model").value == "digits-vae-2"
    app.selectbox(key="model").set_value("digits-ae-2").run()
    assert "../../etc/passwd" not in words(app)


@pytest.mark.parametrize("index", ["-1", "99999999", "x", "1e9", "nan"])
def test_an_odd_index_in_a_link_falls_back(index):
    app = visit("interpolation", a=index)
    assert not app.exception
    assert 0 <= app.number_input(key="pair.image_a").value < 360


def test_changing_the_images_keeps_kind_and_size_of_the_model():
    app = visit("latent_map", model="digits-vae-16")
    app.selectbox(key="data").set_value("mnist").run()
    assert app.selectbox(key="model").value == "mnist-vae-16"


def test_the_pictures_are_those_of_the_bytes_that_are_encoded():
    from ui.widgets.pictures import _img

    app = visit("reconstruction", noise="masking", level=0.5, seed=3, count=2)
    images = load_dataset("digits", "test").images
    rows = np.random.default_rng(3).permutation(np.arange(len(images)))[:2]
    given = corrupt(images[rows], Noise("masking", 0.5), np.random.default_rng(3))
    model = load_checkpoint("digits-vae-2").model
    shown = "".join(tables(app))
    for image in [*images[rows], *given, *model.reconstruct(given)]:
        assert _source(_img(image, "")) in shown


def test_more_noise_makes_other_pictures():
    app = visit("reconstruction", count=3, noise="gaussian")
    before = tables(app)
    app.slider(key="level").set_value(0.8).run()
    assert tables(app) != before


def test_the_first_visit_is_without_noise_and_a_kind_of_noise_brings_its_level():
    app = visit("reconstruction", count=3)
    keys = [slider.key for slider in app.slider]
    assert "level" not in keys and "Noisy input" not in "".join(tables(app))
    app.selectbox(key="noise").set_value("speckle").run()
    assert "level" in [slider.key for slider in app.slider] and "Noisy input" in "".join(tables(app))


def test_the_worst_are_sorted_by_their_error():
    app = visit("reconstruction", way="the worst", count=4, noise="none")
    images = load_dataset("digits", "test").images
    reconstructions = load_checkpoint("digits-vae-2").model.reconstruct(images)
    errors = ((images / 255.0 - reconstructions) ** 2).mean(axis=(1, 2))
    for row in np.argsort(-errors)[:4]:
        assert f"· {row}<" in "".join(tables(app))


def test_the_path_shows_its_measures():
    app = visit("interpolation", model="digits-ae-16", a=3, b=8, steps=5, **ALONE)
    checkpoint = load_checkpoint("digits-ae-16")
    images = load_dataset("digits", "test").images
    path = linear(*checkpoint.model.encode(images[[3, 8]]), 5)
    measured = checkpoint.support.measure(path)
    shown = tables(app)[-1]
    for value in measured.round_trip:
        assert f">{value:.2f}<" in shown
    assert shown.count("class=hatched") == 9 * int(measured.off_support.sum())
    assert f"{int(measured.off_support.sum())} of 5" in words(app)


def test_two_dimensions_are_scored_by_their_jump():
    app = visit("interpolation", model="digits-ae-2", a=3, b=8, steps=9, **ALONE)
    checkpoint = load_checkpoint("digits-ae-2")
    ends = checkpoint.model.encode(load_dataset("digits", "test").images[[3, 8]])
    measured = checkpoint.support.measure(linear(*ends, 9))
    assert f"jump ratio **{measured.jump_ratio:.2f}**" in words(app)
    for value in [*measured.neighbour_distance, *measured.decoded_step[1:]]:
        assert f">{value:.2f}<" in tables(app)[-1]


def test_a_model_is_compared_with_its_counterpart_and_never_with_itself():
    app = visit("interpolation", model="digits-vae-16")
    chosen = app.multiselect(key="with")
    assert chosen.value == ["digits-ae-16"]
    assert listed_as("digits-ae-16") in chosen.options and listed_as("digits-vae-16") not in chosen.options
    app.selectbox(key="model").set_value("digits-ae-16").run()
    chosen = app.multiselect(key="with")
    assert chosen.value == ["digits-vae-16"] and listed_as("digits-ae-16") not in chosen.options


def test_every_step_has_a_second_opinion_and_its_nearest_image():
    from autoencoder.experiments.interpolation.second_opinion import fit_classifier
    from autoencoder.latent.picture_distance import PictureDistance
    from ui.widgets.pictures import _img

    app = visit("interpolation", model="digits-ae-16", a=3, b=8, steps=5, **ALONE)
    train, test = (load_dataset("digits", split) for split in ("train", "test"))
    checkpoint = load_checkpoint("digits-ae-16")
    pictures = checkpoint.model.decode(linear(*checkpoint.model.encode(test.images[[3, 8]]), 5))
    classifier = fit_classifier(train.images, train.labels, (test.images, test.labels))
    labels, shares = classifier.opinion(pictures)
    shown = tables(app)[-1]
    for label, share in zip(labels, shares, strict=True):
        assert f">{label} {share:.0%}<" in shown
    real = PictureDistance(checkpoint.model, test.images)
    for value, row in zip(real.measure(pictures), real.nearest(pictures), strict=True):
        assert f">{value:.2f}<" in shown and _source(_img(test.images[row], "")) in shown
    marks = "".join(f"<td>{'unlike' if value > 1 else ''}</td>" for value in real.measure(pictures))
    assert f"Above 1</th>{marks}" in shown.replace("<td class=hatched>", "<td>")
    step = max(step for step, label in enumerate(labels) if label == labels[0]) + 1
    assert f"stops looking like {labels[0]} at t = {step / 4:.2f}" in words(app)
    assert f"there it looks like {labels[step]}" in words(app)
    assert f"right in {classifier.accuracy:.1%} of 360 held-out" in words(app)
    for end, row, looks in (("A", 3, labels[0]), ("B", 8, labels[-1])):
        said = f"{end}, labelled {test.labels[row]}, already comes back looking like {looks}"
        assert (said in words(app)) == (looks != test.labels[row])


def test_an_end_that_comes_back_as_another_class_is_said_to():
    app = visit("interpolation", model="digits-ae-2", a=0, b=1, **ALONE)
    assert "A, labelled 9, already comes back looking like 3" in words(app)


def test_the_smooth_path_is_found_when_asked_for():
    app = visit("interpolation", model="digits-ae-16", a=3, b=8, steps=5, path="smooth", **ALONE)
    checkpoint = load_checkpoint("digits-ae-16")
    ends = checkpoint.model.encode(load_dataset("digits", "test").images[[3, 8]])
    for kind in ("data", "smooth"):
        if kind == "smooth":
            press(app, "Find the smooth path")
            until(app, lambda app: "Stop" not in buttons(app))
        measured = checkpoint.support.measure(find_path(checkpoint, kind, *ends, 5))
        for value in measured.round_trip:
            assert f">{value:.2f}<" in tables(app)[-1]


def test_the_snippet_makes_the_strip_that_is_shown(tmp_path, monkeypatch, capsys):
    app = visit("interpolation", model="digits-ae-16", a=3, b=8, steps=5, path="data", **ALONE)
    monkeypatch.chdir(tmp_path)
    exec(app.code[0].value, {})
    checkpoint = load_checkpoint("digits-ae-16")
    ends = checkpoint.model.encode(load_dataset("digits", "test").images[[3, 8]])
    measured = checkpoint.support.measure(find_path(checkpoint, "data", *ends, 5))
    assert capsys.readouterr().out.split()[0] == str(measured.off_support_share)
    assert (tmp_path / "strips.pdf").read_bytes().startswith(b"%PDF")


def test_the_map_is_given_what_the_link_says():
    app = visit("latent_map", a=12, b=f"z{VAE_2}:0.5,-1.25", classes="3.7", layer="density", view="0.5,1,2.5")
    given = living_map(app)
    assert given["choice"] == {
        "a": "12",
        "b": f"z{VAE_2}:0.5,-1.25",
        "classes": "3.7",
        "layer": "density",
        "view": "0.5,1,2.5",
    }
    assert app.query_params["a"] == "12" and app.query_params["view"] == "0.5,1,2.5"


@pytest.mark.parametrize(
    "text",
    [
        "<b>",
        "z1:1,2",
        f"z{VAE_2}:1,nan",
        f"z{VAE_2}:1e999,0",
        f"z{VAE_2}:1",
        "d:abc",
        "../x",
        f"z{VAE_2}:" + "1," * 200,
    ],
)
def test_a_foreign_place_in_a_link_is_none(text):
    app = visit("latent_map", a=text, b=text, layer="lava", view="x")
    assert not app.exception and not app.error
    choice = living_map(app)["choice"]
    assert choice["layer"] == "grid" and choice["view"] == "", "the defaults, as without them"
    app = visit("interpolation", a=text, b=text)
    assert not app.exception and not app.error
    assert app.number_input(key="pair.image_a").value == PAIRS["digits"][0]


def test_a_link_that_chooses_nothing_opens_on_the_default_pair_over_the_grid():
    app = visit("latent_map")
    choice = living_map(app)["choice"]
    assert (choice["a"], choice["b"]) == tuple(map(str, PAIRS["digits"])) and choice["layer"] == "grid"
    assert not {"a", "b", "layer"} & set(app.query_params)
    app = visit_unlabelled("latent_map")
    assert (living_map(app)["choice"]["a"], living_map(app)["choice"]["b"]) == ("0", "1")


def test_cleared_pins_stay_cleared():
    app = visit("latent_map", a="none", layer="grid")
    choice = living_map(app)["choice"]
    assert (choice["a"], choice["b"], choice["layer"]) == ("", "", "grid")
    assert app.query_params["a"] == "none"
    app.switch_page("../pages/interpolation.py").run()
    assert app.number_input(key="pair.image_a").value == PAIRS["digits"][0]


@pytest.mark.parametrize("choice", [{"a": "5"}, {"classes": "3"}, {"view": "1,1,2"}])
def test_a_link_from_before_the_grid_has_no_layer(choice):
    app = visit("latent_map", **choice)
    assert living_map(app)["choice"]["layer"] == "none" and app.query_params["layer"] == "none"


@pytest.mark.parametrize(
    ("committed", "kept"),
    [(PAIRS["digits"], ["", ""]), (["", ""], ["none", ""]), (["7", "9"], ["7", "9"]), (["", "9"], ["", "9"])],
)
def test_the_default_pair_is_no_choice_and_no_pins_are_one(committed, kept):
    assert kept_pins([str(place) for place in committed], PAIRS["digits"]) == kept


def test_a_committed_choice_is_kept_and_stands_in_the_address():
    app = visit("latent_map")
    places_in(app, a="5", b=f"z{VAE_2}:1.5,0.25", layer="grid")
    assert living_map(app)["choice"]["b"] == f"z{VAE_2}:1.5,0.25"
    assert app.query_params["b"] == f"z{VAE_2}:1.5,0.25" and app.query_params["layer"] == "grid"
    app.switch_page("../pages/interpolation.py").run()
    assert app.number_input(key="pair.image_a").value == 5
    assert app.number_input(key="pair.image_b").value is None
    assert "B is a place between, decoded" in words(app)


def test_a_code_is_nothing_to_another_model_and_an_image_stays():
    app = visit("latent_map", a="5", b=f"z{VAE_2}:1.5,0.25", classes="3", view="1,1,2")
    app.selectbox(key="model").set_value("digits-ae-2").run()
    choice = living_map(app)["choice"]
    assert (choice["a"], choice["classes"], choice["view"]) == ("5", "3", "")
    app.switch_page("../pages/interpolation.py").run()
    assert app.number_input(key="pair.image_b").value == PAIRS["digits"][1]
    assert "a place between" not in words(app) and "which is not here: " in words(app)


def test_a_path_through_a_place_starts_at_its_code():
    app = visit("interpolation", model="digits-ae-2", a=f"z{AE_2}:3.5,-2", b=8, steps=5, **ALONE)
    checkpoint = load_checkpoint("digits-ae-2")
    end = checkpoint.model.encode(load_dataset("digits", "test").images[[8]])[0]
    measured = checkpoint.support.measure(linear(np.array([3.5, -2], np.float32), end, 5))
    for value in measured.round_trip:
        assert f">{value:.2f}<" in tables(app)[-1]


def test_a_drawing_is_encoded_as_it_was_drawn():
    image = load_dataset("digits", "test").images[77]
    text = "d:" + base64.urlsafe_b64encode(image.tobytes()).decode().rstrip("=")
    app = visit("interpolation", model="digits-ae-2", a=text, b=8, steps=5, **ALONE)
    as_image = visit("interpolation", model="digits-ae-2", a=77, b=8, steps=5, **ALONE)
    assert "A is your drawing" in words(app)
    assert tables(app)[-1] == tables(as_image)[-1]


def test_two_models_side_by_side_are_given_the_same_images():
    app = visit("latent_map", model="digits-ae-16", beside="digits-vae-16")
    first, second = living_map(app)["panes"]
    images = load_dataset("digits", "test").images
    for pane, name in ((first, "digits-ae-16"), (second, "digits-vae-16")):
        assert pane["name"] == model_title(load_checkpoint(name))
        codes = load_checkpoint(name).model.encode(images)
        np.testing.assert_array_equal(map_file(pane["codes"])["latents"], codes)


def test_the_tables_are_the_measures_of_their_images():
    app = visit("reconstruction", model="digits-vae-2", noise="speckle", level=0.4, seed=2)
    noise, model = Noise("speckle", 0.4), load_checkpoint("digits-vae-2").model
    train, test = (load_dataset("digits", split).subset(np.arange(n)) for split, n in PARTS)
    expected = {
        name: evaluate(model, part.images, noise, 2) for name, part in zip(ROWS, (train, test), strict=True)
    }
    splits, classes = (frame.value for frame in app.dataframe)
    splits = splits.set_index("images")
    for name in ROWS:
        for title, measure in COLUMNS.items():
            assert splits[title][name] == pytest.approx(expected[name].means()[measure], rel=1e-5)
    for row in by_class(expected["held out"], test.labels, test.class_names):
        shown = classes[classes["class"] == row["class"]].iloc[0]
        assert shown["images"] == row["n_images"]
        assert shown["PSNR, dB"] == pytest.approx(row["psnr"], rel=1e-5)
    gap = expected["training"].means()["psnr"] - expected["held out"].means()["psnr"]
    assert f"{abs(gap):.2f} dB {'better' if gap >= 0 else 'worse'} than held-out" in words(app)


def test_the_psnr_below_an_image_is_its_own():
    app = visit("reconstruction", model="digits-ae-2", noise="none", count=5, seed=1)
    images = load_dataset("digits", "test").images
    rows = np.random.default_rng(1).permutation(np.arange(len(images)))[:5]
    measured = evaluate(load_checkpoint("digits-ae-2").model, images[rows])
    values = "".join(f"<td>{value:.1f}</td>" for value in measured.psnr)
    assert values in tables(app)[-1]


def test_a_model_of_other_images_says_so():
    assert "trained on other images" in words(visit("reconstruction", model="mnist-ae-2"))


def test_a_drawn_pair_is_new_and_of_the_classes_asked_for():
    app = visit("interpolation")
    before = app.number_input(key="pair.image_a").value, app.number_input(key="pair.image_b").value
    next(button for button in app.button if button.label == "Draw a pair").click().run()
    a, b = app.number_input(key="pair.image_a").value, app.number_input(key="pair.image_b").value
    labels = load_dataset("digits", "test").labels
    assert (a, b) != before
    assert labels[a] != labels[b]
    assert app.number_input(key="pair_seed").value == 1
    app.number_input(key="pair_seed").set_value(0).run()
    assert (app.number_input(key="pair.image_a").value, app.number_input(key="pair.image_b").value) != (a, b)
    app.number_input(key="pair_seed").set_value(1).run()
    assert (app.number_input(key="pair.image_a").value, app.number_input(key="pair.image_b").value) == (a, b)


def test_random_pairs_follow_their_seed(checkpoints, digits):
    from autoencoder.checkpoint.codes import codes_of_images

    codes = codes_of_images(checkpoints["vae"], digits)
    for seed in range(20):
        a, b = random_pair(codes, seed, same_class=True)
        assert a != b and digits.labels[a] == digits.labels[b]
        assert random_pair(codes, seed, same_class=True) == (a, b)


def test_jumping_to_a_class_goes_to_its_next_image():
    app = visit("interpolation")
    app.selectbox(key="pair.class_a").set_value("7").run()
    labels = load_dataset("digits", "test").labels
    assert labels[app.number_input(key="pair.image_a").value] == 7


def _source(image_tag: str) -> str:
    return image_tag.split('"')[1]


def test_what_stands_in_for_a_place_that_is_not_here_is_said():
    app = visit("interpolation", model="digits-ae-16", a=5000, b=f"z{VAE_2}:0.5,1")
    assert not app.exception and app.number_input(key="pair.image_a").value == PAIRS["digits"][0]
    assert "A was image 5,000" in words(app) and "B was a place in another model's space" in words(app)
    assert living_map(app)["choice"]["a"] == str(PAIRS["digits"][0])


def test_the_class_that_was_jumped_to_is_let_go_with_its_image():
    app = visit("interpolation", model="digits-ae-16", a=0, b=1)
    app.selectbox(key="pair.class_a").set_value("7").run()
    assert app.selectbox(key="pair.class_a").value == "7"
    next(button for button in app.button if button.label == "Draw a pair").click().run()
    drawn = load_dataset("digits", "test").labels[app.number_input(key="pair.image_a").value]
    assert app.selectbox(key="pair.class_a").value in ("any class", str(drawn))


@pytest.mark.parametrize(("page", "choice"), [("latent_map", "beside"), ("interpolation", "with")])
def test_a_model_without_these_codes_is_left_out_and_the_page_stays(page, choice, monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_DATA_ROOT", str(tmp_path))
    app = visit(page, data="mnist", model="mnist-ae-16", **{choice: "digits-ae-16"})
    assert not app.exception and "not on this machine" in words(app)
    assert [pane["name"] for pane in living_map(app)["panes"]] == ["Plain, 16 numbers, MNIST"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("**bold**\n# h", r"\*\*bold\*\*�\# h"),
        ("[a](http://b)", r"\[a\]\(http\://b\)"),
        (":red[x] $y$ <b>", r"\:red\[x\] \$y\$ \<b\>"),
        ("mine-2", r"mine\-2"),
    ],
)
def test_a_foreign_text_is_shown_as_it_is(text, shown):
    assert escape_markdown(text) == shown
    app = new_app()
    app.query_params["model"] = text
    assert f"“{shown}”" in app.run().warning[0].value


def test_a_link_that_names_nothing_asks_for_nothing():
    app = new_app()
    app.query_params["model"] = ""
    assert not app.run().warning


def test_the_side_says_how_many_images_the_model_was_trained_on():
    digits = load_dataset("digits", "train")
    rows, _ = hold_back(digits.n_images, HELD_BACK_SHARE, 0)
    said = [caption.value for caption in new_app().run().caption]
    facts = f"Variational autoencoder with a code of 2 numbers, trained on {len(rows):,} images of Digits."
    assert f"{facts} Folder name: {escape_markdown('digits-vae-2')}." in said


def test_images_far_from_those_of_the_model_are_said_to_be(monkeypatch):
    """An inverted image's log variance meets its bound, and its KL is a lower one."""
    digits = load_dataset("digits", "test")
    inverted = replace(digits, images=255 - digits.images)
    monkeypatch.setattr("ui.views.reconstruction.chosen_dataset", lambda split="test": inverted)
    app = visit("reconstruction", model="digits-vae-16", noise="none", count=4)
    assert not app.exception
    assert "far from those that the model was trained on" in words(app)
    assert "far from those" not in words(visit("generate", model="digits-vae-16", samples=12))
