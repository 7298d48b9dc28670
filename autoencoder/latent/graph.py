"""Paths that keep to the data: over the graph that joins each code to its nearest ones.

N codes, D latent dimensions, K neighbours, T steps of a path.
"""

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from sklearn.neighbors import NearestNeighbors

N_NEIGHBOURS = 10
MOST_CODES = 5_000  # more are thinned out evenly: the index is ready in a second, a path in milliseconds


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
        self._index = NearestNeighbors(
            n_neighbors=min(n_neighbours, len(self.latents)), algorithm="brute"
        ).fit(self.latents)
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
        # An edge of no length would be none at all.
        graph.data = np.maximum(graph.data, np.finfo(np.float64).tiny ** 0.25) ** 2
        return graph


def _with_source(edges: csr_array, neighbours: np.ndarray, costs: np.ndarray) -> csr_array:
    """The graph with one more node, from which edges lead to its neighbours."""
    size = edges.shape[0] + 1
    costs = np.maximum(costs, np.finfo(np.float64).tiny)
    return csr_array(
        (
            np.concatenate([edges.data, costs]),
            np.concatenate([edges.indices, neighbours]),
            np.append(edges.indptr, edges.indptr[-1] + len(costs)),
        ),
        shape=(size, size),
    )


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
        costs.append(max(distances[closest, 0] ** 2, np.finfo(np.float64).tiny))
    bridges = csr_array((costs, (rows, columns)), shape=edges.shape)
    return csr_array(edges + bridges + bridges.T)


def _resampled(corners: np.ndarray, n_steps: int) -> np.ndarray:
    """Points (n_steps, D) of even distance along a line with these corners (C, D)."""
    lengths = np.concatenate([[0], np.linalg.norm(np.diff(corners, axis=0), axis=1).cumsum()])
    along = np.linspace(0, lengths[-1], n_steps)
    return np.stack([np.interp(along, lengths, column) for column in corners.T], axis=1)
