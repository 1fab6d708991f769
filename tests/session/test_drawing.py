from assignment.fashion.step3_generator import build_generator
from assignment.session.drawing import draw_network


def test_a_network_is_drawn_with_its_name_and_weights():
    figure = draw_network(build_generator("ana"), "a caption")
    texts = " ".join(text.get_text() for axes in figure.axes for text in axes.texts)
    assert "1,254,400" in texts and "generator_model_ana" in " ".join([texts, figure.get_suptitle()])
