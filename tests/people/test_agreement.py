import numpy as np

from canonpose.people.agreement import agreement, shape_residual, speed_correlation
from people.scenes import BYSTANDER, SUBJECT
from synthetic_files import view


def test_strangers_agree_less_than_two_views_of_one_person():
    for yaw in (30, 60, 90, 150):
        one = view(SUBJECT, 0), view(SUBJECT, yaw, scale=5)
        two = view(SUBJECT, 0), view(BYSTANDER, yaw, scale=5)
        assert shape_residual(*one) < 1e-6 < 0.05 < shape_residual(*two)
        assert speed_correlation(*one) > speed_correlation(*two)
        assert agreement(*one) > agreement(*two) + 0.5


def test_agreement_is_0_where_nothing_is_shared():
    first, second = view(SUBJECT, 0), view(SUBJECT, 60)
    first[:50], second[50:] = (np.nan, np.nan, 0), (np.nan, np.nan, 0)
    assert agreement(first, second) == 0
