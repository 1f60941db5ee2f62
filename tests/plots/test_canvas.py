"""Pictures as files."""

from pathlib import Path

from benchbox.plots.canvas import canvas, drawn


def picture(path: Path) -> list[Path]:
    with canvas(path, 12, 3) as (figure, files):
        figure.subplots().set_title(drawn("costs $5, or $6"))
    return files


def test_a_picture_is_written_as_png_svg_and_pdf_in_a_folder_that_need_not_be_there(tmp_path: Path) -> None:
    files = picture(tmp_path / "plots" / "a.b")
    assert files == [tmp_path / "plots" / f"a.b.{suffix}" for suffix in ("png", "svg", "pdf")]
    assert all(file.is_file() for file in files)


def test_a_pdf_embeds_truetype_fonts_and_has_the_pictures_width(tmp_path: Path) -> None:
    pdf = picture(tmp_path / "picture")[2].read_bytes()
    assert pdf.startswith(b"%PDF")
    assert b"/MediaBox [ 0 0 864 216 ]" in pdf  # points: 12 by 3 inches
    assert b"/FontFile2" in pdf
    assert b"/Type3" not in pdf


def test_the_same_picture_has_the_same_bytes(tmp_path: Path) -> None:
    first, second = picture(tmp_path / "a"), picture(tmp_path / "b")
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


def test_dollars_are_drawn_and_no_tex(tmp_path: Path) -> None:
    _, svg, _ = picture(tmp_path / "a")
    assert ">costs $5, or $6<" in svg.read_text()
