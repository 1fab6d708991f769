import json
import re
import shutil
from html.parser import HTMLParser

import numpy as np
import pytest

from assignment.data.dataset import Provenance
from assignment.evaluation.scores import Copying, Measures, Range
from assignment.evaluation.verdicts import Verdict
from assignment.figures.grids import image_grid
from assignment.figures.style import save
from assignment.report.page import write_report
from assignment.session.record import write_metrics, write_record
from assignment.session.run import Run
from assignment.settings.tracks import FashionSettings
from assignment.storage.workspace import Workspace
from assignment.training.loop import Row
from assignment.training.proof import Movement

SCRIPT = "<script>document.title = 'broken'</script>"


@pytest.fixture
def run(tmp_path):
    """A finished run of the trousers that was not well, whose command holds what a page must not obey."""
    workspace = Workspace.of("fashion", tmp_path / "outputs", tmp_path / "models", "Ана")
    workspace.prepare()
    provenance = Provenance("drawn", "drawn stand-in, not Fashion-MNIST", "nothing", is_standin=True)
    settings = FashionSettings("Ана", epochs=20)
    run = Run(settings, workspace, None, f"python run_assignment.py --outputs-dir '{SCRIPT}'", "float32", provenance)
    images = np.random.default_rng(0).uniform(-1, 1, (12, 28, 28))
    for path in (workspace.real_images, workspace.grid(10), workspace.grid(20), workspace.losses, workspace.measures):
        save(image_grid(images, "twelve images", run.caption), path)
    workspace.generator_model.touch()
    figures = {name: Range(0.5, 0.4, 0.6) for name in Measures._fields}
    write_metrics(
        run,
        judge={"accuracy": 0.9912},
        images={"a_draw": 2000, "draws": 5, "real": 3500},
        figures=figures,
        floor=figures,
        copying=Copying(0.2, 0.2, 0.01),
        measured={0: dict.fromkeys(figures, 900.0), 10: dict.fromkeys(figures, 9.5)},
        verdicts=[Verdict("Are the images recognisable?", "yes", "90 % are."), Verdict("Is it?", "not shown", "Once.")],
    )
    write_record(
        run,
        status="finished",
        rows=[Row(20, 0.51, 1.26, 0.25, 0.75, updates=55, seconds=4.0)],
        updates=1100,
        proof=[Movement("generator", "generator", "aa" * 6, "bb" * 6, must_move=True)],
        conditions={},
        timings={"training": 80.0},
        losses="squared distance; 0.25 where the discriminator is undecided",
        not_well=[
            {
                "name": "mode collapse",
                "first": 5,
                "last": 9,
                "seen": "near-copies",
                "means": "one image for every noise",
                "try_next": "--seed 2 --fresh",
            }
        ],
    )
    return run


class Page(HTMLParser):
    """What a page's tags say, and every text outside its style."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, text):
        self.texts.append(text)

    def all(self, wanted):
        return [attributes for tag, attributes in self.tags if tag == wanted]


def test_it_tells_what_was_asked_done_measured_and_seen(run):
    page = Page(write_report(run.workspace))
    said = " ".join(" ".join(page.texts).split())
    for words in (
        "Ана, seed 1 · 1 of 20 epochs, finished",
        "Not the real images",
        "drawn stand-in, not Fashion-MNIST",
        "Are the images recognisable? yes",
        "90 % are.",
        "Is it? not shown",
        "0.50 (0.40 to 0.60)",
        "untrained 900.00",
        "5 draws of 2,000 generated images",
        "99.12 % of the test images",
        "does not compare with published FIDs",
        "mode collapse , epochs 5 to 9",
        "one image for every noise",
        "Try next: --seed 2 --fresh",
        "Step 1: get the data",
        "Step 8: save the GAN",
        "300 epochs at batch size 128",
        "aaaaaaaaaaaa",
        "1,100 updates",
        "0.510",
        "1.260",
        "generator_model_Ана.h5",
        "float32",
        "tensorflow",
        "80 s",
        "step7_losses.png",
        "copies of training images 0.010",
    ):
        assert words in said, words


def test_it_needs_nothing_else_and_describes_every_picture(run):
    page = Page(write_report(run.workspace))
    pictures = page.all("img")
    assert [picture["alt"] for picture in pictures] == [
        "Judge FID, precision and recall over the epochs, with the values of real images as dotted lines",
        "The first real images",
        "Both networks' losses over the epochs, as curves",
        "Generated images after epoch 10",
        "Generated images after epoch 20",
    ]
    assert all(picture["src"].startswith("data:image/png;base64,") for picture in pictures)
    links = [value for _, attributes in page.tags for name, value in attributes.items() if name in ("src", "href")]
    assert all(link.startswith("data:") for link in links) and not page.all("script")
    assert "http" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", run.workspace.report.read_text(encoding="utf-8"))


def test_what_was_typed_is_text(run):
    page = Page(write_report(run.workspace))
    assert SCRIPT in "".join(page.texts) and not page.all("script")


def test_the_practices_of_a_run_are_told(run):
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    assert "Practices beside the sheet" not in " ".join(Page(write_report(run.workspace)).texts)
    record["settings"]["practice"] = "label-smoothing, ema"
    run.workspace.record.write_text(json.dumps(record), encoding="utf-8")
    said = " ".join(" ".join(Page(write_report(run.workspace)).texts).split())
    assert "real images are asked for as 0.9" in said and "average of the generator's last weights" in said


def test_the_last_losses_are_told_in_what_they_are(run):
    said = " ".join(" ".join(Page(write_report(run.workspace)).texts).split())
    assert "the generator's 1.260 (squared distance; 0.25 where" in said and "nats" not in said


def test_a_run_that_was_not_judged_says_so(run):
    run.workspace.metrics.unlink()
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    short = {**record, "not_well": [], "final_losses": None}
    long = {**short, "epochs_done": 8, "settings": {**record["settings"], "evaluation": False}}
    for told, words in (
        (short, ("This run was not evaluated.", "generator_model_Ана.h5", "too short to tell")),
        (long, ("The same command with --evaluation", "Nothing was seen that should not be")),
    ):
        run.workspace.record.write_text(json.dumps(told), encoding="utf-8")
        said = " ".join(" ".join(Page(write_report(run.workspace)).texts).split())
        assert all(word in said for word in words), said


def test_a_run_that_failed_has_saved_nothing(run):
    record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
    run.workspace.record.write_text(json.dumps({**record, "status": "failed"}), encoding="utf-8")
    run.workspace.metrics.unlink()
    said = " ".join(" ".join(Page(write_report(run.workspace)).texts).split())
    assert "epochs, failed" in said and "Not saved." in said and "since it did not come to its end" in said


def test_of_many_grids_some_are_shown_the_first_and_the_last_among_them(run):
    picture = run.workspace.grid(10).read_bytes()
    for epoch in range(1, 101):
        run.workspace.grid(epoch).write_bytes(picture)
    page = Page(write_report(run.workspace))
    epochs = [int(picture["alt"].split()[-1]) for picture in page.all("img") if "after epoch" in picture["alt"]]
    assert len(epochs) == 12 and (epochs[0], epochs[-1]) == (1, 100) and epochs == sorted(set(epochs))


@pytest.fixture
def browser():
    """Chromium without a window, its console read; skipped where it is not installed."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        pytest.skip("chromium and chromedriver are not both installed (Debian: apt install chromium chromium-driver)")
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for switch in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with webdriver.Chrome(options=options, service=webdriver.ChromeService(driver)) as chrome:
        yield chrome


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_a_browser(run, browser, width, scheme):
    device = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", device)
    scheme_wanted = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": scheme_wanted})
    browser.get(write_report(run.workspace).as_uri())
    assert browser.title == "The assignment: a GAN that learns trousers · Ана", "no script of a name or a command ran"
    assert browser.execute_script("return innerWidth") == width
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width, "nothing overflows"
    beyond = browser.execute_script(
        "return [...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll') &&"
        " e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"
    )
    assert beyond == []
    loaded = browser.execute_script("return [...document.images].map(i => i.complete && i.naturalWidth > 0)")
    assert loaded == [True] * 5
    dark = browser.execute_script("return getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert dark == (scheme == "dark")
    assert browser.get_log("browser") == []
    asked = re.findall(r'"url\\?":\\?"(\w+):', json.dumps(browser.get_log("performance")))
    assert asked and set(asked) <= {"file", "data", "about"}, "no request leaves the page"
