import json
import re
from html.parser import HTMLParser

import keras
import numpy as np
import pytest

from assignment.data.dataset import Provenance
from assignment.evaluation.scores import Copying, ScoreRange, Scores
from assignment.evaluation.verdicts import Verdict
from assignment.fashion.sheet import SHEET
from assignment.figures.grids import image_grid
from assignment.figures.style import save
from assignment.practices.catalogue import BY_NAME
from assignment.report.page import write_report
from assignment.session.record import write_metrics, write_record
from assignment.training.loop import Row
from assignment.training.proof import WeightCheck

SCRIPT = "<script>document.title = 'broken'</script>"


@pytest.fixture(scope="module")
def picture(tmp_path_factory):
    """The content of a PNG file with twelve images."""
    path = tmp_path_factory.mktemp("picture") / "twelve.png"
    images = np.random.default_rng(0).uniform(-1, 1, (12, 28, 28))
    save(image_grid(images, "twelve images", "caption"), path)
    return path.read_bytes()


@pytest.fixture
def run(make_run, picture):
    """A finished run of the fashion track that had a problem; its command contains a script that must not run."""
    provenance = Provenance("drawn", "drawn stand-in, not Fashion-MNIST", "nothing to check", is_standin=True)
    command = f"python run_assignment.py --outputs-dir '{SCRIPT}'"
    run = make_run(epochs=20, batch_size=128, evaluation=True, provenance=provenance, command=command)
    workspace = run.workspace
    run.screen.step(1, "Get the data")
    run.screen.result("dataset_Ана.shape = (7000, 28, 28)")
    run.screen.step(3, "Build the generator model of the GAN")
    run.screen.summary(keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)], name="tiny"))
    for path in (
        workspace.real_images,
        workspace.grid(10),
        workspace.grid(20),
        workspace.losses,
        workspace.metrics_figure,
        workspace.animation,
    ):
        path.write_bytes(picture)
    workspace.generator_model.touch()
    scores = {name: ScoreRange(0.5, 0.4, 0.6) for name in Scores._fields}
    write_metrics(
        run,
        judge={"accuracy": 0.9912},
        images={"per_draw": 2000, "draws": 5, "real": 3500},
        scores=scores,
        floor=scores,
        copying=Copying(0.2, 0.2, 0.01),
        measured={0: dict.fromkeys(scores, 900.0), 10: dict.fromkeys(scores, 9.5)},
        verdicts=[Verdict("Are the images recognizable?", "yes", "90 % are."), Verdict("Is it?", "not shown", "Once.")],
    )
    write_record(
        run,
        status="finished",
        rows=[Row(20, 0.51, 1.26, 0.25, 0.75, updates=55, seconds=4.0)],
        updates=1100,
        proof=[WeightCheck("generator", "generator", "aa" * 6, "bb" * 6, must_change=True)],
        conditions={},
        timings={"training": 80.0},
        loss_unit="squared distance; 0.25 if the discriminator is undecided",
        problems=[
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


@pytest.fixture
def write_page(run):
    """A function that writes the run's report and returns its path."""
    return lambda: write_report(run.workspace, "The assignment: a GAN that learns trousers", SHEET)


@pytest.fixture
def texts(write_page):
    """A function that writes the run's report and returns its text."""
    return lambda: " ".join(" ".join(Page(write_page()).texts).split())


@pytest.fixture
def change_record(run):
    """A function that changes entries of the run's record, and returns the record as it was."""

    def change(**entries):
        record = json.loads(run.workspace.record.read_text(encoding="utf-8"))
        run.workspace.record.write_text(json.dumps({**record, **entries}), encoding="utf-8")
        return record

    return change


class Page(HTMLParser):
    """An HTML page, parsed into its tags and its texts."""

    def __init__(self, path):
        super().__init__()
        self.tags, self.texts = [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_data(self, text):
        self.texts.append(text)

    def all(self, name):
        return [attributes for tag, attributes in self.tags if tag == name]


def test_the_page_contains_requests_results_metrics_and_problems(texts):
    text = texts()
    for words in (
        "Ана, seed 1 · 1 epoch of 20 requested, finished",
        "Differences from the standard run Not the real images: drawn stand-in, not Fashion-MNIST.",
        "Trained for 1 epoch; the sheet asks for 300.",
        "dataset_Ана.shape = (7000, 28, 28)",
        'Model: "tiny"',
        "Total params: 9",
        "drawn stand-in, not Fashion-MNIST",
        "Are the images recognizable? yes",
        "90 % are.",
        "Is it? not shown",
        "0.50 (0.40 to 0.60)",
        "untrained 900.00",
        "5 draws of 2,000 generated images",
        "99.12% of the test images",
        "not comparable with published FIDs",
        "mode collapse , epochs 5 to 9",
        "one image for every noise",
        "Try next: --seed 2 --fresh",
        "Step 1: Get the data",
        "Step 8: Save the GAN model",
        "300 epochs at batch size 128",
        "aaaaaaaaaaaa",
        "1 epoch, 1,100 updates in all, batch size 128",
        "Losses over the training",
        "0.510",
        "1.260",
        "generator_model_Ана.h5",
        "float32",
        "tensorflow",
        "80 s",
        "step7_losses.png",
        "copies of training images 0.010",
    ):
        assert words in text, words


def test_the_page_is_self_contained_and_describes_every_picture(run, write_page):
    page = Page(write_page())
    pictures = page.all("img")
    assert [picture["alt"] for picture in pictures] == [
        "The first real images",
        "Losses of both networks over the epochs",
        "Generated images after epoch 10",
        "Generated images after epoch 20",
        "The same images from the untrained generator to the last epoch, as an animation",
        "Judge FID, precision and recall over the epochs; dotted lines show the scores of real images",
    ]
    assert [picture["src"].split(";")[0] for picture in pictures] == [
        *["data:image/png"] * 4,
        "data:image/gif",
        "data:image/png",
    ]
    links = [value for _, attributes in page.tags for name, value in attributes.items() if name in ("src", "href")]
    assert all(link.startswith(("data:", "#")) for link in links) and not page.all("script")
    assert "http" not in re.sub(r"base64,[A-Za-z0-9+/=]+", "", run.workspace.report.read_text(encoding="utf-8"))


def test_text_of_the_user_is_escaped(write_page):
    page = Page(write_page())
    assert SCRIPT in "".join(page.texts) and not page.all("script")


def test_the_practices_of_the_run_are_described(texts, change_record):
    title = "Practices used in addition to the sheet"
    assert title not in texts()
    settings = change_record()["settings"]
    change_record(settings={**settings, "practice": "label-smoothing, ema"})
    text = texts()
    assert title in text
    for name in ("label-smoothing", "ema"):
        assert BY_NAME[name].change in text


def test_the_steps_come_in_the_order_of_the_sheet_and_the_evidence_at_the_end(texts):
    text = texts()
    titles = [
        "Differences from",
        "Did it learn?",
        *(f"Step {number}" for number in range(1, 9)),
        "Evaluation",
        "How to",
    ]
    assert [text.count(title) for title in titles] == [1] * len(titles)
    assert sorted(map(text.index, titles)) == list(map(text.index, titles))


def test_the_page_of_a_stand_in_explains_why_it_was_not_evaluated(run, texts, change_record):
    run.workspace.metrics.unlink()
    change_record(settings={**change_record()["settings"], "evaluation": None}, evaluated=False)
    assert "since its images are a drawn stand-in. The same command with --evaluation adds it" in texts()


def test_the_final_losses_have_their_unit(texts):
    text = texts()
    assert "the generator's 1.260 (squared distance; 0.25 if" in text and "nats" not in text


def test_the_page_of_a_run_without_metrics_gives_the_reason(run, texts, change_record):
    run.workspace.metrics.unlink()
    settings = change_record(problems=[], final_losses=None)["settings"]
    text = texts()
    assert all(words in text for words in ("This run was not evaluated.", "generator_model_Ана.h5", "was too short"))
    change_record(epochs_done=8, settings={**settings, "evaluation": False}, evaluated=False)
    text = texts()
    assert "The same command with --evaluation" in text and "None found" in text


def test_the_page_of_a_failed_run_reports_that_no_networks_were_saved(run, texts, change_record):
    change_record(status="failed")
    run.workspace.metrics.unlink()
    text = texts()
    assert "requested, failed" in text and "Not saved." in text and "since it failed." in text


def test_twelve_of_many_grids_are_included_with_the_first_and_the_last(run, write_page, picture):
    for epoch in range(1, 101):
        run.workspace.grid(epoch).write_bytes(picture)
    page = Page(write_page())
    epochs = [int(picture["alt"].split()[-1]) for picture in page.all("img") if "after epoch" in picture["alt"]]
    assert len(epochs) == 12 and (epochs[0], epochs[-1]) == (1, 100) and epochs == sorted(set(epochs))


@pytest.mark.slow
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_the_window_and_requests_no_other_page(write_page, browser, width, scheme):
    device = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", device)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    browser.get(write_page().as_uri())
    assert browser.title == "The assignment: a GAN that learns trousers · Ана", (
        "neither a name nor a command was run as a script"
    )
    assert browser.execute_script("return innerWidth") == width
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width, (
        "the page does not scroll sideways"
    )
    overflowing = browser.execute_script(
        "return [...document.querySelectorAll('main *')].filter(e => !e.closest('.scroll') &&"
        " e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 80))"
    )
    assert overflowing == []
    loaded = browser.execute_script("return [...document.images].map(i => i.complete && i.naturalWidth > 0)")
    assert loaded == [True] * 6
    widths = browser.execute_script("return [...document.querySelectorAll('figure img')].map(i => i.offsetWidth)")
    assert min(widths) >= min(0.8 * width, 700), "every picture is as wide as the page"
    is_dark = browser.execute_script("return getComputedStyle(document.body).backgroundColor") != "rgb(255, 255, 255)"
    assert is_dark == (scheme == "dark")
    assert browser.get_log("browser") == []
    requests = re.findall(r'"url\\?":\\?"(\w+):', json.dumps(browser.get_log("performance")))
    assert requests and set(requests) <= {"file", "data", "about"}, "no request leaves the page"


def test_the_users_files_are_not_in_the_report(run, write_page, picture):
    for name in ("step7_grid_epoch_0010 (copy).png", "step7_grid_epoch_old.png"):
        (run.workspace.folder / name).write_bytes(picture)
    assert len(Page(write_page()).all("img")) == 6


@pytest.mark.parametrize(
    "changes",
    [
        {"generated": []},
        {"floor": {}},
        {"judge": {}},
        {"images": None},
        {"copying": {"copies": "0.01"}},
        {"verdicts": ["yes"]},
        {"verdicts": [{"question": 1.5, "answer": "yes", "evidence": ""}]},
        {"over_time": [{"epoch": 10}]},
        {"over_time": [[]]},
        {"judge_fid_note": None},
    ],
)
def test_damaged_metrics_are_left_out(run, texts, changes):
    content = json.loads(run.workspace.metrics.read_text(encoding="utf-8"))
    run.workspace.metrics.write_text(json.dumps({**content, **changes}), encoding="utf-8")
    assert "This run was not evaluated" in texts()
