"""The still picture: what survives a notebook without a kernel."""

import base64
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest
import workbook as torch
from tests.widgets.graphs import leaf, lenet, sum_of_squares
from workbook.widgets import graph, picture, recording


def svg_in(html):
    return base64.b64decode(re.search(r"data:image/svg\+xml;base64,([^\"]+)", html)[1]).decode("utf-8")


def test_the_picture_in_a_line_of_text():
    z, x, y = sum_of_squares()
    assert repr(picture(z)) == (
        "Picture of z = 3x² + 2y²: x is 3.0000; y is 4.0000; x² is 9.0000; × 3 is 27.0000; y² is 16.0000; × 2 is 32.0000; "
        "z = + is 59.0000")
    assert repr(picture(z, gradients=True)).startswith(
        "Picture of z = 3x² + 2y²: x is 3.0000, gradient 18.0000; y is 4.0000, gradient 16.0000; x² is 9.0000, gradient 3.0000;")


def test_the_html_is_an_image_with_its_text_and_a_table():
    z, x, y = sum_of_squares()
    html = picture(z, gradients=True)._repr_html_()
    assert html.startswith('<img alt="Graph of z = 3x² + 2y²: x is 3.0000, gradient 18.0000;')
    assert "<svg" not in html and "<style" not in html and "<script" not in html
    assert 'now"' not in svg_in(html) and 'done"' in svg_in(html)
    assert "<p>Backward: x.grad is 18.0000; y.grad is 16.0000.</p>" in html
    assert "<tr><td>× 3</td><td>x²</td><td>27.0000</td><td>1.0000</td></tr>" in html


def test_the_image_is_a_whole_svg_with_its_own_colours():
    z, x, y = sum_of_squares()
    root = ET.fromstring(svg_in(picture(z)._repr_html_()))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    texts = [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"x", "3.0000", "x²", "9.0000", "z = +", "59.0000"} <= set(texts)
    style = root.find("{http://www.w3.org/2000/svg}style").text
    states = [node.get("class").split()[-1] for node in root.iter("{http://www.w3.org/2000/svg}g")]
    assert set(states) == {"wait"}
    assert "--wb" not in style and "#0072b2" in style and "#b04a00" in style
    assert float(root.get("width")) > 0 and root.get("viewBox")


def test_two_runs_of_two_processes_give_the_same_bytes():
    code = ("import workbook as torch; from workbook.widgets import picture, graph\n"
            "x = torch.tensor(3., requires_grad=True); w = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True)\n"
            "z = (w * x).sum() + x**2\n"
            "print(picture(z, gradients=True)._repr_html_())\n")
    runs = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True, encoding="utf-8",
                           env=None) for _ in range(2)]
    assert runs[0].stdout == runs[1].stdout
    assert not re.search(r"0x[0-9a-f]{6,}|\bid=", svg_in(runs[0].stdout) + runs[0].stdout)


def test_the_widget_brings_the_same_fallback():
    pytest.importorskip("anywidget", reason="the live view needs anywidget: pip install workbook[lab]")
    z, x, y = sum_of_squares()
    data, _ = graph(z)._repr_mimebundle_()
    assert data["text/plain"].startswith("Live graph of z = 3x² + 2y²: x is 3.0000; y is 4.0000;")
    assert svg_in(data["text/html"]).startswith("<svg ")
    assert "application/vnd.jupyter.widget-view+json" in data


def test_names_cannot_break_out_of_the_picture():
    x = leaf(1.0)
    result = x * 2
    drawn = picture(result)
    drawn.scene.title = drawn.scene.boxes[0].title = '"><script>alert(1)</script>'
    html = type(drawn)(drawn.scene, drawn.moment)._repr_html_()
    assert "<script" not in html and "<script" not in svg_in(html)


def test_without_records_the_form_is_drawn_and_the_reason_told():
    recording.stop()
    x = leaf(3.0)
    y = (x * 2).exp()
    recording.start()
    html = picture(y)._repr_html_()
    assert "The values are missing: nobody watched when this was computed." in html
    texts = svg_in(html)
    assert ">3.0000<" in texts and ">exp<" in texts.replace("y = exp", "exp")
    assert repr(picture(y)).count("403.4288") == 1


def test_a_vector_is_drawn_without_its_backward_pass():
    v = torch.tensor([1.0, 2.0], requires_grad=True)
    y = v * 2
    assert repr(picture(y)) == "Picture of y = 2v: v is 1.0000 2.0000; y = × 2 is 2.0000 4.0000"
    with pytest.raises(RuntimeError, match="grad can be implicitly created only for scalar outputs"):
        picture(y, gradients=True)


def test_a_network_has_a_short_text():
    loss, net, input = lenet()
    text = repr(picture(loss))
    assert text.endswith("and 1 more") and len(text) < 700


def test_a_picture_is_saved_as_a_file(tmp_path):
    z, x, y = sum_of_squares()
    drawn = picture(z)
    drawn.save(tmp_path / "z.svg")
    assert (tmp_path / "z.svg").read_text(encoding="utf-8") == drawn.svg
    pytest.importorskip("anywidget", reason="the live view needs anywidget: pip install workbook[lab]")
    live = graph(z)
    live._handle_custom_msg({"action": "end"}, [])
    live.save(str(tmp_path / "live.SVG"))
    root = ET.parse(tmp_path / "live.SVG").getroot()
    assert "∇ 18.0000" in [node.text for node in root.iter("{http://www.w3.org/2000/svg}text")]
    graph(z, z).save(tmp_path / "two.svg")
    assert len(list(ET.parse(tmp_path / "two.svg").getroot())) == 2
    for name in ("z.png", "z", "z.pdf"):
        with pytest.raises(ValueError, match="(?s)an .svg, and got .*Why: .*Fix: "):
            live.save(tmp_path / name)


def test_drawing_leaves_the_students_graph_whole():
    z, x, y = sum_of_squares()
    picture(z, gradients=True)
    assert x.grad is None
    z.backward()
    picture(z, gradients=True)
    assert x.grad.item() == 18.0
