"""Paths from one code to another: straight, spherical, and over a graph that joins each code to its nearest.

Every path is float32 (T, D), with both ends counted and equal to the given codes bit for bit. The path back
is the path there, reversed, bit for bit.

Shapes: N codes, D latent dimensions, C corners of a line, T steps of a path.
"""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from sklearn.neighbors import NearestNeighbors

N_NEIGHBOURS = 10
MOST_CODES = 5_000  # more are thinned out evenly: the index is ready in a second, a path in milliseconds
SMALLEST_COST = np.finfo(np.float64).tiny  # of an edge: one of no length would be none at all
# Below this sine of the angle between two float32 codes, the plane they span is mostly rounding error.
SMALLEST_SINE = 1e-6


def linear(start: np.ndarray, end: np.ndarray, n_steps: int) -> np.ndarray:
    """The straight line from start (D,) to end (D,) in n_steps >= 2 equal steps, float32 (n_steps, D)."""
    start, end = _check_ends(start, end, n_steps)
    back, forth = _shares(n_steps)
    return _with_ends(back * start + forth * end, start, end)


def spherical(start: np.ndarray, end: np.ndarray, n_steps: int) -> np.ndarray:
    """The arc from start (D,) to end (D,) around the origin, float32 (n_steps, D), n_steps >= 2.

    The direction turns evenly along the great circle (slerp: Shoemake 1985, doi:10.1145/325334.325242; for
    latent spaces White 2016, arXiv:1609.04468), while the norm goes linearly from one to the other. Where no
    one great circle joins the ends, the path is the straight line. For parallel codes, and from or to the
    origin, that is the limit of the arc; for opposite codes, so for two signs at D = 1, it leads through the
    origin.
    """
    start, end = _check_ends(start, end, n_steps)
    norms = np.linalg.norm(start), np.linalg.norm(end)
    if 0 in norms:
        return linear(start, end, n_steps)
    directions = start / norms[0], end / norms[1]
    angle = _angle(*directions)
    if np.sin(angle) < SMALLEST_SINE:
        return linear(start, end, n_steps)
    back, forth = _shares(n_steps)
    turned = (np.sin(back * angle) * directions[0] + np.sin(forth * angle) * directions[1]) / np.sin(angle)
    return _with_ends((back * norms[0] + forth * norms[1]) * turned, start, end)


def _shares(n_steps: int) -> tuple[np.ndarray, np.ndarray]:
    """The shares of start and end at each step, both (n_steps, 1); one is the other reversed, exactly."""
    forth = np.arange(n_steps)[:, None] / (n_steps - 1)
    return forth[::-1], forth


def _angle(u: np.ndarray, v: np.ndarray) -> float:
    """The angle in radians between two unit vectors; unlike arccos of their product, exact near 0 and pi."""
    return 2 * np.arctan2(np.linalg.norm(u - v), np.linalg.norm(u + v))


def _check_ends(start: np.ndarray, end: np.ndarray, n_steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Both ends rounded to float32, in float64 for the sums that follow."""
    if start.ndim != 1 or start.shape != end.shape:
        raise ValueError(f"a path joins two codes of one shape (D,), got {start.shape} and {end.shape}")
    if n_steps < 2:
        raise ValueError(f"a path has at least 2 steps, both ends counted, got {n_steps}")
    if not (np.isfinite(start).all() and np.isfinite(end).all()):
        raise ValueError("a path joins finite codes, got NaN or infinity")
    return start.astype(np.float32).astype(np.float64), end.astype(np.float32).astype(np.float64)


def _with_ends(path: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    path[0], path[-1] = start, end  # sums would lose the sign of a zero and the last bit of an arc
    return path.astype(np.float32)


class CodeGraph:
    """Codes (N, D), each joined to its 10 nearest; an edge costs the square of its length.

    Squares make many short steps cheaper than one long leap, so a shortest path goes where codes lie close
    (the Fermat distance: Groisman, Jonckheere & Sapienza 2022, arXiv 1810.09398, with the power 2). Parts
    that no edge joins are joined where they come closest.
    """

    def __init__(self, latents: np.ndarray, n_neighbours: int = N_NEIGHBOURS):
        if latents.ndim != 2 or 0 in latents.shape or not np.isfinite(latents).all():
            raise ValueError(f"a graph joins finite codes (N, D), at least one, got shape {latents.shape}")
        rows = np.linspace(0, len(latents) - 1, min(len(latents), MOST_CODES)).round().astype(int)
        self.latents = latents[rows].astype(np.float64)
        n_neighbours = min(n_neighbours, len(self.latents))
        self._index = NearestNeighbors(n_neighbors=n_neighbours, algorithm="brute").fit(self.latents)
        self._edges = _joined(self._neighbour_edges(), self.latents)

    def path(self, start: np.ndarray, end: np.ndarray, n_steps: int) -> np.ndarray:
        """The shortest path from start (D,) to end (D,) in n_steps >= 2 steps of even length, float32 (T, D).

        Both ends are exact, and the path back is the path there, reversed, bit for bit.
        """
        if start.shape != end.shape or start.shape != self.latents.shape[1:] or n_steps < 2:
            raise ValueError(f"a path joins two codes {self.latents.shape[1:]} in at least 2 steps")
        if tuple(end) < tuple(start):  # of two equally short ways the same is found in both directions
            return self.path(end, start, n_steps)[::-1]
        path = _resampled(np.stack([start, *self._between(start, end), end]).astype(np.float64), n_steps)
        path = path.astype(np.float32)
        path[0], path[-1] = start, end
        return path

    def _between(self, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """The codes of the graph that the shortest path goes through."""
        ends = np.stack([start, end]).astype(np.float64)
        distances, neighbours = self._index.kneighbors(ends)
        source = len(self.latents)
        graph = _with_source(self._edges, neighbours[0], distances[0] ** 2)
        cost, before = dijkstra(graph, indices=source, return_predecessors=True)
        node = neighbours[1][np.argmin(cost[neighbours[1]] + distances[1] ** 2)]
        nodes = []
        while node != source:
            nodes.append(node)
            node = before[node]
        return self.latents[nodes[::-1]]

    def _neighbour_edges(self) -> csr_array:
        graph = self._index.kneighbors_graph(mode="distance")  # to others, not to itself
        graph = csr_array(graph.maximum(graph.T))
        graph.data = np.maximum(graph.data, SMALLEST_COST**0.25) ** 2
        return graph


def _with_source(edges: csr_array, neighbours: np.ndarray, costs: np.ndarray) -> csr_array:
    """The graph with one more node, from which edges lead to its neighbours."""
    size = edges.shape[0] + 1
    data = np.concatenate([edges.data, np.maximum(costs, SMALLEST_COST)])
    indices = np.concatenate([edges.indices, neighbours])
    starts = np.append(edges.indptr, edges.indptr[-1] + len(costs))
    return csr_array((data, indices, starts), shape=(size, size))


def _joined(edges: csr_array, latents: np.ndarray) -> csr_array:
    """The graph with its parts joined, each to the first one where they come closest."""
    n_parts, part = connected_components(edges, directed=False)
    if n_parts == 1:
        return edges
    main = np.flatnonzero(part == 0)
    index = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(latents[main])
    rows, columns, costs = [], [], []
    for number in range(1, n_parts):
        members = np.flatnonzero(part == number)
        distances, nearest = index.kneighbors(latents[members])
        closest = distances[:, 0].argmin()
        rows.append(members[closest])
        columns.append(main[nearest[closest, 0]])
        costs.append(max(distances[closest, 0] ** 2, SMALLEST_COST))
    bridges = csr_array((costs, (rows, columns)), shape=edges.shape)
    return csr_array(edges + bridges + bridges.T)


def _resampled(corners: np.ndarray, n_steps: int) -> np.ndarray:
    """Points (n_steps, D) of even distance along a line with these corners (C, D)."""
    lengths = np.concatenate([[0], np.linalg.norm(np.diff(corners, axis=0), axis=1).cumsum()])
    along = np.linspace(0, lengths[-1], n_steps)
    return np.stack([np.interp(along, lengths, column) for column in corners.T], axis=1)
