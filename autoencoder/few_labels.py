"""How far do few labels go, and what do unlabelled images add to them?

Of a *pool* of images all can be looked at, but only a few are labelled. Every learner is given the same few,
and its accuracy is that on test images, which none has seen: also label spreading, whose graph joins the pool
alone, classifies a test image by its nearest ones there. Beside each learner on what the encoder makes of an
image stands its *control*, the same method on the pixels: what it does too is not the encoder's doing.

P images of the pool, T test images, L labels, D features, K neighbours, C classes, R draws.
"""

import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product

import numpy as np
from scipy.sparse import csr_array
from scipy.stats import t as student
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors

from autoencoder.datasets import Dataset
from autoencoder.errors import DatasetError
from autoencoder.fine_tuning import hidden_features, network_steps
from autoencoder.measures import as_floats
from autoencoder.models import Autoencoder

COUNTS = (10, 30, 100, 300, 1_000, 3_000)  # of labels
MOST_POOL = 20_000  # images; the graph of so many is ready in seconds
MOST_DRAWS = 20
TEST_SHARE = 0.2  # where there is no test set
FEWEST_IMAGES = 2  # of each class in the pool
N_COMPONENTS = 50
AT_ONCE = 500  # images between two steps of the preparations

# These were fixed on training images of MNIST that were in no pool, before any test image was looked at.
INVERSE_PENALTY = 0.1  # scikit-learn's C
N_VOTERS = 3
N_NEIGHBOURS = 5
ALPHA = 0.99  # as in Zhou et al. 2004, section 4
N_ROUNDS = 50

WIDE = 0.03  # half an interval: a tie within it says little

FEATURES = {
    "codes": "the codes",
    "hidden": "the hidden features",
    "pixels": "raw pixels",
    "pca": "PCA of the pixels",
}
BASELINE = "pixels-logistic"  # what few labels come to by themselves
ENCODED, CONTROLS = ("codes", "hidden"), ("pca", "pixels")
METHODS = {"logistic": "Logistic regression", "knn": "k-NN", "spreading": "Label spreading"}
GRAPH = "graph of "  # before the name of its features
SHARES = {"features": 3, "graph": 6, "network": 10}  # of the time, where a quick learner's is 1


@dataclass(frozen=True)
class Learner:
    """``features`` are what it sees of an image, ``method`` how it learns; ``title`` is for people."""

    name: str
    title: str
    features: str
    method: str

    @property
    def is_slow(self) -> bool:
        return self.method == "network"

    @property
    def needs(self) -> list[str]:
        """What is prepared once for all draws: features, and perhaps their graph."""
        if self.is_slow:
            return []
        return [self.features, *([GRAPH + self.features] if self.method == "spreading" else [])]


LEARNERS = {
    learner.name: learner
    for learner in (
        *(
            Learner(f"{features}-{method}", f"{METHODS[method]} on {FEATURES[features]}", features, method)
            for method, features in product(METHODS, FEATURES)
        ),
        Learner("fine-tuned", "Fine-tuned encoder", "encoder", "network"),
        Learner("from-scratch", "The same net from scratch", "images", "network"),
    )
}
QUICK = (
    "codes-logistic", "hidden-logistic", "pixels-logistic", "pca-logistic", "codes-spreading", "pca-spreading"
)  # fmt: skip


@dataclass(frozen=True, eq=False)
class Task:
    """The images: a pool, and test images, which are those at ``test_rows`` (T,) of their data set."""

    pool: Dataset
    test: Dataset
    test_rows: np.ndarray

    @property
    def n_classes(self) -> int:
        return len(np.unique(self.pool.labels))

    @property
    def counts(self) -> list[int]:
        """The numbers of labels that can be asked for."""
        return [count for count in COUNTS if self.n_classes <= count <= self.pool.n_images]


@dataclass(frozen=True, eq=False)
class Result:
    """A learner after one draw of labels; ``seconds`` to learn and to classify the test images."""

    learner: str
    n_labels: int
    draw: int
    accuracy: float
    seconds: float
    predictions: np.ndarray  # int16 (T,)


@dataclass(frozen=True, eq=False)
class FewLabels:
    """The results so far. ``labels`` (T,) are those of the test images.

    ``preparations`` are the seconds that went once into each kind of features, and each graph.
    """

    labels: np.ndarray
    results: tuple[Result, ...] = ()
    preparations: dict[str, float] = field(default_factory=dict)

    @property
    def learners(self) -> list[str]:
        """In the order of the table."""
        present = {result.learner for result in self.results}
        return [name for name in LEARNERS if name in present]

    @property
    def counts(self) -> list[int]:
        return sorted({result.n_labels for result in self.results})

    def of(self, learner: str, n_labels: int) -> dict[int, Result]:
        """A learner's results with so many labels, by draw."""
        return {
            result.draw: result
            for result in self.results
            if (result.learner, result.n_labels) == (learner, n_labels)
        }


@dataclass(frozen=True)
class CurvePoint:
    """Accuracy over the draws: mean, and standard deviation (of n - 1; 0 for one draw). Mean seconds."""

    learner: str
    n_labels: int
    n_draws: int
    mean: float
    std: float
    seconds: float


@dataclass(frozen=True)
class Comparison:
    """A learner beside its control: ``difference`` of their accuracies with its 95 % interval.

    Paired by draw and by test image. NaN ends for a single draw, whose spread nobody knows.
    """

    learner: str
    control: str
    n_labels: int
    accuracy: float
    control_accuracy: float
    difference: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """better, worse, a tie, or open."""
        if np.isnan(self.low):
            return "open"
        return "better" if self.low > 0 else "worse" if self.high < 0 else "a tie"


# The images


def few_label_task(
    train: Dataset,
    test: Dataset | None,
    seed: int = 0,
    most_pool: int = MOST_POOL,
    most_test: int | None = None,
) -> Task:
    """A pool of the training images and the test images, stratified if there are more than asked for.

    Without a test set a seeded fifth is put aside. Raises DatasetError where there are no labels, fewer than
    two classes, or a class with too few images.
    """
    for part in (train, test):
        if part is not None and part.labels is None:
            raise DatasetError(
                f"The images of {part.name} have no labels, so there is nothing to learn or to test. Choose "
                "images with labels, or add yours again with a file of labels."
            )
    order = stratified_order(train.labels, np.random.default_rng([seed, 0]))
    if test is None:
        n_test = max(round(TEST_SHARE * train.n_images), len(np.unique(train.labels)))
        test, test_order, order = train, order[:n_test], order[n_test:]
    else:
        test_order = stratified_order(test.labels, np.random.default_rng([seed, 1]))
    pool_rows, test_rows = np.sort(order[:most_pool]), np.sort(test_order[:most_test])
    _check_classes(train, pool_rows, test.labels[test_rows])
    return Task(train.subset(pool_rows), test.subset(test_rows), test_rows)


def stratified_order(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Rows (N,) in a random order of which every beginning is stratified.

    It begins with one image of each class; then each class has its share, as nearly as may be. So the first
    100 hold the first 10.
    """
    order = rng.permutation(len(labels))
    by_class = order[np.argsort(labels[order], kind="stable")]
    sizes = np.unique(labels, return_counts=True)[1]
    ranks = np.concatenate([np.arange(size) for size in sizes]) if len(labels) else np.empty(0)
    place = np.where(ranks == 0, 0, (ranks + 0.5) / np.repeat(sizes, sizes))
    return by_class[np.lexsort([rng.random(len(labels)), place])]


def _check_classes(train: Dataset, pool_rows: np.ndarray, test_labels: np.ndarray) -> None:
    sizes = np.bincount(train.labels[pool_rows], minlength=len(train.class_names))
    present = np.union1d(train.labels, test_labels)
    if len(present) < 2:
        raise DatasetError(
            f"The images of {train.name} are all of one class: there is nothing to tell apart. Choose images "
            "of two classes at least."
        )
    for label in present[sizes[present] < FEWEST_IMAGES]:
        raise DatasetError(
            f"Class “{train.class_names[label]}” of {train.name} has too few images: {FEWEST_IMAGES} to learn"
            " from and one to test are the least. Add images of this class, or leave it out."
        )


# What a learner sees, and how it learns


@dataclass(frozen=True, eq=False)
class Features:
    """What is known of each image: ``pool`` (P, D) and ``test`` (T, D), float32.

    ``is_uneven`` where every feature has a unit of its own, as hidden features have.
    """

    pool: np.ndarray
    test: np.ndarray
    is_uneven: bool = False

    @property
    def scale(self) -> np.ndarray:
        """What one is measured in, by feature (D,) or for all: the standard deviation over the pool.

        One for all keeps the weak features of PCA, and pixels at the rim, as weak as they are.
        """
        variance = self.pool.var(axis=0)
        scale = np.sqrt(variance if self.is_uneven else variance.mean())
        return np.where(scale > 0, scale, 1)


@dataclass(frozen=True, eq=False)
class LabelGraph:
    """``links`` (P, P) between the images of the pool; ``nearest`` (T, K) are those of each test image."""

    links: csr_array
    nearest: np.ndarray


def feature_steps(name: str, model: Autoencoder, task: Task) -> Generator[float, None, Features]:
    """Yields the share done. PCA is learnt from the pool, and the encoder is as it was trained."""
    pixels = [as_floats(part.images).reshape(part.n_images, -1) for part in (task.pool, task.test)]
    if name == "pixels":
        return Features(*pixels)
    if name == "pca":
        n_components = min(N_COMPONENTS, len(pixels[0]))
        pca = PCA(n_components, svd_solver="covariance_eigh").fit(pixels[0])
        return Features(*map(pca.transform, pixels))
    images = np.concatenate([task.pool.images, task.test.images])
    encoded = []
    for start in range(0, len(images), AT_ONCE):
        yield start / len(images)
        batch = images[start : start + AT_ONCE]
        encoded.append(model.encode(batch) if name == "codes" else hidden_features(model, batch))
    return Features(*np.split(np.concatenate(encoded), [task.pool.n_images]), is_uneven=name == "hidden")


def graph_steps(features: Features) -> Generator[float, None, LabelGraph]:
    """Join each image of the pool to its nearest ones; yields the share done.

    A link weighs exp(-d²/σσ'), σ the distance to an image's own last neighbour (Zelnik-Manor & Perona 2004).
    """
    n_pool, n_neighbours = len(features.pool), min(N_NEIGHBOURS, len(features.pool) - 1)
    index = NearestNeighbors(n_neighbors=n_neighbours, algorithm="brute").fit(features.pool)
    wanted = np.concatenate([features.pool, features.test])
    distances, found = [], []
    for start in range(0, len(wanted), AT_ONCE):
        yield start / len(wanted)
        some = index.kneighbors(wanted[start : start + AT_ONCE], n_neighbours + 1)
        distances.append(some[0])
        found.append(some[1])
    distances, found = np.concatenate(distances), np.concatenate(found)
    is_self = found[:n_pool] == np.arange(n_pool)[:, None]
    is_self[~is_self.any(axis=1), -1] = True  # it has many twins: its last neighbour goes instead
    others, lengths = (array[:n_pool][~is_self].reshape(n_pool, -1) for array in (found, distances))
    return LabelGraph(_links(others, lengths), found[n_pool:, :n_neighbours])


def spread_labels(graph: LabelGraph, rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The labels (T,) of the test images, when those (L,) of the pool's ``rows`` (L,) have spread.

    F ← α S F + (1 - α) Y, 50 times with α = 0.99 (Zhou et al. 2004, "Learning with Local and Global
    Consistency", section 2). A test image goes with the mean of its neighbours' shares; one whose neighbours
    no label has reached counts as the first class.
    """
    classes, targets = np.unique(labels, return_inverse=True)
    given = np.zeros((graph.links.shape[0], len(classes)), np.float32)
    given[rows, targets] = 1
    scores = given
    for _ in range(N_ROUNDS):
        scores = ALPHA * (graph.links @ scores) + (1 - ALPHA) * given
    shares = scores / np.maximum(scores.sum(axis=1, keepdims=True), np.finfo(np.float32).tiny)
    return classes[shares[graph.nearest].mean(axis=1).argmax(axis=1)]


def classify(method: str, features: Features, rows: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The labels (T,) that logistic regression or nearest neighbours give to the test images.

    They learn from those (L,) of the pool's ``rows`` (L,).
    """
    if method == "knn":
        learner = KNeighborsClassifier(min(N_VOTERS, len(rows)), weights="distance", algorithm="brute")
        return learner.fit(features.pool[rows], labels).predict(features.test)
    centre, scale = features.pool.mean(axis=0), features.scale
    learner = LogisticRegression(C=INVERSE_PENALTY, max_iter=2_000)
    learner.fit((features.pool[rows] - centre) / scale, labels)
    return learner.predict((features.test - centre) / scale)


def _links(others: np.ndarray, lengths: np.ndarray) -> csr_array:
    """D^-1/2 W D^-1/2 of a graph with links from each image to its ``others`` (P, K), both ways."""
    n_images, n_neighbours = others.shape
    local = np.maximum(lengths[:, -1], 1e-9 * lengths.max() or 1.0)  # twins are no distance apart
    weights = np.exp(-(lengths**2) / (local[:, None] * local[others]))
    starts = np.arange(0, others.size + 1, n_neighbours)
    graph = csr_array((weights.ravel(), others.ravel(), starts), shape=(n_images, n_images))
    graph = graph.maximum(graph.T).tocsr()
    root = 1 / np.sqrt(np.maximum(graph.sum(axis=1), np.finfo(np.float64).tiny))
    return csr_array(graph.multiply(root[:, None]).multiply(root[None, :])).astype(np.float32)


# Every learner, number of labels and draw


def few_label_steps(
    model: Autoencoder,
    task: Task,
    learners: Sequence[str],
    counts: Sequence[int],
    n_draws: int,
    seed: int = 0,
) -> Iterator[tuple[float, FewLabels]]:
    """Measure every learner with every number of labels; yields the share done and the results so far.

    The labels of a draw are the same for all learners, and its first 100 hold its first 10. The quick
    learners come first, one whole draw after the other. Raises DatasetError for a number of labels that
    cannot be drawn, ValueError for an unknown learner or a number of draws out of range.
    """
    _check(task, learners, counts, n_draws)
    bench, outcome = _Bench(model, task, seed), FewLabels(task.test.labels)
    chosen = [learner for name, learner in LEARNERS.items() if name in learners]
    needs = dict.fromkeys(need for learner in chosen for need in learner.needs)
    plan = sorted(
        product(range(n_draws), sorted(set(counts)), chosen),
        key=lambda cell: (cell[2].is_slow, cell[0], cell[1]),
    )
    total = sum(map(_share_of_need, needs)) + sum(_share(learner) for _, _, learner in plan)
    done = 0
    for need in needs:
        steps, share = bench.prepare(need), _share_of_need(need)
        _, seconds = yield from _timed(steps, done / total, share / total, outcome)
        outcome = replace(outcome, preparations=outcome.preparations | {need: seconds})
        done += share
    for draw, n_labels, learner in plan:
        steps, share = bench.learn(learner, draw, n_labels), _share(learner)
        predictions, seconds = yield from _timed(steps, done / total, share / total, outcome)
        accuracy = float((predictions == task.test.labels).mean())
        result = Result(learner.name, n_labels, draw, accuracy, seconds, predictions.astype(np.int16))
        outcome = replace(outcome, results=(*outcome.results, result))
        done += share
        yield done / total, outcome


def few_labels(
    model: Autoencoder,
    train: Dataset,
    test: Dataset | None,
    counts: Sequence[int],
    n_draws: int = 3,
    seed: int = 0,
    learners: Sequence[str] = tuple(LEARNERS),
) -> dict:
    """The whole measurement as ``{"results": [{"learner", "n_labels", "mean", "std"}]}``, ready for JSON.

    Accuracies are from 0 to 1. Raises as ``few_label_task`` and ``few_label_steps``.
    """
    task = few_label_task(train, test, seed)
    *_, (_, outcome) = few_label_steps(model, task, learners, counts, n_draws, seed)
    wanted = ("learner", "n_labels", "mean", "std")
    return {"results": [{name: getattr(point, name) for name in wanted} for point in curve(outcome)]}


class _Bench:
    """The task as every learner meets it: what was prepared, and who gets which labels."""

    def __init__(self, model: Autoencoder, task: Task, seed: int):
        self._model, self._task, self._seed = model, task, seed
        self._features: dict[str, Features] = {}
        self._graphs: dict[str, LabelGraph] = {}

    def prepare(self, need: str) -> Generator[float, None, None]:
        yield 0.0
        name = need.removeprefix(GRAPH)
        if need.startswith(GRAPH):
            self._graphs[name] = yield from graph_steps(self._features[name])
        else:
            self._features[name] = yield from feature_steps(name, self._model, self._task)

    def learn(self, learner: Learner, draw: int, n_labels: int) -> Generator[float, None, np.ndarray]:
        """The labels (T,) that the learner gives to the test images."""
        yield 0.0
        rows = labelled_rows(self._task, n_labels, draw, self._seed)
        labels = self._task.pool.labels[rows]  # no learner gets to know any other
        if learner.is_slow:
            images, test = self._task.pool.images[rows], self._task.test.images
            is_fresh, seed = learner.name == "from-scratch", self._seed + draw
            return (yield from network_steps(self._model, images, labels, test, seed, is_fresh))
        if learner.method == "spreading":
            return spread_labels(self._graphs[learner.features], rows, labels)
        return classify(learner.method, self._features[learner.features], rows, labels)


def labelled_rows(task: Task, n_labels: int, draw: int, seed: int = 0) -> np.ndarray:
    """The rows (L,) of the pool that are labelled in a draw, stratified; more labels hold the fewer."""
    return stratified_order(task.pool.labels, np.random.default_rng([seed, 2, draw]))[:n_labels]


def _check(task: Task, learners: Sequence[str], counts: Sequence[int], n_draws: int) -> None:
    unknown = set(learners) - set(LEARNERS)
    if unknown or not learners:
        raise ValueError(f"learners must be some of {', '.join(LEARNERS)}, got {list(learners)}")
    if not 1 <= n_draws <= MOST_DRAWS:
        raise ValueError(f"draws must be from 1 to {MOST_DRAWS}, got {n_draws}")
    least, most = task.n_classes, task.pool.n_images
    for count in counts or [0]:
        if not least <= count <= most:
            raise DatasetError(
                f"{count:,} of the images cannot be labelled: choose from {least}, one for each class, to "
                f"{most:,}, all images of the pool."
            )


def _timed(
    steps: Generator, start: float, share: float, outcome: FewLabels
) -> Generator[tuple[float, FewLabels], None, tuple]:
    """Pass on how far the steps are; returns what they return, and their own seconds.

    Between two steps it may be somebody else's turn, whose time does not count.
    """
    seconds = 0.0
    while True:
        started = time.perf_counter()
        part, value = _next(steps)
        seconds += time.perf_counter() - started
        if part is None:
            return value, seconds
        yield start + share * part, outcome


def _next(steps: Generator) -> tuple[float | None, np.ndarray | None]:
    """What the next step yields; at the end None, and what the steps return."""
    try:
        return next(steps), None
    except StopIteration as end:
        return None, end.value


def _share(learner: Learner) -> int:
    return SHARES["network"] if learner.is_slow else 1


def _share_of_need(need: str) -> int:
    return SHARES["graph" if need.startswith(GRAPH) else "features"]


# What the results say


def curve(outcome: FewLabels) -> list[CurvePoint]:
    """Every learner's accuracy by the number of labels."""
    points = []
    for learner, n_labels in product(outcome.learners, outcome.counts):
        found = outcome.of(learner, n_labels).values()
        if found:
            accuracies = np.array([result.accuracy for result in found])
            std = float(accuracies.std(ddof=1)) if len(found) > 1 else 0.0
            seconds = float(np.mean([result.seconds for result in found]))
            points.append(CurvePoint(learner, n_labels, len(found), float(accuracies.mean()), std, seconds))
    return points


def confusion(outcome: FewLabels, learner: str, n_labels: int, n_classes: int) -> np.ndarray:
    """How often a test image of a class (row) was taken for another (column), all draws together: (C, C)."""
    matrix = np.zeros((n_classes, n_classes), np.int64)
    for result in outcome.of(learner, n_labels).values():
        np.add.at(matrix, (outcome.labels, result.predictions), 1)
    return matrix


def learnt_at(outcome: FewLabels, learner: str) -> np.ndarray:
    """The number of labels (T,) from which on each test image is right in most draws; 0 if it never is.

    Right at fewer labels and wrong again at more is not learnt yet.
    """
    learnt = np.zeros(len(outcome.labels), np.int64)
    is_right_on = np.ones(len(outcome.labels), bool)
    for n_labels in reversed(outcome.counts):
        found = outcome.of(learner, n_labels).values()
        if found:
            right = np.mean([result.predictions == outcome.labels for result in found], axis=0)
            is_right_on &= right > 0.5
            learnt[is_right_on] = n_labels
    return learnt


def usual_prediction(outcome: FewLabels, learner: str, n_labels: int) -> np.ndarray:
    """The label (T,) that most draws give to each test image; of equally frequent ones the lowest."""
    found = np.stack([result.predictions for result in outcome.of(learner, n_labels).values()])
    votes = np.stack([(found == label).sum(axis=0) for label in range(found.max() + 1)])
    return votes.argmax(axis=0)


def compare(outcome: FewLabels, learner: str, control: str, n_labels: int) -> Comparison:
    """A learner beside its control, over the draws that both have had; ValueError where there is none.

    The interval adds up two spreads: that over draws (Student's t over the paired differences) and that over
    the test images, which are the same in all draws.
    """
    ones, others = outcome.of(learner, n_labels), outcome.of(control, n_labels)
    draws = sorted(ones.keys() & others.keys())
    if not draws:
        raise ValueError(f"{learner} and {control} have no draw of {n_labels} labels in common")
    gained = np.array(
        [
            1.0 * (ones[draw].predictions == outcome.labels) - (others[draw].predictions == outcome.labels)
            for draw in draws
        ]
    )
    half = _half_interval(gained)
    difference = float(gained.mean())
    accuracy, control_accuracy = (
        float(np.mean([found[draw].accuracy for draw in draws])) for found in (ones, others)
    )
    return Comparison(
        learner,
        control,
        n_labels,
        accuracy,
        control_accuracy,
        difference,
        difference - half,
        difference + half,
    )


def _half_interval(gained: np.ndarray) -> float:
    """Half of the 95 % interval of the mean of (R, T); NaN for a single draw."""
    n_draws, n_images = gained.shape
    if n_draws < 2:
        return float("nan")
    of_draws = student.ppf(0.975, n_draws - 1) * gained.mean(axis=1).std(ddof=1) / np.sqrt(n_draws)
    of_images = 1.96 * gained.mean(axis=0).std() / np.sqrt(n_images)
    return float(np.hypot(of_draws, of_images))


def comparisons(outcome: FewLabels) -> list[Comparison]:
    """At every number of labels each learner on the encoder's features beside its better control."""
    found = []
    for n_labels, name in product(outcome.counts, outcome.learners):
        control = _control(outcome, name, n_labels)
        if control:
            found.append(compare(outcome, name, control, n_labels))
    return found


def sentence(outcome: FewLabels, n_labels: int) -> str:
    """What the numbers say of so many labels, and what a gain is not due to where the control ties."""
    parts = [_words_on_features(outcome, n_labels), _words_on_networks(outcome, n_labels)]
    return " ".join(part for part in parts if part)


def _control(outcome: FewLabels, name: str, n_labels: int) -> str | None:
    """The better of a learner's measured controls."""
    learner = LEARNERS[name]
    if not outcome.of(name, n_labels):
        return None
    if name == "fine-tuned":
        candidates = ["from-scratch"]
    elif learner.features in ENCODED:
        candidates = [f"{features}-{learner.method}" for features in CONTROLS]
    else:
        return None
    means = {
        control: compare(outcome, name, control, n_labels).control_accuracy
        for control in candidates
        if outcome.of(name, n_labels).keys() & outcome.of(control, n_labels).keys()
    }
    return max(means, key=means.get, default=None)


def _words_on_features(outcome: FewLabels, n_labels: int) -> str:
    """The best learner on frozen features beside its control."""
    at_hand = [point for point in curve(outcome) if point.n_labels == n_labels]
    encoded = [point for point in at_hand if LEARNERS[point.learner].features in ENCODED]
    if not encoded:
        return ""
    best = max(encoded, key=lambda point: point.mean)
    reaches = f"With {n_labels:,} labels, {_named(best.learner)} reaches {best.mean:.1%}"
    control = _control(outcome, best.learner, n_labels)
    if control is None:
        return f"{reaches}; no control was measured beside it, so what it owes to the autoencoder is open."
    found = compare(outcome, best.learner, control, n_labels)
    reaches = f"With {n_labels:,} labels, {_named(best.learner)} reaches {found.accuracy:.1%}"
    figures = f"{reaches} and its control, {_named(control)}, {found.control_accuracy:.1%}"
    return f"{figures}: {_verdict(outcome, found)}"


def _verdict(outcome: FewLabels, found: Comparison) -> str:
    if found.verdict == "open":
        return "one draw cannot tell whether they differ."
    if found.verdict == "better":
        return (
            f"{_points(found)}. Labels, pool and method are the same, so this much is due to the encoder and "
            "to what it was trained on."
        )
    if found.verdict == "worse":
        return f"{_points(found)}. The control is better: here the encoder costs accuracy."
    words = f"a tie, {_points(found)}. As far as these draws can tell, {_not_due(outcome, found)}"
    is_wide = found.high - found.difference > WIDE
    return f"{words} The interval is wide: more draws, or more test images, tell more." if is_wide else words


def _not_due(outcome: FewLabels, found: Comparison) -> str:
    """What a gain over the raw pixels is not due to, where the control ties."""
    method, control = LEARNERS[found.learner].method, LEARNERS[found.control].features
    cause = "the same method does as much on the pixels"
    if method == "spreading":
        cause = "the graph of unlabelled images does as much on the pixels"
    elif control == "pca":
        cause = "PCA of unlabelled images does as much"
    gain = _gain(outcome, found)
    if gain is None:
        return f"nothing here is due to the autoencoder: {cause}."
    return f"the gain of {_points(gain)} over {_named(BASELINE)} is not due to the autoencoder: {cause}."


def _gain(outcome: FewLabels, found: Comparison) -> Comparison | None:
    """What the learner gains over the baseline; None where that is its control, not measured, or no gain."""
    ones, others = (outcome.of(name, found.n_labels) for name in (found.learner, BASELINE))
    if found.control == BASELINE or not ones.keys() & others.keys():
        return None
    gain = compare(outcome, found.learner, BASELINE, found.n_labels)
    return gain if gain.verdict == "better" else None


def _words_on_networks(outcome: FewLabels, n_labels: int) -> str:
    """The fine-tuned encoder beside the same net from scratch."""
    control = _control(outcome, "fine-tuned", n_labels)
    if control is None:
        return ""
    found = compare(outcome, "fine-tuned", control, n_labels)
    figures = (
        f"The fine-tuned encoder reaches {found.accuracy:.1%}, the same net from scratch "
        f"{found.control_accuracy:.1%}"
    )
    says = {
        "open": "one draw cannot tell whether they differ.",
        "better": f"pre-training is worth {_points(found)}.",
        "worse": f"pre-training does harm, {_points(found)}.",
        "a tie": f"a tie ({_points(found)}), so its accuracy is not due to pre-training.",
    }
    return f"{figures}: {says[found.verdict]}"


def _points(found: Comparison) -> str:
    """A difference in percentage points with its interval."""
    return f"{found.difference * 100:+.1f} points [{found.low * 100:+.1f}, {found.high * 100:+.1f}]"


def _named(name: str) -> str:
    title = LEARNERS[name].title
    return title if title.startswith("k-NN") else title[0].lower() + title[1:]
