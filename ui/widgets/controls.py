"""Controls whose values stand in the address: one function a kind, with range and default from the table."""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from ui.state import address
from ui.state.address import ADDRESS, Listed, bound


def number(name: str, label: str, container=st, **looks) -> int | float:
    return container.number_input(label, **{**_range(name), **looks}, **bound(name))


def slider(name: str, label: str, container=st, **looks) -> int | float:
    return container.slider(label, **_range(name), **bound(name), **looks)


def pick(name: str, label: str, options: Sequence, container=st, **looks) -> Any:
    """A list to choose one of; the first option unless the table has another default."""
    options = list(options)
    if isinstance(ADDRESS[name], Listed):
        return _listed(container.selectbox, name, label, options, **looks)
    index = options.index(_default(name, options))
    return container.selectbox(label, options, **{"index": index, **looks}, **bound(name))


def segments(name: str, label: str, options: Sequence, container=st, **looks) -> Any:
    """Options side by side, of which one is always chosen."""
    options = list(options)
    if isinstance(ADDRESS[name], Listed):
        return _listed(container.segmented_control, name, label, options, required=True, **looks)
    default = _default(name, options)
    return container.segmented_control(label, options, default=default, required=True, **bound(name), **looks)


def several(name: str, label: str, options: Sequence, container=st, **looks) -> list:
    """A list to choose any number of."""
    return container.multiselect(label, options, **bound(name), **looks)


def keep_among(name: str, options: Sequence, otherwise: Sequence = ()) -> None:
    """Drop a value that is no option any more; of several, those that are none, or all for ``otherwise``."""
    value = st.session_state.get(name)
    if isinstance(value, list) and not set(value) <= set(options):
        st.session_state[name] = [each for each in value if each in options] or list(otherwise)
    elif value is not None and not isinstance(value, list) and value not in options:
        del st.session_state[name]


def _listed(
    draw: Callable, name: str, label: str, options: list[str], on_change: Callable = lambda: None, **looks
) -> str:
    """A list whose choice the address holds, not the widget; ``on_change`` is called once it is there."""
    st.session_state[name] = address.one_of(name, options)
    return draw(label, options, key=name, on_change=_choose, args=(name, options[0], on_change), **looks)


def _choose(name: str, first: str, on_change: Callable) -> None:
    option = st.session_state[name]
    address.set_choice(name, "" if option == first else option)
    on_change()


def _default(name: str, options: list) -> Any:
    return ADDRESS[name].default if ADDRESS[name].default in options else options[0]


def _range(name: str) -> dict[str, float]:
    row = ADDRESS[name]
    return {"min_value": row.low, "max_value": row.high, "value": row.default, "step": row.step}
