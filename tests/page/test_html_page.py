"""The page of a comparison: what is in it, that it loads nothing, and how a browser shows it."""

import json
import re
import time

import numpy as np
import pytest
from browsers import opened_browser
from PIL import Image
from sample_runs import write_measured, write_run, write_samples

from colorkeras.compare import main
from colorkeras.page import images_part
from colorkeras.page.write import PAGE

CLAIMS = (
    "experiment,id,claim,source,kind,test,verdict,rule before runs,evidence,command\n"
    "cnn,a,It is <so>.,A and B,result,We look.,inconclusive,not known,? one; ✗ two,make it\n"
    "cnn,b,It is built.,A and B,architecture,We count.,agrees,-,✓ three,\n"
)


def page(root, *options):
    assert main([str(root), "--html", *options]) == 0
    return (root / "comparison" / PAGE).read_text(encoding="utf-8")


def write_systems(root):
    draw = np.random.default_rng(0)
    for run, shift in (("good", 3), ("bad", 0)):
        psnr = 20 + shift + draw.normal(0, 1, 30)
        values = {"grey": {"psnr": psnr * 0 + 19}, "model": {"psnr": psnr.round(4)}}
        folder = write_measured(root, "cnn", run, values)
        config = f'[model]\nx = "{run}"\n'
        (folder / "config.toml").write_text(config, encoding="utf-8")
        write_samples(folder, tint=shift)


def test_everything_is_in_one_file(tmp_path):
    write_systems(tmp_path)
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "claims.csv").write_text(CLAIMS, encoding="utf-8")
    html = page(tmp_path)
    for text in (
        "comparison of 2 runs",
        "cnn · quick · good",
        "protocol ab12",
        "Learning curves of cnn",
        "It is &lt;so&gt;.",
        "<li>✗ two</li>",
        "Results: 1 inconclusive.",
        "x = &quot;good&quot;",
    ):
        assert text in html, text
    addresses = re.findall(r'(?:src|href)="([^"]*)"', html)
    assert addresses
    assert all(address.startswith(("data:", "#")) for address in addresses)
    assert "default-src 'none'" in html


def test_the_images_of_all_systems(tmp_path):
    write_systems(tmp_path)
    html = page(tmp_path)
    (text,) = re.findall(r'<script type="application/json" id="images">(.*?)</script>', html, re.S)
    (images,) = json.loads(text).values()
    assert [sorted(image) for image in images] == [["0", "1", "grey", "truth"]] * 2
    assert all(url.startswith("data:image/webp;") for image in images for url in image.values())


def test_the_networks_of_shipped_experiments(tmp_path):
    write_run(tmp_path, "cunet", "a")
    html = page(tmp_path)
    assert 'alt="The networks of cunet" src="data:image/svg+xml;base64,' in html
    assert "<summary>Layers of the colorizer: 23,156,674 trainable parameters" in html
    assert "<td>conv_1_1</td>" in html


def test_names_cannot_leave_their_place(tmp_path):
    hostile = '</script><script>alert(1)</script>"'
    folder = write_run(tmp_path, "cnn", "a", command=hostile, commit=hostile)
    write_samples(folder, [hostile])
    html = page(tmp_path)
    assert "<script>alert" not in html
    assert html.count("</script>") == 2


def test_a_comparison_without_images_and_claims(tmp_path):
    write_run(tmp_path)
    html = page(tmp_path)
    assert 'class="images"' not in html
    assert "<code>python -m colorkeras.claims</code> writes it" in html


def test_another_table_of_that_name(tmp_path, capsys):
    write_run(tmp_path)
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "claims.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert main([str(tmp_path), "--html"]) == 2
    assert "claims.csv: no column experiment, id" in capsys.readouterr().err
    assert not (tmp_path / "comparison" / PAGE).exists()


def test_same_bytes_every_time(tmp_path):
    write_systems(tmp_path)
    assert page(tmp_path) == page(tmp_path)


def test_many_images_are_smaller():
    assert images_part.side_of(10) == 256
    assert 100 < images_part.side_of(200 * 10) < 150
    assert images_part.side_of(10**6) == 64


@pytest.mark.slow
def test_eight_systems_of_200_images(tmp_path):
    """Below 15 MB, of the noisiest images there are; the time is measured by hand."""
    draw = np.random.default_rng(0)
    names = [f"{number:04d}.png" for number in range(200)]
    for system in range(8):
        folder = write_run(tmp_path, f"system{system}", "a")
        write_samples(folder, names, size=(128, 128))
        for file in (folder / "samples" / "test").glob("*_model.png"):
            coarse = draw.integers(0, 256, (16, 16, 3), dtype=np.uint8)
            Image.fromarray(coarse).resize((128, 128), Image.Resampling.BICUBIC).save(file)
    began = time.monotonic()
    html = page(tmp_path)
    print(f"{time.monotonic() - began:.1f} s, {len(html) / 1e6:.1f} MB")
    assert len(html) < 15e6


@pytest.fixture
def browser():
    with opened_browser() as opened:
        yield opened


@pytest.mark.slow
def test_in_a_browser(tmp_path, browser):
    """Sorting, filters, images and claims by mouse and keyboard, on a phone; nothing is loaded."""
    write_systems(tmp_path)
    for number in range(6):  # enough rows for the field to search
        write_run(tmp_path, f"other{number}", "a")
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "claims.csv").write_text(CLAIMS, encoding="utf-8")
    page(tmp_path)
    shown = browser.new_page(viewport={"width": 390, "height": 844})
    problems, requests = [], []
    shown.on("console", lambda message: problems.append(message.text))
    shown.on("pageerror", lambda error: problems.append(str(error)))
    shown.on("request", lambda request: requests.append(request.url))
    shown.goto((tmp_path / "comparison" / PAGE).as_uri())

    def names():
        rows = shown.locator("#table0 tbody tr")
        return [row.locator("td").first.inner_text() for row in rows.all() if row.is_visible()]

    heading = shown.locator("#table0 thead th", has_text="PSNR (dB)").locator("button")
    heading.focus()
    shown.keyboard.press("Enter")  # the best first
    assert names()[0] == "cnn · quick · good"
    heading.click()
    assert names()[-1] == "cnn · quick · good"
    shown.locator("input[data-told=table0-told]").fill("BAD")
    assert names() == ["cnn · quick · bad"]
    shown.locator("#verdict").select_option("agrees")
    assert shown.locator(".claim:visible").count() == 1
    image = shown.locator("section.images figure").first
    image.scroll_into_view_if_needed()
    shown.wait_for_function("document.querySelector('.pair .left').naturalWidth > 0")
    before = image.locator(".right").get_attribute("src")
    shown.locator("section.images select").nth(1).select_option("truth")
    assert image.locator(".right").get_attribute("src") != before
    slider = image.locator("input")
    slider.focus()
    shown.keyboard.press("Home")
    assert image.locator(".pair").evaluate("e => e.style.getPropertyValue('--x')") == "0%"
    width = shown.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    assert problems == []
    assert all(url.startswith(("file:", "data:")) for url in requests)
