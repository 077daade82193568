"""Averaging weights, by numbers."""

import pytest

pytestmark = pytest.mark.hub


def test_the_mean_is_weighted_and_whole_numbers_are_kept() -> None:
    torch = pytest.importorskip("torch")
    from training.average import average

    first = {"w": torch.tensor([1.0, 2.0]), "step": torch.tensor(3)}
    second = {"w": torch.tensor([5.0, 2.0]), "step": torch.tensor(9)}
    mean = average([first, second], [0.25, 0.75])
    assert mean["w"].tolist() == [4.0, 2.0]
    assert mean["step"].item() == 3


def test_shares_that_are_not_one_in_all_are_refused() -> None:
    torch = pytest.importorskip("torch")
    from training.average import average

    with pytest.raises(ValueError, match="one share each, 1 in all"):
        average([{"w": torch.zeros(1)}], [0.5])
