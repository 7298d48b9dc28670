"""Results of measurements on disk, for a server that is started later.

A safetensors file has the arrays, and in its metadata a JSON tree of the dataclasses that hold them. Only the
dataclasses of `KINDS` and networks of this program are read from it, and nothing is unpickled.
"""

import hashlib
import json
import logging
import os
import time
from contextlib import suppress
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from autoencoder.data.serial import from_tree
from autoencoder.experiments.few_labels import measure
from autoencoder.experiments.gaps import statistic
from autoencoder.experiments.generate import samples
from autoencoder.experiments.outliers.outcome import Outcome, TestSet
from autoencoder.latent import fields as planes
from autoencoder.latent import projection, sources
from autoencoder.latent.gap_score import GapScores
from autoencoder.model.architecture import ModelSettings
from autoencoder.model.autoencoder import Autoencoder
from autoencoder.training.classifier import ClassifierFacts
from ui.storage.disk import least_used, state_root, write_whole
from ui.storage.limits import MAX_RESULT_BYTES, MAX_RESULT_DAYS

FORMAT = "1"  # a new one when a measurement's method changes: results of the old one are then not found
KINDS = {
    "GapScores": GapScores,
    "GapStatistic": statistic.GapStatistic,
    "GapMatrix": statistic.GapMatrix,
    "Field": planes.Field,
    "Judgement": samples.Judgement,
    "SampleScores": samples.SampleScores,
    "ClassifierFacts": ClassifierFacts,
    "Mixture": sources.Mixture,
    "FewLabels": measure.FewLabels,
    "FewLabelsResult": measure.Result,
    "TSNEMap": projection.TSNEMap,
    "Outcome": Outcome,
    "TestSet": TestSet,
}
SUFFIX = ".safetensors"

logger = logging.getLogger(__name__)


def keep(key: str, result: Any) -> None:
    """Keep the result of the job with this key; a failure is only logged."""
    path = _path(key)
    try:
        write_whole(path, to_bytes(key, result))
        for old in least_used(path.parent.glob(f"*{SUFFIX}"), MAX_RESULT_BYTES):
            old.unlink(missing_ok=True)
    except (TypeError, ValueError, KeyError, SafetensorError) as error:
        logger.debug("A result is not kept: %s", error)
    except OSError as error:
        logger.warning("A result is not kept: %s", error)


def recall(key: str) -> Any:
    """Result of the job with this key; None where there is none or it cannot be read."""
    path = _path(key)
    try:
        result = from_file(key, path)
        os.utime(path)  # the age is that of the last use
        return result
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, IndexError, RecursionError):
        return None


def remove_old() -> None:
    """Remove results that were not used for ``MAX_RESULT_DAYS``."""
    oldest = time.time() - MAX_RESULT_DAYS * 24 * 3600
    for path in results_folder().glob("*"):
        with suppress(OSError):
            if path.stat().st_mtime < oldest:
                path.unlink()


def results_folder() -> Path:
    """Folder of all results."""
    return state_root() / "results"


def to_bytes(key: str, result: Any) -> bytes:
    """Content of a result's file. Raises TypeError for a result that holds anything but `KINDS`."""
    arrays: list[np.ndarray] = []
    tree = json.dumps(_tree(result, arrays))
    tensors = {str(number): np.ascontiguousarray(array) for number, array in enumerate(arrays)}
    return save(tensors, {"key": key, "tree": tree})


def from_file(key: str, path: Path) -> Any:
    """Inverse of `to_bytes`; raises one of many errors for a file that holds something else."""
    with safe_open(path, "numpy") as file:
        facts = file.metadata() or {}
        if facts["key"] != key:
            raise ValueError("it is the result of another job")
        arrays = [file.get_tensor(str(number)) for number in range(len(file.keys()))]
    return _content(json.loads(facts["tree"]), arrays)


def _tree(value: Any, arrays: list[np.ndarray]) -> Any:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return {"array": _number(value, arrays), "shape": value.shape}
    if isinstance(value, Autoencoder):
        return {"network": asdict(value.settings), "weights": _tree(value.weights, arrays)}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [_tree(each, arrays) for each in value]}
    if isinstance(value, dict):
        return {"dict": [[_tree(name, arrays), _tree(each, arrays)] for name, each in value.items()]}
    for name, kind in KINDS.items():
        if isinstance(value, kind):  # of a classifier, its facts
            content = {part.name: _tree(getattr(value, part.name), arrays) for part in fields(kind)}
            return {"kind": name, "fields": content}
    raise TypeError(f"no kind of result: {type(value).__name__}")


def _number(array: np.ndarray, arrays: list[np.ndarray]) -> int:
    """Index of an array among those of the file; one that several parts share is there once."""
    for number, known in enumerate(arrays):
        if known is array:
            return number
    arrays.append(array)
    return len(arrays) - 1


def _content(tree: Any, arrays: list[np.ndarray]) -> Any:
    if not isinstance(tree, dict):
        return tree
    if "array" in tree:
        return arrays[tree["array"]].reshape(tree["shape"])
    if "network" in tree:
        settings = from_tree(ModelSettings, tree["network"])
        return Autoencoder.from_weights(settings, _content(tree["weights"], arrays))
    if "kind" in tree:
        content = {name: _content(each, arrays) for name, each in tree["fields"].items()}
        return from_tree(KINDS[tree["kind"]], content)
    if "dict" in tree:
        return {name: _content(each, arrays) for name, each in tree["dict"]}
    ((name, parts),) = tree.items()
    return {"list": list, "tuple": tuple}[name](_content(each, arrays) for each in parts)


def _path(key: str) -> Path:
    return results_folder() / f"{hashlib.sha256(f'{FORMAT} {key}'.encode()).hexdigest()[:40]}{SUFFIX}"
