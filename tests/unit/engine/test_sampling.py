"""The order of the sampling steps, and that the presets of Open Assistant become the right ones."""

import pytest

from oa_desktop.engine.requests import Sampling
from oa_desktop.engine.sampling import (
    Draw,
    Greedy,
    Occurrence,
    Repetition,
    Step,
    Temperature,
    TopK,
    TopP,
    Typical,
    chain_of,
)


@pytest.mark.parametrize(
    ("sampling", "steps"),
    [
        (Sampling(temperature=0), (Greedy(),)),
        (Sampling(temperature=0, top_k=5, repetition_penalty=1.2), (Repetition(1.2), Greedy())),
        (Sampling(temperature=1e-40), (Greedy(),)),
        (Sampling(), (Temperature(1.0), Draw(9))),
        (
            Sampling(temperature=0.75, top_k=50, top_p=0.95, repetition_penalty=1.2),
            (Repetition(1.2), Temperature(0.75), TopK(50), TopP(0.95), Draw(9)),
        ),
        (
            Sampling(temperature=0.8, typical_p=0.3, repetition_penalty=1.2),
            (Repetition(1.2), Temperature(0.8), Typical(0.3), Draw(9)),
        ),
        (
            Sampling(frequency_penalty=0.5, presence_penalty=0.1, top_p=1.0, top_k=0, typical_p=1.0),
            (Occurrence(0.5, 0.1), Temperature(1.0), Draw(9)),
        ),
    ],
)
def test_settings_become_steps_in_order(sampling: Sampling, steps: tuple[Step, ...]):
    assert chain_of(sampling, 9) == steps
