"""The page for own images as a visitor meets it: nothing yet, a bad file, a good one, and what is kept."""

import gzip
import io
import struct
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tests.tools.app import buttons, press, visit_as
from tests.tools.uploads import png
from ui.state.defaults import DATASET
from ui.state.session import visitor_of
from ui.storage.workspace import Workspace

TOKEN = "I" * 43


@pytest.fixture(autouse=True)
def state(monkeypatch, tmp_path):
    monkeypatch.setenv("LATENT_STATE_ROOT", str(tmp_path))


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace(tmp_path, visitor_of(TOKEN))


@pytest.fixture
def app() -> AppTest:
    return visit_as(TOKEN, "your_images")


def named(app: AppTest, label: str):
    return next(button for button in app.button if button.label == label)


def npz(**arrays) -> bytes:
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def drawings(n: int = 12, ground: int = 0) -> np.ndarray:
    """Images (n, 28, 28) with a square of ink in the middle, each of another strength."""
    images = np.full((n, 28, 28), ground, np.uint8)
    for index, image in enumerate(images):
        image[8:20, 8:20] = abs(255 - ground - index)
    return images


def idx(array: np.ndarray) -> bytes:
    return (
        struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()
    )


def test_the_empty_page_says_what_can_be_uploaded_and_how_to_make_it(app):
    assert not app.exception and not app.error
    assert app.title[0].value == "Your images" and buttons(app) == []
    assert "None yet" in app.info[0].value
    assert "np.savez" in app.code[0].value and "IDX" in " ".join(text.value for text in app.markdown)


def test_the_example_makes_a_file_that_is_read(app, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(app.code[0].value, {})
    app.file_uploader[0].upload("my-images.npz", Path("my-images.npz").read_bytes()).run()
    assert not app.error and "100 images" in " ".join(text.value for text in app.markdown)


def test_good_images_are_kept_and_chosen(app, workspace):
    images, labels_ = drawings(), np.arange(12) % 3
    app.file_uploader[0].upload("squares (1).npz", npz(images=images, labels=labels_)).run()
    assert not app.error
    assert "**12 images**, 3 classes." in [text.value for text in app.markdown]
    assert app.text_input[0].value == "squares 1" and app.toggle[0].value is False
    app.text_input[0].set_value("squares").run()
    press(app, "Use these images")
    assert not app.error and app.session_state["data"] == "squares"
    kept = workspace.images.load("squares")
    np.testing.assert_array_equal(kept.images, images)
    np.testing.assert_array_equal(kept.labels, labels_)
    press(app, "See them reconstructed")
    assert app.title[0].value == "Reconstruction" and not app.exception and not app.error
    assert app.session_state["data"] == "squares"


def test_dark_ink_on_light_ground_is_noticed_and_turned_round(app, workspace):
    app.file_uploader[0].upload("dark.npz", npz(images=drawings(ground=255))).run()
    assert app.toggle[0].value is True
    press(app, "Use these images")
    assert workspace.images.load("dark").images[0, 0, 0] == 0


def test_light_ink_can_be_turned_round_too(app, workspace):
    app.file_uploader[0].upload("light.npz", npz(images=drawings())).run()
    app.toggle[0].set_value(True).run()
    press(app, "Use these images")
    assert workspace.images.load("light").images[0, 0, 0] == 255


def test_an_idx_pair_is_read_whichever_file_comes_first(app, workspace):
    app.file_uploader[0].upload("t10k-labels-idx1-ubyte.gz", gzip.compress(idx(np.arange(12) % 4)))
    app.file_uploader[0].upload("t10k-images-idx3-ubyte", idx(drawings())).run()
    assert not app.error and "**12 images**, 4 classes." in [text.value for text in app.markdown]
    press(app, "Use these images")
    assert workspace.images.names() == ["t10k"]


def test_pictures_chosen_together_are_one_set_by_name(app, workspace):
    for index in (2, 0, 1):
        app.file_uploader[0].upload(f"{index}.png", png(drawings(3)[index]))
    app.run()
    assert not app.error and "**3 images**, without labels." in [text.value for text in app.markdown]
    press(app, "Use these images")
    np.testing.assert_array_equal(workspace.images.load("pictures").images, drawings(3))


def test_one_picture_is_one_image(app):
    app.file_uploader[0].upload("square.png", png(drawings(1)[0])).run()
    assert not app.error and "**1 image**, without labels." in [text.value for text in app.markdown]
    assert app.text_input[0].value == "square"


def test_pictures_among_other_files_are_refused(app):
    app.file_uploader[0].upload("0.png", png(drawings(1)[0]))
    app.file_uploader[0].upload("b.npz", npz(images=drawings())).run()
    assert "2 files were chosen" in app.error[0].value


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("bad.npz", b"PK\x03\x04 nonsense", "bad.npz is damaged"),
        ("empty.npz", b"", "empty"),
        ("tall.npz", npz(images=np.zeros((3, 600, 8), np.uint8)), "512"),
        ("far.npz", npz(images=np.full((3, 28, 28), 1.5)), "between 0 and 1"),
        ("object.npz", npz(images=np.array([{}], object)), "pickled"),
    ],
)
def test_a_bad_file_is_refused_and_the_page_stays(app, workspace, name, data, sentence):
    app.file_uploader[0].upload(name, data).run()
    assert not app.exception and sentence in app.error[0].value
    assert "Use these images" not in buttons(app) and workspace.images.names() == []
    assert app.code  # what can be uploaded still stands there


def test_two_files_that_are_no_pair_are_refused(app):
    for name in ("a.npz", "b.npz"):
        app.file_uploader[0].upload(name, npz(images=drawings()))
    app.run()
    assert "2 files were chosen" in app.error[0].value


@pytest.mark.parametrize(
    ("name", "sentence"), [("mnist", "taken"), ("../up", "letters, digits"), ("", "letters, digits")]
)
def test_a_bad_name_is_refused_and_the_form_stays(app, workspace, name, sentence):
    app.file_uploader[0].upload("dark.npz", npz(images=drawings(ground=255))).run()
    app.text_input[0].set_value(name).run()
    assert sentence in app.error[0].value and named(app, "Use these images").disabled
    assert app.text_input[0].value == name and app.toggle[0].value is True
    app.text_input[0].set_value("squares").run()
    assert not named(app, "Use these images").disabled
    press(app, "Use these images")
    assert not app.error and workspace.images.names() == ["squares"]


def test_a_name_typed_just_before_the_click_is_the_one_that_counts(app, workspace):
    app.file_uploader[0].upload("squares.npz", npz(images=drawings())).run()
    app.text_input[0].set_value("mine")
    press(app, "Use these images")
    assert workspace.images.names() == ["mine"]


def test_a_disk_that_takes_nothing_is_said_and_nothing_is_lost(app, tmp_path):
    app.file_uploader[0].upload("squares.npz", npz(images=drawings())).run()
    (tmp_path / "visitors").write_text("a file where the folder should be")
    press(app, "Use these images")
    assert "could not be written" in app.error[0].value and app.session_state["data"] == "digits"
    assert app.text_input[0].value == "squares"


def test_kept_images_are_deleted_and_brought_back(app, workspace):
    app.file_uploader[0].upload("squares.npz", npz(images=drawings())).run()
    press(app, "Use these images")
    press(app, "Delete")
    assert not app.exception and workspace.images.names() == [] and app.session_state["data"] == DATASET
    press(app, "Bring squares back")
    assert workspace.images.names() == ["squares"]
