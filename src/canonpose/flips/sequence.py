"""The cheapest sequence of states, and how much dearer each alternative is at each moment."""

import numpy as np
from jaxtyping import Bool, Float

Costs = Float[np.ndarray, "frame state"]


def least_costs(
    costs: Costs, exchange: Float[np.ndarray, "frame view"], states: Bool[np.ndarray, "state view"]
) -> Costs:
    """The cost of the best sequence through each state at each frame (min-marginals).

    Parameters
    ----------
    costs : array [frame, state]
        Of being in a state.
    exchange : array [frame, view]
        Of a view changing just before a frame.
    states : array [state, view]
        What is changed in each state.
    """
    differ = (states[:, None] != states[None]).reshape(-1, states.shape[1]).T.astype(np.float64)
    count = len(states)
    steps = (exchange @ differ).reshape(len(costs), count, count)
    forward, backward = costs.copy(), np.zeros_like(costs)
    for frame in range(1, len(costs)):
        forward[frame] += (forward[frame - 1][:, None] + steps[frame]).min(0)
    for frame in range(len(costs) - 2, -1, -1):
        ahead = backward[frame + 1] + costs[frame + 1]
        backward[frame] = (steps[frame + 1] + ahead[None]).min(1)
    return forward + backward
