"""Sentences about measured paths."""

import numpy as np

from autoencoder.checkpoint.codes import Codes
from autoencoder.checkpoint.places import ImageAt, Place
from autoencoder.checkpoint.titles import in_sentence
from autoencoder.experiments.interpolation.measured_path import MeasuredPath
from autoencoder.latent.gap_score import JUMP, SHARE, GapScore, gap_score, is_weak
from autoencoder.latent.support import oddity_name


def decimals(value: float) -> str:
    """Two decimals; one or two more where these would hide the side of the limit, 1."""
    texts = [f"{value:.{digits}f}" for digits in (2, 3, 4)]
    return next((text for text in texts if float(text) != 1), texts[0] if value == 1 else texts[-1])


def verdict(path: MeasuredPath) -> str:
    """The path's score in words."""
    score = _score(path)
    value = score.of(path.measured)
    if value is None:
        return "the picture does not change along this path"
    if score is JUMP:
        return (
            f"{score.title} **{score.format(value)}**: the largest change of the picture over the average one"
        )
    n_off, n_steps = int(path.measured.off_support.sum()), len(path.latents)
    weak = " (a weak score below 8 dimensions)" if is_weak(path.checkpoint.model.latent_dim) else ""
    return f"off the data in **{n_off} of {n_steps}** steps, {value:.0%}{weak}"


def change_of_class(path: MeasuredPath, codes: Codes) -> str:
    """The step at which the pictures stop looking like the first one, in words."""
    labels = path.opinion.labels if path.opinion else None
    if labels is None:
        return ""
    first, last = codes.class_names[labels[0]], codes.class_names[labels[-1]]
    like_first = np.flatnonzero(labels == labels[0])
    step = like_first[-1] + 1
    back = ", after a while of looking like others" if len(like_first) < step else ""
    if step == len(labels):
        return f" · looks like {first} {'at both ends' if back else 'all the way'}{back}"
    second = codes.class_names[labels[step]]
    end = "" if second == last else f", at the end like {last}"
    return f" · stops looking like {first} at t = {path.t[step]:.2f}{back}; there it looks like {second}{end}"


def misdrawn(path: MeasuredPath, codes: Codes, pair: tuple[Place, Place]) -> str:
    """The ends whose reconstruction already looks like another class, in words."""
    labels = path.opinion.labels if path.opinion else None
    if labels is None or codes.labels is None:
        return ""
    names, words = codes.class_names, ""
    for end, place, looks in zip("AB", pair, (labels[0], labels[-1]), strict=True):
        if isinstance(place, ImageAt) and codes.labels[place.index] != looks:
            label = names[codes.labels[place.index]]
            words += f" · {end}, labelled {label}, already comes back looking like {names[looks]}"
    return words


def outcome(paths: list[MeasuredPath]) -> str:
    """Sentence on the strips."""
    parts = "; ".join(f"{in_sentence(path.checkpoint)} {_outcome_of(path)}" for path in paths)
    return f"{parts}.{_compared(paths)}"


def n_off(path: MeasuredPath) -> str:
    """The number of steps off the data, in words."""
    return f"{int(path.measured.off_support.sum()) or 'none'} of {len(path.latents)} steps"


def _score(path: MeasuredPath) -> GapScore:
    return gap_score(path.checkpoint.model.latent_dim)


def _outcome_of(path: MeasuredPath) -> str:
    score, measured = _score(path), path.measured
    value = score.of(measured)
    if value is None:
        return "draws the same picture all the way"
    if score is JUMP:
        step = int(np.nanargmax(measured.decoded_step))
        when = f"just before t = {path.t[step]:.2f}"
        return f"changes its picture most {when}, {score.format(value)} times as much as on average"
    odd, name = int(np.argmax(measured.oddity)), oddity_name(measured.latent_dim)
    return (
        f"is off the data in {n_off(path)}, with its greatest {name}, "
        f"{measured.oddity[odd]:.2f}, at t = {path.t[odd]:.2f}"
    )


def _compared(paths: list[MeasuredPath]) -> str:
    """A comparison of two paths; empty for other numbers of them, and for different scores."""
    if len(paths) != 2 or _score(paths[0]) != _score(paths[1]):
        return ""
    score = _score(paths[0])
    first, second = (score.of(path.measured) for path in paths)
    if first is None or second is None:
        return ""
    if first == second:
        return " On this pair neither is better."
    worse, better = paths if first > second else paths[::-1]
    verb = "leaves the data in more steps than" if score == SHARE else "jumps more than"
    worse, better = (in_sentence(path.checkpoint) for path in (worse, better))
    return f" On this pair {worse} {verb} {better}."
