"""What was done, written so that it can go into a publication, with its sources."""

from collections.abc import Iterator

from ctviz.cohort.analysis.findings import Findings
from ctviz.cohort.controls import MEAN_REGION, entrants_of, needs_others
from ctviz.cohort.plan import CohortStudy, metric_name
from ctviz.cohort.report.names import Names
from ctviz.cohort.report.numbers import count, listed
from ctviz.cohort.report.tables import fidelity_caveats
from ctviz.cohort.statistics import FEWEST
from ctviz.core import UnknownName
from ctviz.core.prior import FEWEST_OTHERS
from ctviz.estimators import ESTIMATORS
from ctviz.metrics import METRICS
from ctviz.viz.documents import Block, Heading, Paragraph, Points

STATISTICS = (
    "Brocki et al. Evaluation of importance estimators in deep learning classifiers for computed "
    "tomography. EXTRAAMAS 2022, LNAI 13283, 3-18. doi:10.1007/978-3-031-15565-9_1",
    "Efron & Tibshirani. An Introduction to the Bootstrap. Chapman & Hall, 1993",
    "Clopper & Pearson. The use of confidence or fiducial limits illustrated in the case of the "
    "binomial. Biometrika 26, 1934. doi:10.1093/biomet/26.4.404",
    "Hall. On the removal of skewness by transformation. J. R. Stat. Soc. B 54, 1992. "
    "doi:10.1111/j.2517-6161.1992.tb01876.x",
    "Zou & Donner. Construction of confidence limits about effect measures: a general approach. "
    "Stat. Med. 27, 2008. doi:10.1002/sim.3095",
    "Mogstad, Romano, Shaikh & Wilhelm. Inference for ranks. Rev. Econ. Stud. 91, 2024. "
    "doi:10.1093/restud/rdad006",
    "Goldstein & Spiegelhalter. League tables and their limitations. J. R. Stat. Soc. A 159, 1996. "
    "doi:10.2307/2983325",
    "Hall & Miller. Using the bootstrap to quantify the authority of an empirical ranking. Ann. "
    "Stat. 37, 2009. doi:10.1214/09-AOS699",
    "Friedman. The use of ranks to avoid the assumption of normality. J. Am. Stat. Assoc. 32, "
    "1937. doi:10.2307/2279372",
    "Demšar. Statistical comparisons of classifiers over multiple data sets. J. Mach. Learn. Res. "
    "7, 2006",
    "Benavoli et al. Should we really use post-hoc tests based on mean-ranks? J. Mach. Learn. Res. "
    "17, 2016",
    "Holm. A simple sequentially rejective multiple test procedure. Scand. J. Stat. 6, 1979",
    "Kendall. The treatment of ties in ranking problems. Biometrika 33, 1945. "
    "doi:10.1093/biomet/33.3.239",
)


def methods(study: CohortStudy, findings: Findings, names: Names) -> Iterator[Block]:
    """Yield the methods section and its sources."""
    yield Heading("Methods")
    for text in (
        _cohort(study, findings),
        _estimators(study, names),
        _metrics(study, findings, names),
        _corrected(study),
        _paper(findings),
        _statistics(findings),
        _agreement(findings),
    ):
        if text:
            yield Paragraph(text)
    yield Heading("Sources", level=2)
    yield Points((*STATISTICS, *_sources(study)))


def _cohort(study: CohortStudy, findings: Findings) -> str:
    subject = findings.subject
    text = (
        f"We studied {count(subject.slices, 'slice')} of {count(subject.patients, 'patient')} "
        f"({subject.cohort}) with the classifier {subject.model}; the explained class was "
        f"{_explained(study, findings)}."
    )
    if subject.annotated:
        reader = subject.reader or "one reader"
        what = f" labelled {subject.label}" if subject.label else ""
        text += f" On {count(subject.annotated, 'slice')} maps were compared with regions{what} "
        text += f"drawn by {reader}."
    known = subject.correct + subject.wrong
    if known:
        text += f" The model was right on {subject.correct} of {count(known, 'slice')}"
        text += " whose true class is known."
    if subject.failed:
        text += f" {count(subject.failed, 'slice')} could not be scored and are listed."
    return text


def _explained(study: CohortStudy, findings: Findings) -> str:
    """Return which class was explained, and on how many slices."""
    told = findings.subject.truth_explained
    others = findings.subject.slices - told
    if study.finding:
        return f"the finding {study.finding}, whether it was there or not"
    if study.target == "predicted":
        return "the class that the model predicted"
    if not others:
        return "the true class, whatever the model predicted"
    if not told:
        return "the class that the model predicted, since no true class is known to it"
    return (
        f"the true class on {count(told, 'slice')}, whatever the model predicted, and the "
        f"predicted class on {count(others, 'slice')} whose true class is not known to the model"
    )


def _estimators(study: CohortStudy, names: Names) -> str:
    controls = [
        *(name for name in study.estimators if name in ESTIMATORS and ESTIMATORS[name].control),
        *entrants_of(study)[len(study.estimators) :],
    ]
    own = [names.titles.get(name, name) for name in study.estimators if name not in controls]
    signs = " and as ".join(
        {"signed": "they are", "absolute": "absolute values"}[s] for s in study.signs
    )
    return (
        f"Importance maps were computed by {count(len(own), 'estimator')} ({listed(own)}) and by "
        f"{count(len(controls), 'control')} that know nothing of what the model learnt "
        f"({listed([names.titles.get(name, name) for name in controls])}). Maps were scored as "
        f"{signs}. Positive importance speaks for the explained class. An estimator under a sign "
        "is called an entrant."
    )


def _metrics(study: CohortStudy, findings: Findings, names: Names) -> str:
    known = {metric.key: metric for metric in findings.metrics}
    told = [
        f"{names.metric(key)}: {known[key].summary.rstrip('.')}"
        for key in study.metrics
        if key in known and not known[key].variant
    ]
    variants = [names.metric(key) for key in study.metrics if key in known and known[key].variant]
    text = f"Maps were scored by these metrics. {'. '.join(told)}."
    if variants:
        text += f" Variants show what settings do to the ranking: {listed(variants)}."
    return text


def _corrected(study: CohortStudy) -> str:
    if not needs_others(study):
        return ""
    return (
        "Agreement was corrected by where regions usually are. For each patient, the masks of the "
        "same reader and label on the cohort's other patients were brought to the slice's rows and "
        "columns as shares of the image's height and width, without registration, and averaged "
        "over each patient's slices and then over the patients. Pixels outside the region were "
        "weighted by the odds of this mean mask, one patient with the region anywhere added to the "
        "others, unless the settings say another number. Such figures need at least "
        f"{FEWEST_OTHERS} other patients. The mean mask is also an entrant, as a control."
    )


def _paper(findings: Findings) -> str:
    if not findings.accuracy:
        return ""
    curves = findings.accuracy[0]
    right = "the true class" if curves.reference == "truth" else "the model's own first answer"
    step = float(curves.shares[1] - curves.shares[0])
    return (
        f"Fidelity of the cohort follows Brocki et al. 2022: pixels are masked {step:.1%} at a "
        "time, most important first (MiF) or least important first (LiF); accuracy against "
        f"{right} is averaged over the classes ({listed(list(curves.classes))}); fidelity is the "
        "area between the LiF and the MiF curve. A class's accuracy is the mean over its patients, "
        "so that each patient counts once; intervals are as wide as the class with fewest "
        f"patients demands, and there is none where it has fewer than {FEWEST}. "
        f"{' '.join(fidelity_caveats(curves))}"
    ).strip()


def _statistics(findings: Findings) -> str:
    return (
        "Patients are the unit: scores are averaged over a patient's slices, then over patients. "
        "Intervals are 95 % intervals by Student's t, lengthened on the side to which scores are "
        "skewed (Hall 1992), with the moments that bootstrap draws of whole patients have: of "
        "means and of paired differences in closed form, of other figures by "
        f"{findings.draws} draws (seed {findings.seed}), the same for all entrants; rates of hits "
        "have the exact intervals of Clopper and Pearson, with patients as trials, and figures "
        "that are the same on every patient have intervals that allow for patients not seen. "
        "Frequencies of ranks come from the same draws; a rank's interval holds every place "
        "behind those that are clearly better and before those that are clearly worse in the "
        "paired differences, corrected for the number of rivals. Whether entrants differ at all "
        "was tested by Friedman's test with patients as blocks, followed by Nemenyi's critical "
        "difference at 5 %; pairs by the Wilcoxon signed-rank test over patients with Holm's "
        "correction for all pairs. An entrant "
        "beats a control where the interval of their paired difference lies wholly on the better "
        "side of zero. Undefined scores are counted and left out of means. Fewer than "
        f"{FEWEST} patients decide nothing."
    )


def _agreement(findings: Findings) -> str:
    if not findings.agreements:
        return ""
    return (
        "How alike two metrics rank the estimators is told by Kendall's τ-b of their means, "
        "controls left out; its interval holds every τ that the pairs allow whose order is not "
        "clear by both metrics, corrected for the number of pairs. Rankings are said to disagree "
        "where the interval of τ lies below 0.8 and at least one pair of entrants is in opposite "
        "order beyond doubt by both. The share of the image kept for Dice was chosen for each "
        "patient on the other patients (cross-validation); mean ROC curves average the rates of "
        "all slices at each threshold."
    )


def _sources(study: CohortStudy) -> Iterator[str]:
    """Yield who is to be cited for the estimators and metrics used."""
    for name in study.estimators:
        if name in ESTIMATORS:
            yield f"{ESTIMATORS[name].title}: {ESTIMATORS[name].cite}"
    if needs_others(study):
        yield f"{MEAN_REGION.title}: {MEAN_REGION.cite}"
    for name in dict.fromkeys(map(metric_name, study.metrics)):
        try:
            yield f"{METRICS[name].title}: {METRICS[name].cite}"
        except UnknownName:
            continue
