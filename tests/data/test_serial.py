"""Dataclasses come back from JSON as they were; other types, unknown entries and large values are refused."""

import json
from dataclasses import asdict, dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoencoder.data.serial import MAX_TEXT, check_limits, from_tree


@dataclass(frozen=True)
class Leaf:
    size: int = 1
    share: float = 0.5

    def __post_init__(self):
        if self.size < 1:
            raise ValueError("size must be at least 1")


@dataclass(frozen=True)
class Tree:
    name: str
    leaves: tuple[Leaf, ...] = ()
    names: tuple[str, ...] = ()
    curve: list[tuple[float, float]] = field(default_factory=list)
    epoch: int | float = 0
    latest: Leaf | None = None


@dataclass(frozen=True, eq=False)
class Arrays:
    values: np.ndarray
    leaf: Leaf


finite = st.floats(-1e9, 1e9)
leaves = st.builds(Leaf, st.integers(1, 9), finite)
trees = st.builds(
    Tree,
    st.text(),
    st.lists(leaves, max_size=3).map(tuple),
    st.lists(st.text(), max_size=3).map(tuple),
    st.lists(st.tuples(finite, finite), max_size=3),
    st.integers() | finite,
    st.none() | leaves,
)


@given(trees)
def test_a_dataclass_comes_back_as_it_was(tree):
    back = from_tree(Tree, json.loads(json.dumps(asdict(tree))))
    assert back == tree and type(back.epoch) is type(tree.epoch)


@pytest.mark.parametrize(
    ("entries", "sentence"),
    [
        ({}, "`name`"),
        ({"name": 3}, r"`str`, got `int` - at `\$.name`"),
        ({"name": "a", "leaves": [{}, {"size": True}]}, r"`int`, got `bool` - at `\$.leaves\[1\].size`"),
        ({"name": "a", "leaves": [{"size": 2.5}]}, r"`int`, got `float`"),
        ({"name": "a", "leaves": [{"share": "0.5"}]}, r"`float`, got `str`"),
        ({"name": "a", "leaves": [{"size": 0}]}, r"size must be at least 1 - at `\$.leaves\[0\]`"),
        ({"name": "a", "names": "ab"}, r"`array`, got `str`"),
        ({"name": "a", "names": {"a": 1}}, r"`array`, got `object`"),
        ({"name": "a", "curve": [[1.0]]}, r"at `\$.curve\[0\]`"),
        ({"name": "a", "latest": 3}, r"at `\$.latest`"),
        ({"name": "a", "more": 1}, r"^\$ has an unknown entry more"),
        ({"name": "a", "leaves": [{}, {"x\ny": 1}]}, r"^\$.leaves\[1\] has an unknown entry x.y"),
        ({"name": "a", "latest": {"x": 1}}, r"^\$.latest has an unknown entry x"),
        (["a"], "`object`, got `array`"),
        (None, "`object`, got `null`"),
    ],
)
def test_another_tree_is_refused_with_the_path(entries, sentence):
    with pytest.raises(ValueError, match=sentence):
        from_tree(Tree, entries)


def test_arrays_and_dataclasses_in_a_tree_are_taken_as_they_are():
    values = np.zeros(3)
    made = from_tree(Arrays, {"values": values, "leaf": Leaf(2)})
    assert made.values is values and made.leaf == Leaf(2)
    with pytest.raises(ValueError, match=r"`numpy.ndarray`, got `list`"):
        from_tree(Arrays, {"values": [0.0], "leaf": Leaf(2)})


@pytest.mark.parametrize(
    ("tree", "path"),
    [
        (Tree("x" * (MAX_TEXT + 1)), r"\$.name"),
        (Tree("two\nlines"), r"\$.name"),
        (Tree("a", names=("b", "\ud800")), r"\$.names\[1\]"),
        (Tree("a", (Leaf(10**400),)), r"\$.leaves\[0\].size"),
        (Tree("a", latest=Leaf(1, float("nan"))), r"\$.latest.share"),
        (Tree("a", epoch=float("-inf")), r"\$.epoch"),
    ],
)
def test_values_beyond_limits_are_refused(tree, path):
    check_limits(Tree("x" * MAX_TEXT, (Leaf(),), ("größer",), latest=Leaf(1, 1e299)))
    with pytest.raises(ValueError, match=f"^{path} cannot be") as refused:
        check_limits(tree)
    assert str(refused.value).isprintable() and len(str(refused.value)) < 200
