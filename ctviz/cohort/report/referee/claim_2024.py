"""CLAIM 2024, filled from a study: what a reader of an imaging journal asks for first."""

from ctviz.cohort.report.numbers import count, figure, listed
from ctviz.cohort.report.referee.checklist import Checklist, Item
from ctviz.cohort.report.referee.facts import StudyFacts
from ctviz.cohort.report.referee.integrity import fixed_words, leakage_words
from ctviz.models import MeasuredFigure


def _title(facts: StudyFacts) -> str:
    network = f", a {facts.card.architecture}" if facts.card else ""
    return (
        "The title names importance estimators, which explain a deep network; the network is "
        f"{facts.findings.subject.model}{network}."
    )


def _abstract(facts: StudyFacts) -> str:
    return (
        "In part: the paragraph above all others gives cohort, model and the answer by each "
        f"criterion, for {count(facts.findings.subject.patients, 'patient')}; it is no structured "
        "abstract."
    )


def _background(facts: StudyFacts) -> str:
    if facts.card is None:
        return ""
    return f"In part, from the model's card: {facts.card.task} {facts.card.intended_use}".strip()


def _objectives(facts: StudyFacts) -> str:
    claims = len(facts.findings.verdicts)
    return (
        "Which importance estimator to trust, and whether the findings of Brocki et al. 2022 hold "
        f"({count(claims, 'claim')}, each with its verdict)."
    )


def _design(facts: StudyFacts) -> str:
    if facts.phantoms:
        return "Neither: the slices are of phantoms, made for the purpose."
    return "Retrospective: scans that were there are scored."


def _goal(facts: StudyFacts) -> str:
    return (
        f"To compare {count(len(facts.findings.entrants), 'entrant')} by "
        f"{count(len(facts.study.metrics), 'metric')}. No classifier is made or licensed by it."
    )


def _sources(facts: StudyFacts) -> str:
    if facts.phantoms:
        return f"{facts.findings.subject.cohort.capitalize()}, which anybody can make with ctviz."
    return ""


def _eligibility(facts: StudyFacts) -> str:
    if facts.phantoms:
        return "Every phantom of the cohort was taken."
    if facts.study.cohort == "annotated":
        return "In part: cases on which the reader drew. How cases came to be there is not noted."
    return ""


def _preprocessing(facts: StudyFacts) -> str:
    if facts.card is None:
        return ""
    low, high = facts.card.window_limits
    rows, columns = facts.card.size
    return (
        f"Hounsfield units from {low:.0f} to {high:.0f} become 0 to 1, on a grid of {rows} × "
        f"{columns} pixels."
    ).replace("-", "−")


def _subsets(facts: StudyFacts) -> str:
    wanted = facts.study.slices_per_case
    many = f"{count(wanted, 'slice')} of each case, evenly spread" if wanted else "All slices"
    return f"{many} over those with a drawing, or over the middle half where there is none."


def _deidentified(facts: StudyFacts) -> str:
    if facts.phantoms:
        return "There is nobody to be identified."
    return (
        "Patients have pseudonyms made with a secret of the data folder. Names, numbers and dates "
        "are left behind when a scan is read. Which law is met is not answered."
    )


def _missing(facts: StudyFacts) -> str:
    undefined = sum(each.scores for each in facts.findings.undefined)
    return (
        f"{count(undefined, 'score')} without a value, counted with their reasons and left out of "
        f"means; {count(facts.findings.subject.failed, 'slice')} failed. Nothing was imputed."
    )


def _acquisition(facts: StudyFacts) -> str:
    return "None: no scanner was used." if facts.phantoms else ""


def _reference(facts: StudyFacts) -> str:
    subject = facts.findings.subject
    known = subject.correct + subject.wrong
    classes = f"The true class is known of {known} of {count(subject.slices, 'slice')}."
    if facts.anatomy:
        return f"The phantoms' own anatomy ({subject.label or 'all labels'}). {classes}"
    if subject.annotated:
        label = f", labelled {subject.label}," if subject.label else ""
        return f"Regions{label} drawn on {count(subject.annotated, 'slice')}. {classes}"
    return f"No region was drawn. {classes}"


def _rationale(facts: StudyFacts) -> str:
    return "The anatomy of a phantom is known exactly." if facts.anatomy else ""


def _annotators(facts: StudyFacts) -> str:
    if facts.anatomy:
        return "Nobody: the program that paints the phantoms."
    if facts.findings.subject.annotated:
        reader = facts.findings.subject.reader or "not named in the plan"
        return f"In part: one reader ({reader}). Qualification and training are not noted."
    return ""


def _annotating(facts: StudyFacts) -> str:
    if facts.anatomy or not facts.findings.subject.annotated:
        return ""
    return "In part: drawn in ctviz, or brought into it as masks; which of both is not noted."


def _partitions(facts: StudyFacts) -> str:
    if facts.card is None or not facts.card.data:
        return ""
    data = listed([f"{d.name} ({d.use}, {count(d.slices, 'slice')})" for d in facts.card.data])
    return f"The whole cohort is for testing. The model's card names its own data: {data}."


def _disjoint(facts: StudyFacts) -> str:
    return leakage_words(facts.leakage)


def _network(facts: StudyFacts) -> str:
    if facts.card is None:
        return ""
    settings = ", ".join(f"{name} = {value}" for name, value in facts.card.arguments.items())
    return (
        f"{facts.card.architecture}{f' ({settings})' if settings else ''}, "
        f"{count(facts.card.channels, 'input channel')} of {facts.card.size[0]} × "
        f"{facts.card.size[1]} pixels{f' ({facts.card.sees})' if facts.card.sees else ''}, "
        f"{count(facts.card.neurons, 'output neuron')} for the "
        f"classes {listed(list(facts.card.classes))}."
    )


def _software(facts: StudyFacts) -> str:
    versions = facts.environment.get("software", {})
    return ", ".join(f"{name} {version}" for name, version in versions.items())


def _training(facts: StudyFacts) -> str:
    if facts.card is None or not facts.card.training:
        return ""
    settings = ", ".join(f"{name} = {value}" for name, value in facts.card.training.items())
    return f"In part, from the model's card: {settings}."


def _ensemble(facts: StudyFacts) -> str:
    return f"None: the answers are those of one network, {facts.findings.subject.model}."


def _performance_metrics(facts: StudyFacts) -> str:
    maps = listed([facts.names.metric(key) for key in facts.study.metrics])
    measured = dict.fromkeys(m.quantity for m in facts.card.measured) if facts.card else {}
    network = f" Of the network, on its card: {listed(list(measured))}." if measured else ""
    return f"Of maps: {maps}.{network}"


def _uncertainty(facts: StudyFacts) -> str:
    return (
        f"95 % intervals over {facts.findings.draws} draws of whole patients; Friedman's test with "
        "Nemenyi's critical difference; Wilcoxon's signed-rank test with Holm's correction."
    )


def _robustness(facts: StudyFacts) -> str:
    taus = [each.ranks.tau for each in facts.findings.sensitivity if each.ranks.tau is not None]
    if not taus:
        return ""
    kinds = listed(list(dict.fromkeys(each.kind for each in facts.findings.sensitivity)))
    return (
        f"How the ranking moves with {kinds}: Kendall's τ with the usual choice is "
        f"{figure(min(taus))} to {figure(max(taus))}."
    )


def _explainability(facts: StudyFacts) -> str:
    return (
        f"The subject of the study: {listed(facts.estimators)}, held against "
        f"{listed(facts.controls)}, which know nothing of what the network learnt."
    )


def _measured(measured: MeasuredFigure) -> str:
    ends = measured.interval
    span = f" ({figure(ends[0], 3)} to {figure(ends[1], 3)})" if ends else ""
    return f"{measured.quantity} {figure(measured.value, 3)}{span} on {measured.on}"


def _internal(facts: StudyFacts) -> str:
    if facts.card is None or not facts.card.measured:
        return ""
    return f"From the model's card: {'; '.join(map(_measured, facts.card.measured))}."


def _external(facts: StudyFacts) -> str:
    if facts.phantoms:
        return "None: no real patient was studied."
    if facts.leakage is not None and (facts.leakage.seen or facts.leakage.patients):
        return "None: the model was trained on slices or patients of this cohort."
    return ""


def _registered(facts: StudyFacts) -> str:
    return fixed_words(facts.registrations)


def _included(facts: StudyFacts) -> str:
    subject = facts.findings.subject
    return (
        f"{count(subject.slices, 'slice')} of {count(subject.patients, 'patient')} were scored, "
        f"{count(subject.annotated, 'slice')} have a region, {count(subject.failed, 'slice')} "
        "failed. How many were never brought in is not noted."
    )


def _performance(facts: StudyFacts) -> str:
    subject = facts.findings.subject
    known = subject.correct + subject.wrong
    if not known:
        return ""
    return f"The model was right on {subject.correct} of {count(known, 'slice')} of known class."


def _estimates(facts: StudyFacts) -> str:
    scored = [facts.best(key) for key in facts.names.metrics if facts.leader(key)]
    if not scored:
        return ""
    return f"The best by each metric, with 95 % intervals: {'; '.join(scored)}."


def _failures(facts: StudyFacts) -> str:
    subject = facts.findings.subject
    known = f" Its card names {len(facts.card.known_failures)} kinds." if facts.card else ""
    disputed = len(facts.findings.disputed)
    return (
        f"The model was wrong on {count(subject.wrong, 'slice')}.{known} "
        f"{count(disputed, 'slice')} on which two metrics disagree most are listed."
    )


def _limitations(_: StudyFacts) -> str:
    return "The part 'What these numbers cannot say'."


def _implications(facts: StudyFacts) -> str:
    if facts.card is None or not facts.card.intended_use:
        return ""
    return f"In part, from the model's card: {facts.card.intended_use}"


def _protocol(facts: StudyFacts) -> str:
    return f"plan.toml in the study's folder, sha256 {facts.study.digest}."


def _available(facts: StudyFacts) -> str:
    version = facts.environment.get("software", {}).get("ctviz", "")
    licence = f" The weights' licence is {facts.card.licence}." if facts.card else ""
    return (
        f"In part: ctviz {version} with plan.toml gives the numbers again, and checksums are "
        f"below 'Reproduction'.{licence} Whether others may have the scans is not noted."
    ).replace("ctviz  ", "ctviz ")


CLAIM_2024 = Checklist(
    "CLAIM 2024",
    "Tejani et al. Checklist for Artificial Intelligence in Medical Imaging (CLAIM): 2024 Update. "
    "Radiol. Artif. Intell. 6(4), 2024, e240300. doi:10.1148/ryai.240300.",
    "Numbers are the checklist's, the wording is ours; fill in the official form for a journal.",
    (
        Item(1, "that the study is of AI, and of which kind", _title),
        Item(2, "a structured summary", _abstract),
        Item(3, "background, and the clinical role", _background),
        Item(4, "aims and hypotheses", _objectives),
        Item(5, "prospective or retrospective", _design),
        Item(6, "the goal of the study", _goal),
        Item(7, "where the data come from", _sources),
        Item(8, "who was included, and how chosen", _eligibility),
        Item(9, "how data were prepared", _preprocessing),
        Item(10, "how subsets were selected", _subsets),
        Item(11, "how patients were de-identified", _deidentified),
        Item(12, "how missing data were handled", _missing),
        Item(13, "how images were acquired", _acquisition),
        Item(14, "what the reference standard is", _reference),
        Item(15, "why this reference standard", _rationale),
        Item(16, "who annotated, how qualified", _annotators),
        Item(17, "how it was annotated, by which software", _annotating),
        Item(18, "how far annotators vary"),
        Item(19, "how data were parted for training and testing", _partitions),
        Item(20, "on which level the parts are disjoint", _disjoint),
        Item(21, "the intended sample size"),
        Item(22, "the model, in full", _network),
        Item(23, "software with versions", _software),
        Item(24, "how parameters were initialised"),
        Item(25, "how the model was trained", _training),
        Item(26, "how the final model was selected"),
        Item(27, "how models were combined", _ensemble),
        Item(28, "how performance is measured", _performance_metrics),
        Item(29, "how uncertain the figures are", _uncertainty),
        Item(30, "robustness or sensitivity", _robustness),
        Item(31, "explanations, and how they were validated", _explainability),
        Item(32, "testing on internal data", _internal),
        Item(33, "testing on external data", _external),
        Item(34, "registration", _registered),
        Item(35, "how many were included and excluded", _included),
        Item(36, "who the patients are, in each part"),
        Item(37, "the model's performance", _performance),
        Item(38, "estimates with their precision", _estimates),
        Item(39, "an analysis of failures", _failures),
        Item(40, "limitations", _limitations),
        Item(41, "what follows for practice", _implications),
        Item(42, "where the full protocol is", _protocol),
        Item(43, "whether software, model and data are available", _available),
        Item(44, "who paid"),
    ),
)
