"""Out of a PACS and back into it: what comes back is what was sent, by whichever way it went."""

import json

import highdicom as hd
import numpy as np
import pydicom
import pytest

from ctviz.backend import Backend
from ctviz.core import Progress, Region, Settings
from ctviz.io.pacs import PacsServer, PartShelf, fetch, open_door
from tests.io.out.judges import run
from tests.io.pacs.conftest import scan
from tests.orthanc import PASSWORD, USER

__all__ = ["scan"]

VARIABLE = "CTVIZ_TESTS_ORTHANC"
MASK = np.zeros((32, 40), bool)
MASK[8:20, 10:25] = True
MASK[12:15, 14:18] = False


@pytest.fixture(params=["web", "dimse"])
def server(request, environment, orthanc, scan, monkeypatch) -> PacsServer:
    monkeypatch.setenv(VARIABLE, PASSWORD)
    orthanc.empty()
    orthanc.fill(scan)
    if request.param == "web":
        how = f'url = "{orthanc.dicomweb}"\nuser = "{USER}"\npassword_env = "{VARIABLE}"'
    else:
        how = f'ae_title = "ORTHANC"\nhost = "127.0.0.1"\nport = {orthanc.dicom_port}'
    path = environment / "pacs.toml"
    path.write_text(f'[servers.pacs]\n{how}\nuse = ["images", "results"]\n')
    monkeypatch.setenv("CTVIZ_PACS", str(path))
    from ctviz.io.pacs import read_servers

    return read_servers(path)["pacs"]


def all_of(server: PacsServer, study: str, folder):
    """Return everything that the server has of a study, by modality."""
    found = {}
    shelf = PartShelf(folder)
    with open_door(server) as door:
        for series in door.series(study):
            with shelf.room(server, series) as parts:
                fetch(door, series, parts, 10**8, Progress())
                found[series.modality] = parts.files
    return found


@pytest.mark.parametrize("linked", [True, False], ids=["the patient's study", "anonymous"])
def test_what_comes_back_is_what_was_sent(ctviz, server, scan, tmp_path, linked):
    header = pydicom.dcmread(next(scan.iterdir()))
    choice = ["--results-may-go-back"] if linked else []
    done = ctviz(
        "pacs", "fetch", "pacs", header.StudyInstanceUID, header.SeriesInstanceUID,
        "--format", "json", *choice,
    )  # fmt: skip
    assert done.code == 0, done.err
    (row,) = json.loads(done.out)
    backend = Backend(Settings.from_environment())
    try:
        backend.store.append_region(Region(row["case"], 4, "AB", "heart", MASK))
    finally:
        backend.close()
    out = tmp_path / "out"
    done = ctviz(
        "export", row["case"], "--as", "seg,pm,sr", "--estimators", "gradient", "--slice", 4,
        "--metrics", "dice,fidelity", "--out", out, "--send", "pacs",
    )  # fmt: skip
    assert done.code == 0, done.err
    sent = {path.name.split("-")[0]: path for path in out.glob("*.dcm")}
    study = pydicom.dcmread(sent["seg"]).StudyInstanceUID
    assert (study == header.StudyInstanceUID) == linked
    came = all_of(server, study, tmp_path / "came")
    assert len(came["CT"]) == 12
    (seg,), (pm,), (sr,) = came["SEG"], came["OT"], came["SR"]

    # By highdicom: identical masks and float pixels.
    masks = hd.seg.segread(seg).get_pixels_by_source_instance(
        [pydicom.dcmread(sent["seg"]).PerFrameFunctionalGroupsSequence[0]
         .DerivationImageSequence[0].SourceImageSequence[0].ReferencedSOPInstanceUID],
        segment_numbers=[1],
    )  # fmt: skip
    np.testing.assert_array_equal(masks[0, :, :, 0], MASK)
    assert pydicom.dcmread(pm).FloatPixelData == pydicom.dcmread(sent["pm"]).FloatPixelData

    # By ctviz: every number, the map's pixels and the mask hold.
    for path in (sr, pm, seg):
        done = ctviz("verify", path)
        assert done.code == 0, (path, done.out, done.err)
    done = ctviz("regions", "add", row["case"], seg, "--reader", "Back again")
    assert done.code == 0, done.err
    backend = Backend(Settings.from_environment())
    try:
        (region,) = backend.store.regions(row["case"], "Back again")
    finally:
        backend.close()
    np.testing.assert_array_equal(region.mask, MASK)

    # By dcmqi.
    for program, path in (("segimage2itkimage", seg), ("paramap2itkimage", pm)):
        folder = tmp_path / program
        folder.mkdir()
        done = run(program, "--inputDICOM", path, "--outputDirectory", folder)
        assert done.returncode == 0, done.stdout + done.stderr
    done = run(
        "tid1500reader", "--inputDICOM", sr, "--outputMetadata", tmp_path / "report.json"
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
