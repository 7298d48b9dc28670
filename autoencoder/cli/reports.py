"""Reports of the command line, as JSON and as text."""

import math

import numpy as np


def plain(value):
    """The value in JSON's types; numbers that are not finite become null."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(entry) for entry in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def lines(report: dict) -> str:
    """A line for every entry that is no list."""
    entries = {name: value for name, value in report.items() if not isinstance(value, list)}
    width = max(map(len, entries))
    return "\n".join(f"{name:<{width}}  {_cell(value)}" for name, value in entries.items())


def table(report: dict) -> str:
    hidden = ("description", "credit", "licence", "url")
    return _table(report["items"], hidden=hidden) if report["items"] else "none"


def layer_table(report: dict) -> str:
    titles = ["layer", "output", "parameters", "mirror", "output", "parameters"]
    return f"{lines(report)}\n\n{_table(report['layers'], titles)}"


def path_text(report: dict) -> str:
    return f"{_table(report['steps'], hidden=('latent',))}\n\n{lines(report)}"


def gap_text(report: dict) -> str:
    names = [name for name in report["models"][0] if name not in ("name", "seen_in_training")]
    rows = [[model["name"], *(_interval_cell(model[name]) for name in names)] for model in report["models"]]
    verdicts = [
        f"The probability that a random path of {pair['worse']} across classes is worse than one of "
        f"{pair['better']} is {_cell(pair['value'])}, ties counted half."
        for pair in report["auc"]
    ]
    return "\n".join([_aligned([["model", *names], *rows]), "", *verdicts]).rstrip()


def study_text(report: dict) -> str:
    return "\n\n".join([_table(report["settings"]), "\n".join(report["findings"])])


def label_text(report: dict) -> str:
    return _table(report["results"], ["learner", "labels", "mean", "std"])


def _table(items: list[dict], titles: list[str] | None = None, hidden: tuple[str, ...] = ()) -> str:
    """A row for every item, a column for every name that is not hidden."""
    names = [name for name in items[0] if name not in hidden]
    return _aligned([titles or names, *([_cell(item[name]) for name in names] for item in items)])


def _interval_cell(interval: dict) -> str:
    mean, low, high = (_cell(float(interval[name])) for name in ("mean", "low", "high"))
    return f"{mean} [{low}, {high}]"


def _aligned(rows: list[list[str]]) -> str:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _cell(value) -> str:
    if value is None or (isinstance(value, float | np.floating) and not math.isfinite(value)):
        return "–"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_cell(entry)}" for name, entry in value.items())
    if isinstance(value, tuple):
        return "×".join(map(str, value))
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating):
        return f"{value:.4g}" if abs(value) < 1000 else f"{value:,.0f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
