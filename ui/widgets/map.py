"""Latent map on a page: data for the browser, and the choices that it sends back."""

import hashlib
import io
from functools import partial

import numpy as np
import streamlit as st

from autoencoder.checkpoint.checkpoint import Checkpoint
from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.places import ImageAt, Place, code_of
from autoencoder.checkpoint.titles import model_title
from autoencoder.figures.chart import Chart
from autoencoder.figures.maps import map_figure, map_paper_figure
from autoencoder.latent.fields import density
from autoencoder.latent.projection import CodeMap, Map, PCAMap
from ui.components.files import file_store
from ui.components.register import living_map
from ui.components.shared.places import place_of
from ui.components.wire import codes_bundle, field_bundle, map_bundle, model_bundle
from ui.state import address, caches
from ui.state.choice import checkpoint_named, dataset_name, dataset_title, model_names
from ui.state.defaults import default_pair
from ui.state.session import is_dark, refusal
from ui.widgets.charts import csv, offer_files, offer_formats
from ui.widgets.choice import model_titles
from ui.widgets.controls import pick, segments
from ui.widgets.map_jobs import gap_field, tsne_map
from ui.widgets.pair import Pair, other_codes

CODE, PCA_PLANE, TSNE = "the code", "PCA", "t-SNE"
NO_MODEL = "none"
IMAGES_PER_TILE = 1024
SEQ = "map.seq"
DRAWING = "map.drawing"  # how often the drawing pad was asked for
PLACES = ("a", "b")
PLANES = {CodeMap: "code", PCAMap: "pca"}
FEWEST_CODES = 4  # of a t-SNE


def choose_projection(codes: Codes) -> str:
    """The projection of the codes."""
    n_codes, latent_dim = codes.latents.shape
    methods = [
        *([CODE] if latent_dim <= 2 else []),
        *([PCA_PLANE] if latent_dim >= 2 else []),
        *([TSNE] if n_codes >= FEWEST_CODES else []),
    ]
    return segments("projection", "Projection", methods)


def choose_beside(first: Checkpoint) -> Checkpoint | None:
    """A second model, whose map stands beside the first one's."""
    titles = {NO_MODEL: "no other model", **model_titles()}
    name = pick("beside", "Compare with", [NO_MODEL, *model_names()], format_func=titles.get)
    return None if name in (NO_MODEL, first.name) else checkpoint_named(name)


def project(codes: Codes, method: str) -> Map:
    """The map of these codes by a method of `choose_projection`."""
    if method == TSNE:
        return tsne_map(codes)
    return caches.latent_map(codes, "pca" if method == PCA_PLANE else "auto")


def show_map(
    checkpoint: Checkpoint,
    codes: Codes,
    beside: Checkpoint | None = None,
    method: str = "auto",
    compact: bool = False,
    path: np.ndarray | None = None,
    crosses: np.ndarray | None = None,
    pair: Pair | None = None,
) -> Map:
    """The map of one model, or of two side by side; returns the first one's.

    A ``compact`` map shares the places only: it has no flow, strip, sliders and drawing pad. ``path``
    (T, D) is drawn on it where it can be, instead of the straight one, and a cross for each of ``crosses``
    (M, D). ``pair`` are A and B where the page has others than those that were chosen.
    """
    latent_map = project(codes, method)
    panes = [_pane(checkpoint, codes, latent_map)]
    if beside:
        with refusal():
            others = other_codes(beside, codes)
            panes.append(_pane(beside, others, project(others, method)))
    key = "|".join([*(pane["model"] for pane in panes), method])
    if not compact:
        address.keep_to(dataset_name(), key)
        address.show()
    names = PLACES if compact else address.MAP_CHOICES
    living_map(
        {
            "key": f"{dataset_name()}|{key}",
            "compact": compact,
            "path": _placed(latent_map, path),
            "crosses": _placed(latent_map, crosses),
            "dark": is_dark(),  # so that the map hears of a change of the theme
            "panes": panes,
            "classes": list(codes.class_names),
            "present": [] if codes.labels is None else np.unique(codes.labels).tolist(),
            "choice": _choice(codes, names, pair),
            "seq": st.session_state.get(SEQ, 0),
            "drawing": st.session_state.get(DRAWING, 0),
        },
        key="map",
        on_commit=partial(_keep, names, default_pair(codes)),
        on_again=_hear_again,
    )
    return latent_map


def _choice(codes: Codes, names: tuple[str, ...], pair: Pair | None) -> dict[str, str]:
    """Choices that the map shows: those of ``names`` as chosen, the others as on a map without any."""
    choice = dict.fromkeys(address.MAP_CHOICES, "") | {"layer": "none"}
    choice |= {name: address.chosen(name) for name in names}
    return choice | (_texts(pair) if names == PLACES else _pins(codes))


def offer_drawing(label: str, **looks) -> None:
    """A button that opens the drawing pad of the map."""
    st.button(label, "map.draw", on_click=_ask_for_drawing, **looks)


def _ask_for_drawing() -> None:
    st.session_state[DRAWING] = st.session_state.get(DRAWING, 0) + 1


def downloads(checkpoint: Checkpoint, codes: Codes, latent_map: Map) -> None:
    """The map as a figure with pins and path, and as a page without a network; all points as CSV."""
    name = f"{codes.dataset}-{checkpoint.name}-map"
    st.markdown("**Take the map away**")
    offer_formats(name, lambda: _map_on_paper(checkpoint, codes, latent_map))
    points = f"{name}.csv", lambda: _points_csv(codes, latent_map)
    page = f"{name}.html", lambda: _map_page(name, codes, latent_map)
    offer_files({"Points (CSV)": points, "Map (HTML)": page})


def _map_on_paper(checkpoint: Checkpoint, codes: Codes, latent_map: Map) -> Chart:
    places = [place_of(text) for text in _pins(codes).values()]
    ends = [(place, code_of(place, checkpoint, codes)) for place in places]
    placed = {
        letter: _position(place, code, latent_map)
        for letter, (place, code) in zip("AB", ends, strict=True)
        if code is not None and (latent_map.can_place or isinstance(place, ImageAt))
    }
    path = np.stack(list(placed.values())) if len(placed) == 2 and latent_map.can_place else None
    title = f"{model_title(checkpoint)}: {len(codes.latents):,} codes of {dataset_title(codes.dataset)}"
    return map_paper_figure(codes, latent_map, title, path, placed)


def _position(place: Place, code: np.ndarray, latent_map: Map) -> np.ndarray:
    """Position (2,) of a place on the map."""
    return (
        latent_map.positions[place.index] if isinstance(place, ImageAt) else latent_map.place(code[None])[0]
    )


def _texts(pair: Pair | None) -> dict[str, str]:
    """A and B as texts; only an image can stand in for what was chosen."""
    places = zip(PLACES, pair or (), strict=False)
    return {letter: str(place.index) for letter, place in places if isinstance(place, ImageAt)}


def _pins(codes: Codes) -> dict[str, str]:
    """A and B as texts for the map: the default pair before any is chosen, none where they were cleared."""
    chosen = {name: address.chosen(name) for name in PLACES}
    if not any(chosen.values()):
        return dict(zip(PLACES, map(str, default_pair(codes)), strict=True))
    return {name: "" if text == address.NO_PLACE else text for name, text in chosen.items()}


def _keep(names: tuple[str, ...], pair: tuple[int, int]) -> None:
    """Take over these choices of the map; a compact one leaves the others as the home page has them."""
    committed = st.session_state["map"].commit
    if not isinstance(committed, dict):
        return
    pins = kept_pins([committed.get(name) for name in PLACES], pair)
    committed = {**committed, **dict(zip(PLACES, pins, strict=True))}
    for name in names:
        address.set_choice(name, committed.get(name))
    if isinstance(committed.get("seq"), int):
        st.session_state[SEQ] = committed["seq"]


def kept_pins(pins: list, pair: tuple[int, int]) -> list:
    """A and B as they are kept: the default ``pair`` is no choice, other images bring theirs; no pins are."""
    if pins == [str(index) for index in pair]:
        return ["", ""]
    return [address.NO_PLACE, ""] if pins == ["", ""] else pins


def _hear_again() -> None:
    """Tell the map by its number that this run has offered the files again that did not arrive."""
    seq = st.session_state["map"].again
    if isinstance(seq, int):
        st.session_state[SEQ] = seq


def _pane(checkpoint: Checkpoint, codes: Codes, latent_map: Map) -> dict:
    """The data of one model's map, with the addresses of its files."""
    offer = file_store().offer
    digest = hashlib.sha256(latent_map.positions.tobytes()).hexdigest()[:16]
    map_key = f"{codes.key[:24]}-{digest}"
    return {
        "name": model_title(checkpoint),
        "id": checkpoint.fingerprint[:8],
        "variational": checkpoint.model.is_variational,
        "dim": checkpoint.model.latent_dim,
        "model": offer(f"model-{checkpoint.fingerprint}", partial(model_bundle, checkpoint)),
        "codes": offer(f"codes-{codes.key}", partial(codes_bundle, codes)),
        "map": offer(f"map-{map_key}", partial(map_bundle, latent_map, codes.labels)),
        "plane": PLANES.get(type(latent_map), "none"),
        "why_not_invert": latent_map.why_not_invert,
        "axes": latent_map.axis_names,
        "images": _images(codes),
        "layers": _layers(checkpoint, codes, latent_map, map_key),
    }


def _placed(latent_map: Map, latents: np.ndarray | None) -> list[list[float]]:
    """The positions of codes (M, D) on the map; none where it cannot place codes."""
    return [] if latents is None or not latent_map.can_place else latent_map.place(latents).tolist()


def _images(codes: Codes) -> dict | None:
    """The tiles of the images, in the order of the codes."""
    if codes.images is None:
        return None
    urls = []
    for start in range(0, len(codes.images), IMAGES_PER_TILE):
        tile = codes.images[start : start + IMAGES_PER_TILE]
        urls.append(file_store().offer(f"images-{codes.key}-{start}", tile.tobytes))
    return {"urls": urls, "per_tile": IMAGES_PER_TILE}


def _layers(checkpoint: Checkpoint, codes: Codes, latent_map: Map, map_key: str) -> dict[str, str]:
    positions = latent_map.positions
    layers = {"density": file_store().offer(f"density-{map_key}", lambda: field_bundle(density(positions)))}
    if address.chosen("layer") == "gaps" and latent_map.can_invert:
        base = code_of(place_of(_pins(codes)["a"]), checkpoint, codes)
        if base is None or isinstance(latent_map, CodeMap):  # the plane through the middle
            middle = latent_map.mean if isinstance(latent_map, PCAMap) else np.zeros(codes.latents.shape[1])
            base = middle.astype(np.float32)
        layers["gaps"] = gap_field(checkpoint, latent_map, map_key, base)
    return layers


def _points_csv(codes: Codes, latent_map: Map) -> str:
    columns = {"image": codes.rows, "x": latent_map.positions[:, 0], "y": latent_map.positions[:, 1]}
    if codes.labels is not None:
        columns["class"] = [codes.class_names[label] for label in codes.labels]
    latents = {f"z{number}": values for number, values in enumerate(codes.latents.T, start=1)}
    return csv({**columns, **latents})


def _map_page(name: str, codes: Codes, latent_map: Map) -> str:
    page = io.StringIO()
    figure = map_figure(codes, latent_map)
    figure.update_layout(title=f"{name}: {len(codes.latents):,} codes", margin={"t": 48}, height=None)
    figure.write_html(page, include_plotlyjs=True)
    return page.getvalue()
