import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import started

NUMBER = re.compile(r"\d\.\d\d")

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]


@pytest.fixture
def opened(reading):
    """The first case of the demo cohort on the compare page."""
    reading.open_first_case()
    reading.introduce("AB")
    reading.until("board.sliceShown")
    reading.editor.click(position={"x": 5, "y": 5})
    return reading


def compute_what_waits(reading):
    """Begin the maps that a slow computer holds back."""
    reading.until("board.panes.length >= 4 && board.panes.every(p => p.state)", 180_000)
    for button in reading.page.get_by_role("button", name="Compute").all():
        if button.is_visible():
            button.click()


@pytest.fixture
def first_start(tmp_path_factory):
    """The address of a server that begins with nothing."""
    with started(tmp_path_factory) as server:
        yield server.url


def test_the_demo_cohort_is_there_at_the_first_start(reading, first_start):
    reading.page.goto(first_start)
    reading.page.get_by_text("8 cases", exact=True).wait_for(timeout=180_000)
    reading.page.get_by_text("drawn by phantom").first.wait_for()
    # What a pressed choice is written in can be read; Streamlit's own colour for it cannot.
    expect(reading.page.get_by_role("radio", name="All")).to_have_css("color", "rgb(109, 179, 255)")


def test_maps_and_scores_appear_by_themselves(opened):
    opened.until("board.panes.length >= 4 && board.panes.every(p => p.shown === 'map')", 180_000)
    for metric in ("dice", "auroc", "average-precision", "fidelity"):
        expect(opened.score("gradient", metric)).to_contain_text(NUMBER)


def test_a_chosen_metric_is_read_beneath_every_map_and_kept_in_the_link(opened):
    compute_what_waits(opened)
    opened.page.locator(".st-key-ctviz-drawer button").click()
    opened.page.get_by_role("radio", name="Metrics").click()
    opened.page.get_by_text("Sparseness ↑", exact=True).click()
    opened.page.keyboard.press("Escape")
    expect(opened.score("gradient", "sparseness")).to_contain_text(NUMBER)
    expect(opened.score("random", "sparseness")).to_contain_text(NUMBER)
    expect(opened.page).to_have_url(re.compile("metrics=[^&]*sparseness"))
    badge = opened.page.get_by_test_id("pane-badge-gradient")
    expect(badge).to_contain_text("sanity")
    expect(badge).to_have_attribute("title", re.compile("^Sanity check (passed|not yet known)"))
    expect(opened.page.get_by_test_id("pane-badge-random")).to_be_hidden()


def test_a_paths_map_says_how_far_its_sum_is_off(opened):
    opened.until("board.panes.length >= 4 && board.panes.every(p => p.shown === 'map')", 180_000)
    gap = opened.page.get_by_test_id("pane-gap-integrated-gradients-bw")
    expect(gap).to_contain_text(re.compile("^sum off by .* %$"))
    expect(gap).to_have_attribute("title", re.compile("Lower is better"))
    expect(opened.page.get_by_test_id("pane-gap-gradient")).to_be_hidden()


@pytest.mark.parametrize("width", [1366, 1920])
def test_the_picture_comes_first(opened, width):
    opened.page.set_viewport_size({"width": width, "height": 768})
    top = opened.page.locator("[class*=st-key-ctviz-stage]").bounding_box()["y"]
    assert top <= 60
    assert opened.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    opened.page.set_viewport_size({"width": 1366, "height": 768})


def test_the_bar_hides_no_page_and_all_of_it_can_be_reached(opened):
    page = opened.page
    pages = page.get_by_role("navigation").get_by_role("link")
    names = ["Cases", "Compare", "Study", "Models", "Help"]
    assert [link.inner_text().split()[-1] for link in pages.all()] == names
    bar = page.locator("[class*=st-key-ctviz-bar]").bounding_box()
    last = pages.last.bounding_box()
    assert last["x"] + last["width"] <= bar["x"]
    for name in ("Case", "Model", "Explain", "Compare with"):
        box = page.get_by_role("combobox", name=name, exact=True).bounding_box()
        assert 0 <= box["y"] < 48


@pytest.mark.parametrize("zoom", [1.25, 1.5])
def test_a_zoomed_page_keeps_its_picture_and_its_words(opened, zoom):
    page = opened.page
    page.set_viewport_size({"width": round(1366 / zoom), "height": round(768 / zoom)})
    assert page.locator("[class*=st-key-ctviz-stage]").bounding_box()["y"] <= 100
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    for link in page.get_by_role("navigation").get_by_role("link").all():
        link.click(trial=True)
    for name in ("Case", "Model", "Explain", "Compare with"):
        box = page.get_by_role("combobox", name=name, exact=True)
        box.click(trial=True)
        assert box.bounding_box()["width"] >= 130
    for tool in ("tool-window", "tool-rectangle"):
        page.get_by_test_id(tool).click(trial=True)
    dock = page.locator(".st-key-ctviz-dock").bounding_box()["y"]
    picture = opened.editor.bounding_box()
    assert picture["y"] + picture["height"] <= dock
    assert picture["height"] >= 0.35 * 768 / zoom
    page.set_viewport_size({"width": 1366, "height": 768})


def test_an_estimator_is_chosen_by_its_family(opened):
    opened.page.locator(".st-key-ctviz-drawer button").click()
    opened.page.get_by_text("Grad-CAM", exact=True).click()
    opened.page.keyboard.press("Escape")
    opened.until("board.panes.some(pane => pane.id === 'grad-cam')")
    expect(opened.page).to_have_url(re.compile("estimators=[^&]*grad-cam"))


def test_the_wheel_scrolls_and_keys_jump(opened):
    before = opened.board("slice")
    opened.editor.hover()
    opened.page.mouse.wheel(0, 100)
    opened.until(f"board.slice === {before + 1}")
    opened.page.keyboard.press("Home")
    opened.until("board.slice === 0")
    opened.page.keyboard.press("End")
    opened.until("board.slice === 11")


def test_a_slice_counts_as_shown_when_its_picture_is_on_the_screen_and_not_at_the_key(opened):
    """Whoever waits for a slice and then reads the screen would read the slice before."""
    opened.page.keyboard.press("Home")
    opened.until("board.slice === 0 && board.sliceShown")
    at_the_key = opened.page.evaluate(
        """() => {
            const key = new KeyboardEvent("keydown", { key: "End", bubbles: true });
            window.ctvizBoard.element.dispatchEvent(key);
            return [window.ctvizBoard.slice, window.ctvizBoard.sliceShown];
        }"""
    )
    assert at_the_key == [11, False]
    opened.until("board.sliceShown")
    expect(opened.page.get_by_test_id("slice-text")).to_contain_text("Slice 12 / 12")


SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"


def page_scroll(reading):
    return reading.page.evaluate(f"() => {SCROLLED}")


@pytest.mark.parametrize("place", [".pane header", ".facts", ".bar"])
def test_the_wheel_scrolls_the_page_where_there_is_no_picture(opened, place):
    """Also if a picture comes beneath it: that picture turns no slice."""
    opened.page.goto(f"{opened.url}/compare?estimators=gradient,random,edges,centre,vargrad,lrp")
    opened.until("board.panes.length === 6 && board.sliceShown")
    opened.page.get_by_test_id("per-screen").select_option("2")
    before = opened.board("slice")
    opened.page.get_by_test_id("board").locator(place).last.hover(position={"x": 5, "y": 5})
    opened.page.mouse.wheel(0, 150)
    opened.page.wait_for_function(f"() => {SCROLLED} > 100")
    assert opened.board("slice") == before


def test_the_wheel_over_a_picture_leaves_the_page_where_it_is(opened):
    before, scrolled = opened.board("slice"), page_scroll(opened)
    opened.page.get_by_test_id("pane-canvas-random").hover()
    opened.page.mouse.wheel(0, 100)
    opened.until(f"board.slice === {before + 1}")
    assert page_scroll(opened) == scrolled


def test_the_board_has_its_place_before_it_is_there_and_stays_in_it(opened):
    stage = opened.page.locator("[class*=st-key-ctviz-stage]")
    opened.page.locator("[class*=st-key-ctviz-target] input").click()
    before = stage.bounding_box()
    opened.page.get_by_role("option", name="explain: without contrast").click()
    opened.page.get_by_text("not the answer").or_(
        opened.page.get_by_text("Explained: without contrast, the answer")
    ).first.wait_for()
    assert stage.bounding_box() == before
    board = opened.page.get_by_test_id("board").bounding_box()
    declared = stage.evaluate("place => Number.parseFloat(getComputedStyle(place).minHeight)")
    assert abs(board["height"] - declared) <= 1
    assert abs(board["y"] - before["y"]) <= 1


def test_many_panes_are_reached_by_scrolling_the_page_and_the_slice_stays(opened):
    names = "gradient,random,edges,centre,deconvolution,guided-backprop"
    opened.page.goto(f"{opened.url}/compare?estimators={names}")
    opened.until("board.panes.length === 6 && board.sliceShown")
    opened.page.evaluate(f"() => {{ {SCROLLED} = 300 }}")
    opened.page.wait_for_function(f"() => {SCROLLED} >= 290")
    expect(opened.page.get_by_test_id("pane-guided-backprop")).to_be_in_viewport()
    expect(opened.editor).to_be_in_viewport(ratio=0.9)


def test_as_many_maps_as_wanted_are_on_the_screen_and_one_can_have_it_all(opened):
    names = "gradient,random,edges,centre,deconvolution,guided-backprop"
    opened.page.goto(f"{opened.url}/compare?estimators={names}")
    opened.until("board.panes.length === 6 && board.sliceShown")
    opened.page.get_by_test_id("per-screen").select_option("6")
    last = opened.page.get_by_test_id("pane-guided-backprop")
    expect(last).to_be_in_viewport(ratio=0.9)
    opened.page.keyboard.press(",")
    expect(opened.page.get_by_test_id("per-screen")).to_have_value("4")
    opened.page.reload()
    opened.until("board.panes.length === 6 && board.sliceShown")
    expect(opened.page.get_by_test_id("per-screen")).to_have_value("4")

    opened.page.get_by_test_id("pane-canvas-random").hover()
    opened.page.keyboard.press("z")
    opened.drawn()
    whole = opened.page.get_by_test_id("board").bounding_box()
    opened.page.keyboard.press("ArrowRight")
    opened.drawn()
    large = opened.page.get_by_test_id("pane-edges").bounding_box()
    assert large["width"] > whole["width"] - 20
    assert large["height"] > whole["height"] - 20
    opened.page.keyboard.press("Escape")
    opened.drawn()
    assert opened.page.get_by_test_id("pane-edges").bounding_box()["width"] < whole["width"] / 2


def test_zooming_out_shows_the_air_around_the_body_and_space_goes_back(opened):
    page = opened.page
    opened.editor.hover(position={"x": 300, "y": 3})
    opened.drawn()
    first = page.get_by_test_id("reading").inner_text()
    row = int(first.split("y ")[1])
    for _ in range(4):
        page.keyboard.down("Control")
        page.mouse.wheel(0, 400)
        page.keyboard.up("Control")
    opened.until("board.zoom < 0.5")
    page.mouse.move(5, 5)
    page.keyboard.press(" ")
    opened.until("board.zoom === 1")
    opened.editor.hover(position={"x": 300, "y": 3})
    opened.drawn()
    assert int(page.get_by_test_id("reading").inner_text().split("y ")[1]) == row


def test_the_panel_beneath_the_pictures_is_remembered_and_closes_by_its_key(opened):
    page = opened.page
    page.set_viewport_size({"width": 1366, "height": 768})
    scores = page.locator(".st-key-ctviz-dock-open [data-testid=stDataFrame]")
    # The dialog that has just gone may still have the keyboard.
    page.get_by_role("button", name="Show scores").click()
    scores.wait_for()
    expect(scores).to_be_in_viewport(ratio=0.9)
    expect(opened.editor).to_be_in_viewport(ratio=1)
    page.get_by_role("radio", name="Fills", exact=True).click()
    scores.wait_for(state="detached")
    page.wait_for_function("document.cookie.includes('ctviz_dock=Fills')")
    page.reload()
    expect(page.get_by_role("radio", name="Fills", exact=True)).to_be_checked()
    opened.until("board.sliceShown")
    opened.editor.hover()
    page.keyboard.press("t")
    page.locator(".st-key-ctviz-dock-open").wait_for(state="detached")


def test_dragging_changes_the_window_and_a_key_brings_a_preset(opened):
    before = opened.board("window")
    opened.stroke([(0.5, 0.5), (0.6, 0.5)])
    assert opened.board("window")["width"] > before["width"]
    opened.page.keyboard.press("2")
    assert opened.board("window") == {"width": 1500, "level": -600}


def test_a_drawing_is_scored_and_survives_reload_and_a_killed_server(opened, server):
    opened.until("board.panes.every(p => p.shown === 'map')", 180_000)
    auroc = opened.score("gradient", "auroc")
    expect(auroc).to_contain_text(NUMBER)
    against_phantom = auroc.inner_text()
    opened.take("b", "brush")
    opened.stroke([(0.2, 0.5), (0.3, 0.5), (0.3, 0.6)])
    drawn = opened.board("drawnPixels")
    assert drawn > 0
    opened.until("board.pending.length === 0")
    expect(opened.reference).to_have_value("compare with: AB (you)")
    expect(auroc).not_to_have_text(against_phantom)

    opened.page.reload()
    opened.until(f"board.drawnPixels === {drawn}")

    server.kill()
    opened.page.get_by_test_id("tool-brush").click()
    opened.stroke([(0.7, 0.5), (0.75, 0.55)])
    more = opened.board("drawnPixels")
    assert more > drawn
    server.start()
    opened.until("board.pending.length === 0")
    opened.page.reload()
    opened.until(f"board.drawnPixels === {more}")


def test_undo_takes_a_stroke_back_and_redo_brings_it_again(opened):
    opened.page.keyboard.press("Home")
    opened.take("b", "brush")
    before = opened.board("drawnPixels")
    opened.stroke([(0.4, 0.4), (0.45, 0.45)])
    drawn = opened.board("drawnPixels")
    assert drawn > before
    opened.page.keyboard.press("Control+z")
    opened.until(f"board.drawnPixels === {before}")
    opened.page.keyboard.press("Control+y")
    opened.until(f"board.drawnPixels === {drawn}")


def test_nothing_of_the_page_is_cut_off_at_1366_pixels(opened):
    wide = opened.page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert wide


def test_a_text_file_named_dcm_is_refused_in_words(reading, tmp_path):
    bad = tmp_path / "letter.dcm"
    bad.write_text("this is no scan")
    reading.page.goto(reading.url)
    reading.page.get_by_text("Add cases", exact=True).click()
    reading.page.locator("input[type=file]").first.set_input_files(bad)
    reading.page.get_by_text("1 file left out").wait_for()


@pytest.mark.parametrize(
    "path", ["/ctviz/pixels/C-00000000/0", "/ctviz/map/" + "0" * 64], ids=["pixels", "map"]
)
def test_pixels_are_only_for_addresses_that_a_page_has_shown(reading, path):
    assert reading.page.request.get(reading.url + path).status == 403
    assert reading.page.request.get(reading.url + path + "?sign=guess").status == 403


def test_a_sentence_says_what_chance_would_show_while_the_reader_wants_to_know(opened):
    only = re.sub("estimators=[^&]*", "estimators=random", opened.page.url)
    opened.page.goto(only)
    opened.until("board.panes.length === 1 && board.panes[0].shown === 'map'", 180_000)
    chance = opened.page.get_by_test_id("pane-chance-random")
    expect(chance).to_be_hidden()
    switch = opened.page.get_by_text("Fade what chance would show", exact=True)
    switch.click()
    expect(chance).to_have_text(
        "Nothing is stronger than on 19 untrained copies of the network.", timeout=300_000
    )
    switch.click()
    expect(chance).to_be_hidden()


def test_a_view_is_taken_home_as_a_picture_a_table_and_a_link(opened, tmp_path):
    opened.until("board.panes.length >= 4 && board.panes.every(p => p.shown === 'map')", 180_000)
    page = opened.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for kind, begins in (("png", b"\x89PNG"), ("svg", b"<svg")):
        page.get_by_test_id("save-view").click()
        with page.expect_download() as saved:
            page.get_by_test_id(f"save-{kind}").click()
        assert re.fullmatch(rf"C-\w+-\d{{3}}\.{kind}", saved.value.suggested_filename)
        assert saved.value.path().read_bytes().startswith(begins)
    assert b"not for diagnosis" in saved.value.path().read_bytes()
    page.get_by_test_id("save-view").click()
    page.get_by_test_id("save-link").click()
    expect(page.get_by_test_id("save-said")).to_have_text("link copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.url
    for label, begins in (("Scores, CSV", b"case,slice,"), ("Maps, NIfTI", b"PK")):
        with page.expect_download() as saved:
            page.get_by_role("button", name=label).click()
        assert saved.value.path().read_bytes().startswith(begins)
