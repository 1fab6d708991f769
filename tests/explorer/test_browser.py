"""What a visitor of the page sees and does, in a browser."""

import base64
import io

import numpy as np
import pytest
from PIL import Image
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from assignment.conditional import networks as conditional
from assignment.explorer.directions import Directions
from assignment.explorer.page import PageFacts, render_page
from assignment.explorer.program import compile_network
from assignment.fashion.step3_generator import build_generator
from assignment.fashion.step5_discriminator import build_discriminator
from assignment.figures.thumbnails import tiles
from assignment.training.latent import PLANE_TILES, plane

pytestmark = pytest.mark.slow

FACTS = PageFacts("generator_model_ana", "300 epochs.", "real ones", False, 100, 10.0, (), True)
DIRECTIONS = Directions(np.eye(6, 100), np.full(6, 0.1))
VECTORS = np.random.default_rng(0).normal(size=(3, 100))
WIDTHS = (360, 390, 768, 1280, 1600)


@pytest.fixture(scope="module")
def networks():
    """The sheet's generator and discriminator, and a conditional generator, untrained."""
    return {
        "generator": build_generator("ana"),
        "discriminator": build_discriminator("ana"),
        "conditional": conditional.build_generator("ana"),
    }


@pytest.fixture
def visit(browser, tmp_path, table, networks):
    """A function that opens the page of a generator, at a fragment, and returns the browser when it has an image."""

    def open_page(fragment="", generator="generator", classes=(), with_discriminator=False, planes=None):
        programs = {"generator": compile_network(table(networks[generator]))}
        if with_discriminator:
            programs["discriminator"] = compile_network(table(networks["discriminator"]))
        path = tmp_path / "explore.html"
        path.write_text(
            render_page(FACTS._replace(classes=classes), programs, DIRECTIONS, VECTORS, planes or {}), encoding="utf-8"
        )
        browser.get("about:blank")  # another fragment alone would not load the page again
        browser.get(path.as_uri() + fragment)
        wait(browser)
        return browser

    return open_page


def wait(browser):
    """Wait until the large image shows the current view; the map may still be drawn."""
    WebDriverWait(browser, 20).until(
        lambda page: page.execute_script(
            """return current && !wanted && (epoch < NOW || walking
              || noiseAt(view, view.x, view.y).every((value, i) => value === current.noise[i])
              && labelShares(view).every((value, i) => value === current.shares[i]))"""
        )
    )


def shown(browser):
    """The pixels of the large image, 0..255."""
    url = browser.execute_script("return document.getElementById('image').toDataURL()")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(url.partition(",")[2]))).convert("L"))


def expected(browser, generator):
    """The pixels that Keras draws from the noise and the label that the page shows."""
    noise = np.array([browser.execute_script("return current.noise")], np.float32)
    inputs = [noise]
    if len(generator.inputs) > 1:
        inputs.append(np.array([[np.argmax(browser.execute_script("return current.shares"))]], np.int32))
    image = np.asarray(generator(inputs if len(inputs) > 1 else noise, training=False))[0, ..., 0]
    return np.rint(255 * (image + 1) / 2)


def test_the_image_is_what_keras_draws_from_the_same_noise(visit, networks):
    page = visit()
    assert np.abs(shown(page) - expected(page, networks["generator"])).max() <= 1
    noise = np.array(page.execute_script("return current.noise"))
    assert np.linalg.norm(noise) == pytest.approx(10) and len(noise) == 100


def test_the_arrow_keys_move_through_the_plane_and_home_returns(visit):
    page = visit()
    pad, first = page.find_element(By.ID, "pad"), shown(page)
    pad.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT, Keys.ARROW_UP)
    wait(page)
    assert page.find_element(By.ID, "place").text == "x 0.10, y 0.05, length 1.00"
    assert not np.array_equal(shown(page), first)
    pad.send_keys(Keys.SHIFT, Keys.ARROW_LEFT)
    wait(page)
    assert page.find_element(By.ID, "place").text.startswith("x -0.10, y 0.05")
    pad.send_keys(Keys.NULL, Keys.HOME)
    wait(page)
    np.testing.assert_array_equal(shown(page), first)


def test_the_pointer_moves_through_the_plane(visit):
    page = visit()
    page.execute_script(
        """const pad = document.getElementById("pad"), box = pad.getBoundingClientRect();
        pad.setPointerCapture = () => {};
        const place = (x, y) => ({ clientX: box.left + x * box.width, clientY: box.top + y * box.height });
        const at = (x, y) => ({ ...place(x, y), pointerId: 1, buttons: 1 });
        pad.dispatchEvent(new PointerEvent("pointerdown", at(0.25, 0.5)));
        pad.dispatchEvent(new PointerEvent("pointermove", at(0.75, 1.5)));"""
    )
    wait(page)
    assert page.find_element(By.ID, "place").text == "x 0.50, y -1.00, length 1.00"


def test_the_address_restores_the_view_and_the_kept_images(visit, networks):
    page = visit()
    page.find_element(By.ID, "new-plane").click()
    page.find_element(By.ID, "keep").click()
    page.find_element(By.ID, "pad").send_keys(Keys.ARROW_DOWN)
    page.execute_script(
        """for (const [id, value] of [["length", 0.8], ["direction-2", 1.5]]) {
          const input = document.getElementById(id);
          input.value = value;
          input.dispatchEvent(new Event("input"));
        }"""
    )
    wait(page)
    WebDriverWait(page, 5).until(lambda page: ",1.5," in page.current_url)
    fragment, image = page.current_url.partition("#")[2], shown(page)
    again = visit(f"#{fragment}")
    np.testing.assert_array_equal(shown(again), image)
    assert again.find_element(By.ID, "length").get_attribute("value") == "0.8"
    assert len(again.find_elements(By.CSS_SELECTOR, "#kept li")) == 1


@pytest.mark.parametrize(
    "fragment", ["#", "#%", "#nonsense", "#1,2", "#NaN,0,0,1,0,0,0,0,0,0,0,0,0", "#1e99,9,-9,99,7,7,9,9,9,9,9,9,9"]
)
def test_an_address_that_describes_no_view_is_no_error(visit, fragment):
    page = visit(fragment)
    assert page.find_element(By.ID, "problem").get_attribute("hidden") and shown(page).any()


def test_kept_images_can_be_walked_through(visit):
    page = visit()
    page.execute_script(
        "document.getElementById('keep').click(); change({x: 1}); document.getElementById('keep').click();"
    )
    wait(page)
    assert page.find_element(By.ID, "walk").is_enabled()
    page.find_element(By.ID, "walk").click()
    WebDriverWait(page, 5).until(lambda page: "on the walk" in page.find_element(By.ID, "place").text)
    lengths = np.linalg.norm(page.execute_script("return current.noise"))
    assert lengths == pytest.approx(10, rel=1e-3)  # a straight line would be shorter in between
    WebDriverWait(page, 10).until(lambda page: page.find_element(By.ID, "place").text.startswith("x 1.00"))


def test_labels_can_be_chosen_and_blended(visit, networks):
    page = visit(generator="conditional", classes=("T-shirt/top", *map(str, range(1, 10))))
    zero = shown(page)
    page.find_element(By.CSS_SELECTOR, "[name=label][value='7']").click()
    wait(page)
    seven = shown(page)
    assert not np.array_equal(zero, seven) and page.find_element(By.ID, "place").text.startswith("7, x 0.00")
    assert np.abs(seven - expected(page, networks["conditional"])).max() <= 1
    page.execute_script("change({second: 0, share: 1})")
    wait(page)
    np.testing.assert_array_equal(shown(page), zero)
    page.execute_script("change({share: 0.5})")
    wait(page)
    assert page.find_element(By.ID, "place").text.startswith("T-shirt/top 50 %, 7 50 %")


def test_the_discriminators_output_is_that_of_keras(visit, networks):
    page = visit(with_discriminator=True)
    image = np.array(page.execute_script("return Array.from(current.image)"), np.float32).reshape(1, 28, 28, 1)
    probability = float(networks["discriminator"](image, training=False)[0, 0])
    expected_text = f"The discriminator: real with probability {probability:.2f} (at 0.50 it cannot tell)"
    assert page.find_element(By.ID, "verdict").text == expected_text


def test_the_picture_is_saved_as_png(visit):
    page = visit()
    page.execute_script(
        """window.saved = [];
        HTMLAnchorElement.prototype.click = function () { saved.push([this.download, this.href]); };"""
    )
    page.find_element(By.ID, "png").click()
    WebDriverWait(page, 5).until(lambda page: page.execute_script("return saved.length"))
    ((name, url),) = page.execute_script("return saved")
    assert name == "generator_model_ana_plane_0_0.00_0.00.png" and url.startswith("blob:")
    page.execute_script("change({ plane: 7, y: 0.5, length: 1.5, directions: [0, -2, 0, 0, 0, 0] })")
    expected_name = "generator_model_ana_plane_7_0.00_-0.50_length_1.50_direction-2_-2.00"
    assert page.execute_script("return fileName()") == expected_name


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_every_window_without_errors_or_requests(visit, scheme):
    page = visit()
    page.execute_cdp_cmd(
        "Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    )
    for width in WIDTHS:
        size = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 600}
        page.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        assert page.execute_script("return document.documentElement.scrollWidth") == width
    assert not [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"]
    requested = [
        entry["message"] for entry in page.get_log("performance") if "Network.requestWillBeSent" in entry["message"]
    ]
    assert not [message for message in requested if '"url":"http' in message]


def test_every_control_has_a_name_and_can_be_reached_with_the_keyboard(visit):
    page = visit(generator="conditional", classes=tuple("0123456789"))
    page.find_element(By.ID, "keep").click()
    unnamed = page.execute_script(
        """return [...document.querySelectorAll("button, input, select, [tabindex], canvas[role]")]
          .filter((node) => !(node.ariaLabel || node.labels?.length
            || (node.tagName === "BUTTON" && node.textContent.trim())))
          .map((node) => node.outerHTML)"""
    )
    assert unnamed == []
    assert page.execute_script("return document.querySelectorAll('[tabindex=\"-1\"]').length") == 0


def test_the_first_plane_is_the_one_that_the_run_drew(visit, networks):
    """Its points are those of `plane`, of which the run drew pictures at every grid."""
    page = visit()
    edge = 1 - 1 / PLANE_TILES  # the middle of a tile at the edge
    page.execute_script(f"change({{ x: {-edge}, y: {edge} }})")
    wait(page)
    corner = plane(VECTORS, PLANE_TILES, 10.0)[-PLANE_TILES]
    np.testing.assert_allclose(page.execute_script("return current.noise"), corner, rtol=1e-4, atol=1e-4)


def test_the_slider_of_epochs_shows_what_the_run_drew(visit):
    """Each tile of a picture has its number as its gray value."""
    numbers = np.arange(PLANE_TILES**2)[:, None, None, None] * np.ones((1, 28, 28, 1))
    planes = {50: tiles(numbers / 127.5 - 1, PLANE_TILES), 100: tiles((numbers + 100) / 127.5 - 1, PLANE_TILES)}
    page = visit(planes=planes)
    live = shown(page)
    move = (
        "const slider = document.getElementById('epoch'); slider.value = {}; slider.dispatchEvent(new Event('input'));"
    )
    page.execute_script(move.format(0))
    WebDriverWait(page, 5).until(lambda page: page.find_element(By.ID, "place").text == "after epoch 50")
    assert (shown(page) == PLANE_TILES**2 // 2).all()  # the middle
    page.find_element(By.ID, "pad").send_keys(Keys.SHIFT, *[Keys.ARROW_RIGHT] * 5)
    WebDriverWait(page, 5).until(lambda page: (shown(page) == PLANE_TILES**2 // 2 + PLANE_TILES // 2).all())
    page.execute_script(move.format(1))
    WebDriverWait(page, 5).until(lambda page: (shown(page) == PLANE_TILES**2 // 2 + PLANE_TILES // 2 + 100).all())
    assert not page.find_element(By.ID, "keep").is_enabled()  # of an earlier epoch there is only a picture
    page.execute_script("change({ x: 0, y: 0, length: 1 })")  # another control returns to the saved generator
    wait(page)
    np.testing.assert_array_equal(shown(page), live)
    assert page.find_element(By.ID, "epoch").get_attribute("value") == "2"
    assert page.find_element(By.ID, "keep").is_enabled()


def test_the_slider_of_epochs_returns_to_the_view_before_it(visit):
    page = visit(planes={50: tiles(np.zeros((PLANE_TILES**2, 28, 28, 1)), PLANE_TILES)})
    page.execute_script("change({ plane: 7, x: 0.5, directions: [0, 2, 0, 0, 0, 0] }); showEpoch(0); showEpoch(1);")
    wait(page)
    assert page.execute_script("return [view.plane, view.x, view.directions[1]]") == [7, 0.5, 2]


def test_many_questions_at_once_are_answered_one_after_another(visit):
    """Kept images are computed beside the map, and the processor may be changed meanwhile."""
    page = visit()
    page.execute_script(
        """for (let i = 0; i < 4; i++) { change({ x: 0.1 * i }); element("keep").click(); }
        element("processor").value = "javascript"; element("processor").dispatchEvent(new Event("change"));"""
    )
    WebDriverWait(page, 30).until(
        lambda page: page.execute_script("return !isBusy && !tiles.length && waiting.size === 0")
    )
    assert page.find_element(By.ID, "problem").get_attribute("hidden")
    assert len(page.find_elements(By.CSS_SELECTOR, "#kept li")) == 4


def test_a_walk_can_be_stopped_and_ends_where_it_was_to_end(visit):
    page = visit()
    page.execute_script("for (const x of [-1, 1]) { change({ x }); element('keep').click(); } walk();")
    button = page.find_element(By.ID, "walk")
    assert button.text == "Stop the walk" and not page.find_element(By.ID, "keep").is_enabled()
    page.execute_script("walk()")
    assert button.text == "Walk through them" and page.find_element(By.ID, "keep").is_enabled()
    page.execute_script("walk(); element('kept').querySelector('li:last-child .remove').click();")
    WebDriverWait(page, 10).until(lambda page: page.find_element(By.ID, "place").text.startswith("x 1.00"))


def test_the_focus_stays_near_a_kept_image_that_is_removed(visit):
    page = visit()
    page.execute_script("for (let i = 0; i < 2; i++) element('keep').click();")
    focused = "return document.activeElement.id || document.activeElement.className"
    for expected in ("remove", "keep"):
        page.find_element(By.CSS_SELECTOR, "#kept .remove").send_keys(Keys.ENTER)
        assert page.execute_script(focused) == expected


def test_the_tab_key_reaches_every_control_and_leaves_the_page(visit):
    page = visit()
    page.find_element(By.ID, "keep").send_keys(Keys.NULL)
    page.execute_script("document.activeElement.blur(); document.body.focus();")
    reached = []
    for _ in range(30):
        page.switch_to.active_element.send_keys(Keys.TAB)
        reached.append(page.execute_script("return document.activeElement.id"))
        if reached[-1] == "processor":
            break
    assert {"png", "pad", "new-plane", "center", "reset", "direction-1", "direction-6", "length"} <= set(reached)
