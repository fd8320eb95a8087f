import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from canonpose.exporters.overlay.text import draw_text, text_width

WHITE = (255, 255, 255)


@settings(max_examples=30)
@given(st.floats(-80, 200), st.floats(-80, 200), st.sampled_from(["ls", "rs", "mm"]))
def test_letters_stay_in_the_picture(x, y, anchor):
    whole = np.zeros((120, 120, 3), np.uint8)
    draw_text(whole[20:100, 10:110], "frame 12", (x, y), 14, WHITE, anchor=anchor)
    whole[20:100, 10:110] = 0
    assert not whole.any()


def test_letters_are_where_they_should_be():
    picture = np.zeros((60, 200, 3), np.uint8)
    draw_text(picture, "HHHH", (40.0, 40.0), 20, WHITE)
    rows, columns = np.nonzero(picture[..., 0] > 128)
    assert 38 <= rows.max() <= 40
    assert 40 <= columns.min() <= 44
    assert abs(columns.max() - 40 - text_width("HHHH", 20)) < 4
