"""The Backend: the one door to cases, models, maps and scores."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeAlias, TypeVar

import torch

from ctviz.backend.cases.catalogue import Cases
from ctviz.backend.cases.demo import Demo
from ctviz.backend.cases.intake import Imported
from ctviz.backend.cases.outlines import BroughtOutlines, WantedOutlines
from ctviz.backend.cases.spool import Spool
from ctviz.backend.jobs.job import Job
from ctviz.backend.jobs.single_flight import SingleFlight
from ctviz.backend.jobs.worker import Urgency, Worker
from ctviz.backend.models import Models
from ctviz.backend.pacs import Pacs
from ctviz.backend.question import Question
from ctviz.backend.stored.cache import Cache
from ctviz.backend.tasks.behaviour import Behaviour
from ctviz.backend.tasks.edits import PLACES, SEED, Edits, Probabilities
from ctviz.backend.tasks.error_bars import ErrorBarring, ErrorBars
from ctviz.backend.tasks.evaluate import AgreementScores, Evaluation, FidelityScores
from ctviz.backend.tasks.explain import Explainer
from ctviz.backend.tasks.one_core import OneCore, OneCorePacing
from ctviz.backend.tasks.predict import Predictor
from ctviz.backend.tasks.priors import Priors
from ctviz.backend.tasks.region_maps import RegionMaps
from ctviz.backend.tasks.sanity import Sanity, SanityChecks
from ctviz.backend.tasks.scoring import Scorer, Scoring
from ctviz.backend.tasks.second_opinion import SecondOpinions
from ctviz.backend.tasks.speed import Estimate, Pacing
from ctviz.backend.tasks.strangeness import Strangeness
from ctviz.core import (
    Case,
    CtvizError,
    FloatMap,
    ImportanceMap,
    Mask,
    Prediction,
    Prior,
    Settings,
    Sign,
    Slice,
)
from ctviz.core.experiment import Edit
from ctviz.estimators import Estimator
from ctviz.estimators.second_opinion import SecondOpinion
from ctviz.io.out.link import Links
from ctviz.metrics import FidelityMetric, Metric
from ctviz.models import Classifier, ModelCard, ModelShelf
from ctviz.store import CaseEntry, Store

T = TypeVar("T")

MapPart: TypeAlias = Literal["values", "stronger", "half-width"]
"""What may be fetched of a map or of its error bars."""

PROCESSORS = 2
ASIDE = 8
"""So many maps may be half done while shorter ones of other readers are computed."""
IMPORTS = 3
"""So many are brought in at a time, each by a process of its own."""


def _one_thread() -> None:
    """Let torch compute on one thread, as several may add up in another order each time."""
    torch.set_num_threads(1)


class Backend:
    """Computes each thing once, for all threads of a process and all processes of a cache.

    Whatever takes time is a `Job`: there at once if it was computed before, shared if somebody
    else asked for the same, queued for the device otherwise; it tells its progress and can be
    cancelled. What an interactive reader asks for goes before what is done in the background.

    Parameters
    ----------
    settings
        The folders and the device.
    steady
        Whether the same machine is to compute the same maps bit by bit, in this process or in
        others: batches keep their usual size and torch computes on one thread, from now on in the
        whole process. By default batches are of the size that was measured to be quickest.
    """

    def __init__(self, settings: Settings, *, steady: bool = False) -> None:
        self._settings = settings
        # What may be refused comes first: nothing else has been started then.
        self._models = Models(settings)
        self._cache = Cache(settings.cache)
        self._files = Worker("files", IMPORTS, share=IMPORTS - 1)
        try:
            self._cases = Cases(
                settings.data, self._files, (settings.cache,), forget=self._cache.clear
            )
        except CtvizError:
            self._files.close()
            raise
        self._spool = Spool(
            settings.data / "uploads",
            reader_mb=settings.upload_mb,
            together_mb=settings.uploads_mb,
        )
        self._pacs = Pacs(settings, self._cases, self._spool)
        self._device = Worker(
            "device", aside=ASIDE, prepare=_one_thread if steady else lambda: None
        )
        self._processor = Worker("processor", PROCESSORS)
        self._predictor = Predictor(self._models, self._cases, self._cache, self._device)
        self._pacing = Pacing(self._models, self._cache, self._device, steady=steady)
        self._one_core = OneCorePacing(self._models, self._cache, self._device)
        self._explainer = Explainer(self._models, self._cache, self._device, self._pacing)
        self._region_maps = RegionMaps(self._models, self._cache, self._processor)
        self._agreement = AgreementScores(self._region_maps, self._processor)
        self._priors = Priors(self._cases.store, self._models)
        self._fidelity = FidelityScores(self._models, self._cache, self._device)
        self._behaviour = Behaviour(self._models, self._cache, self._device)
        self._strangeness = Strangeness(self._models, self._cache, self._device)
        self._error_bars = ErrorBarring(self._models, self._cache, self._device)
        self._edits = Edits(self._models, self._cache, self._processor, self._device)
        self._sanity = SanityChecks(self._models, self._cache, self._device)
        self._second_opinions = SecondOpinions(self._models, self._cache, self._device)
        self._made: SingleFlight[Any] = SingleFlight(self._processor)

    def close(self) -> None:
        """Cancel what is under way and close the database."""
        for flights in (self._explainer, self._fidelity, self._agreement, self._region_maps):
            flights.close()
        self._made.close()
        self._behaviour.close()
        self._strangeness.close()
        self._error_bars.close()
        self._edits.close()
        self._sanity.close()
        self._second_opinions.close()
        self._pacing.close()
        self._one_core.close()
        self._predictor.close()
        self._cases.close_imports()
        self._pacs.close()
        for worker in (self._device, self._processor, self._files):
            worker.close()
        self._spool.close()
        self._cases.store.close()

    @property
    def settings(self) -> Settings:
        """The folders and the device."""
        return self._settings

    @property
    def device(self) -> str:
        """Torch's name of the device that computes."""
        return self._models.device

    @property
    def store(self) -> Store:
        """Where Regions, predictions and scores are remembered."""
        return self._cases.store

    @property
    def links(self) -> Links:
        """Whose cases those are whose results may go back."""
        return self._cases.links

    @property
    def pacs(self) -> Pacs:
        """The servers from which series are fetched and to which results are sent."""
        return self._pacs

    @property
    def spool(self) -> Spool:
        """Where files are on their way in from a browser."""
        return self._spool

    def models(self) -> ModelShelf:
        """Return the model cards by id; ``.refused`` says which folders are no model and why."""
        return self._models.shelf()

    def classifier(self, model_id: str) -> Classifier:
        """Return a model ready to compute, loading it if it is needed for the first time."""
        return self._models.classifier(model_id)

    def twin_cards(self, model_id: str) -> tuple[ModelCard, ...]:
        """Return the cards of a model's twins, networks trained alike; there may be none."""
        return self._models.twin_cards(model_id)

    def cases(self) -> list[CaseEntry]:
        """Return the list of cases, in the order in which they were added."""
        return self.store.cases()

    def case(self, case_id: str) -> Case:
        """Return a case; its pixels are read when a slice is asked for."""
        return self._cases.open(case_id)

    def import_path(
        self, path: Path | str, *, owner: str = "", may_go_back: bool = False
    ) -> Job[Imported]:
        """Bring in a file, a folder or a zip archive; bringing it again changes nothing.

        Owners take turns: one who brings much does not hold up the others.

        Parameters
        ----------
        may_go_back
            Whether results may go back to the patient's own study: see `links`.
        """
        return self._cases.import_path(Path(path), owner, may_go_back=may_go_back)

    def import_labelled(self, folder: Path | str, labels: Path | str) -> Job[Imported]:
        """Bring in the files of a folder that a CSV table names, each with its true class.

        The table has the columns ``file`` and ``truth`` (a class) or ``contrast`` (0 or 1).
        """
        return self._cases.import_labelled(Path(folder), Path(labels))

    def give_truths(self, truths: Mapping[str, str], who: str) -> dict[str, str]:
        """Let cases have other true classes from now on; see `Store.give_truths`."""
        return self._cases.give_truths(truths, who)

    def load_case(self, path: Path | str) -> Case:
        """Return the only case of a path without keeping it; pseudonyms are those of the list."""
        return self._cases.load(path)

    def import_uploads(
        self, files: Sequence[tuple[str, bytes]], *, owner: str = ""
    ) -> Job[Imported]:
        """Bring in files by name and content, as a browser sends them; archives are unpacked."""
        return self._cases.import_uploads(files, owner)

    def import_spooled(
        self, folder: Path, *, owner: str = "", may_go_back: bool = False
    ) -> Job[Imported]:
        """Bring in a batch of the spool, as a browser has sent it; archives are unpacked."""
        return self._cases.import_spooled(folder, owner, may_go_back=may_go_back)

    def read_outlines(self, wanted: WantedOutlines, *, owner: str = "") -> Job[BroughtOutlines]:
        """Read what files and folders of outlines hold for a case; nothing of it is kept.

        Its `regions` are what the store would append.
        """
        return self._cases.read_outlines(wanted, owner)

    def import_demo(self, demo: Demo | None = None) -> Job[Imported]:
        """Bring in the demo cohort with its known anatomy; quick if it is there already."""
        wanted = demo or Demo(self._settings.data / "demo")
        return self._cases.make(repr(wanted), lambda progress: wanted.bring(self._cases, progress))

    def predict(
        self, image: Slice, model_id: str, *, urgency: Urgency = "interactive"
    ) -> Job[Prediction]:
        """Return the model's answer for a slice."""
        return self._predictor.predict(image, model_id, urgency)

    def predict_case(
        self, case_id: str, model_id: str, slice_index: int | None = None
    ) -> Job[Prediction]:
        """Return the model's answer for a case's slice (the middle one), in the background.

        The answer is remembered with the case.
        """
        index = self.store.case(case_id).middle if slice_index is None else slice_index
        return self._predictor.predict_case(case_id, model_id, index, "background")

    def strangeness(
        self, image: Slice, model_id: str, urgency: Urgency = "interactive"
    ) -> Job[float | None]:
        """Return the Job of how unlike a model's training a slice is; see `Familiarity`."""
        return self._strangeness.ask(image, model_id, urgency)

    def case_predictions(
        self, model_id: str, entries: Iterable[CaseEntry] | None = None
    ) -> dict[str, Prediction]:
        """Return what is known of every case's middle slice, by case.

        The answers that are missing are computed in the background, for the next time.

        Parameters
        ----------
        entries
            The cases that count, by default all that are listed.
        """
        known = self._predictor.known(model_id)
        counted = self.cases() if entries is None else entries
        places = [(entry.id, entry.middle) for entry in counted]
        missing = [place for place in places if place not in known]
        if missing:
            self._predictor.begin(model_id, missing)
        return {place[0]: known[place] for place in places if place in known}

    def unclassified(self, model_id: str, case_ids: Iterable[str]) -> int:
        """Return of how many of these cases `case_predictions` knows nothing; computes nothing."""
        return self._predictor.missing(model_id, case_ids)

    def explain(
        self,
        question: Question,
        estimators: Sequence[Estimator],
        *,
        urgency: Urgency = "interactive",
    ) -> list[Job[ImportanceMap]]:
        """Return a Job for each estimator, in their order.

        Maps that are missing are computed together, so that they share their gradients; each is
        ready as soon as it is known. A refused estimator fails its own Job only.
        """
        return self._explainer.explain(question, estimators, urgency)

    def knows_map(self, question: Question, estimator: Estimator) -> bool:
        """Whether a map was computed before, so that `explain` costs no time."""
        return self._explainer.knows(question, estimator)

    def estimate(self, model_id: str, estimators: Sequence[Estimator]) -> Estimate | None:
        """Return what a set of estimators will cost together on this machine, cached or not.

        None until the model's speed was measured, which happens in the background from now on.
        """
        measured = self._pacing.known(model_id)
        return None if measured is None else measured.estimate(estimators)

    def one_core(self, model_id: str) -> OneCore | None:
        """Return what a pass of a model costs on one core, as a study's processes compute.

        None until it was measured, which happens in the background from now on.
        """
        return self._one_core.known(model_id)

    def region_map(
        self,
        question: Question,
        importance: ImportanceMap,
        sign: Sign = "signed",
        *,
        urgency: Urgency = "interactive",
    ) -> Job[FloatMap]:
        """Return XRAI's ranking of the slice's regions by a map's importance, (H, W)."""
        return self._region_maps.ask(question, importance, sign, urgency)

    def prior(
        self, case_id: str, reader: str, label: str = "", *, among: Iterable[str] | None = None
    ) -> Prior:
        """Return where other patients than a case's own have a reader's region, on its grid.

        Parameters
        ----------
        label
            Of the regions; empty takes all.
        among
            The cases that count, by default all there are.
        """
        return self._priors.of_others(case_id, reader, label, among)

    def mean_mask(self, question: Question, prior: Prior) -> ImportanceMap:
        """Return the mean mask of other patients as a map: the control that knows only places."""
        return self._priors.control(question, prior)

    def map_values(self, key: str, part: MapPart = "values") -> FloatMap | None:
        """Return a map's numbers (H, W) by its Job's key, if they are kept.

        Parameters
        ----------
        part
            ``values`` of a map or region map; of error bars ``stronger``, 1 where a map is stronger
            than chance and 0 elsewhere, or ``half-width`` of the interval.
        """
        arrays = self._cache.get(key)
        return None if arrays is None else arrays.get(part)

    def score(self, scoring: Scoring, metric: Metric) -> list[Job[Evaluation]]:
        """Return a metric's answer for each map, in their order; the metric is of any kind."""
        scorer = Scorer(scoring, self._agreement, self._fidelity, self._behaviour)
        return metric.evaluated_by(scorer)

    def evaluate(  # noqa: PLR0913 - each kind of metric needs something of its own
        self,
        question: Question,
        importance: ImportanceMap,
        metric: Metric,
        *,
        sign: Sign,
        mask: Mask | None = None,
        prior: Prior | None = None,
        estimator: Estimator | None = None,
        curves: bool = True,
    ) -> Job[Evaluation]:
        """Return a metric's answer for one map, read with its sign or without.

        Parameters
        ----------
        question
            What the map explains.
        importance
            The map, as `explain` gives it.
        metric
            Of any kind.
        sign
            How the map is read.
        mask
            The drawing (H, W), which agreement needs; without it the score is undefined.
        prior
            Where other patients have the region, which corrected agreement needs too.
        estimator
            What made the map, which metrics of behaviour need: they ask it again.
        curves
            Whether the curves of agreement are wanted; the score alone is quicker.
        """
        scoring = Scoring(
            question,
            [importance],
            sign,
            mask,
            prior=prior,
            estimators=() if estimator is None else [estimator],
            curves=curves,
        )
        return self.score(scoring, metric)[0]

    def fidelity(
        self,
        question: Question,
        maps: Sequence[ImportanceMap],
        metric: FidelityMetric,
        *,
        sign: Sign,
        urgency: Urgency = "interactive",
    ) -> list[Job[Evaluation]]:
        """Return a fidelity metric's answer for each map; together they need fewer passes."""
        return self.score(Scoring(question, maps, sign, urgency=urgency), metric)

    def make(self, name: str, compute: Callable[[], T]) -> Job[T]:
        """Return what is made on the spot beside the device, e.g. a phantom; nothing is kept.

        Making the same, by its name, twice at a time is shared.
        """
        return self._made.ask(name, lambda _: compute())

    def sanity(
        self, model_id: str, estimator: Estimator, *, urgency: Urgency = "background"
    ) -> Job[Sanity]:
        """Return whether an estimator notices that a model has forgotten what it learnt.

        Checked on the model's own reference images; kept on disk.
        """
        return self._sanity.ask(model_id, estimator, urgency)

    def known_sanity(self, model_id: str, estimator: Estimator) -> Sanity | None:
        """Return what `sanity` has found before, or None; computes nothing."""
        return self._sanity.known(model_id, estimator)

    def error_bars(
        self, question: Question, estimator: Estimator, *, urgency: Urgency = "background"
    ) -> Job[ErrorBars]:
        """Return where a map is stronger than chance, and its intervals over seeds and twins.

        It takes some two dozen maps; kept on disk.
        """
        return self._error_bars.ask(question, estimator, urgency)

    def edited(self, image: Slice, edit: Edit, *, urgency: Urgency = "interactive") -> Job[Slice]:
        """Return a slice as an edit leaves it; it can be asked about like any other."""
        return self._edits.edited(image, edit, urgency)

    def elsewhere(
        self,
        question: Question,
        edited: Slice,
        *,
        places: int = PLACES,
        seed: int = SEED,
        urgency: Urgency = "interactive",
    ) -> Job[Probabilities]:
        """Return the answers (N, K) with the same change at N other places of the body.

        Parameters
        ----------
        question
            The slice as it was, and the model.
        edited
            As the edit leaves it.
        """
        return self._edits.elsewhere(question, edited, places, seed, urgency)

    def second_opinion(
        self, question: Question, estimator: Estimator, *, urgency: Urgency = "interactive"
    ) -> Job[SecondOpinion]:
        """Return how far the map that Captum computes is from ours."""
        return self._second_opinions.ask(question, estimator, urgency)
