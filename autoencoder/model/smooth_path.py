"""Smooth path of T steps through D latent dimensions: short in pictures, and close to the data."""

import numpy as np
import torch

from autoencoder.latent.support import Units
from autoencoder.model.autoencoder import Autoencoder
from autoencoder.steps import Step, Steps

N_ITERATIONS = 120
RATE = 0.03  # of Adam, in standard deviations of the path's components
PENALTY = 0.5  # of the squared round trip against the path's energy
N_BETWEEN = 5  # iterations between two partial results


def smooth_steps(
    model: Autoencoder, units: Units, path: np.ndarray, n_iterations: int = N_ITERATIONS
) -> Steps[np.ndarray]:
    """Bend a path (T, D) until it is short in pictures and on the data; its ends stay, bit for bit.

    The partial results are paths float32 (T, D), the result is the last one. Minimizes the discrete energy of
    the decoded path, the sum of the squared changes of the picture (Shao, Kumar & Fletcher 2017, arXiv
    1711.08014, equation 7), plus a penalty on the squared round trips of its steps, both in units of the
    model. The energy alone leads off the data: a deterministic decoder knows no cost for pictures that are of
    nothing (Hauberg 2018, arXiv 1806.04994). The path back is the path there, reversed, if ``path`` is.
    """
    if tuple(path[-1]) < tuple(path[0]):  # sums in another order would differ in their last bits
        bent = None
        for share, partial in smooth_steps(model, units, path[::-1], n_iterations):
            bent = partial[::-1]
            yield Step(share, bent)
        return bent
    start, end = (torch.from_numpy(path[[row]].astype(np.float32)) for row in (0, -1))
    inner = torch.from_numpy(path[1:-1].astype(np.float32)).clone().requires_grad_()
    spread = float(path.std()) or 1.0
    optimizer = torch.optim.Adam([inner], lr=RATE * spread)
    bent = path.astype(np.float32)
    yield Step(0.0, bent)
    for iteration in range(1, n_iterations + 1):
        if inner.numel():
            optimizer.zero_grad()
            _energy(model, units, torch.cat([start, inner, end])).backward()
            optimizer.step()
        if iteration % N_BETWEEN == 0 or iteration == n_iterations:
            bent = torch.cat([start, inner.detach(), end]).numpy().copy()
            yield Step(iteration / n_iterations, bent)
    return bent


def _energy(model: Autoencoder, units: Units, path: torch.Tensor) -> torch.Tensor:
    pictures = model.network.decode(path).sigmoid()
    changes = (pictures[1:] - pictures[:-1]).flatten(1).square().sum(1) / (units.decoded_step**2 or 1.0)
    round_trips = (model.network.encode(pictures)[0] - path).square().sum(1) / (units.round_trip**2 or 1.0)
    return len(changes) * changes.sum() + PENALTY * len(changes) * round_trips.sum()
