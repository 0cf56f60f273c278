"""The program `ctviz`: its commands, and what its exit codes mean.

0: done. 1: what was to be verified does not hold. 2: something the user can cure, said in one
sentence. 130: stopped by Ctrl-C.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from types import ModuleType

from ctviz.cli import (
    app,
    audit,
    cases,
    demo,
    diff,
    estimators,
    explain,
    export,
    index,
    metrics,
    model,
    models,
    pacs,
    predict,
    regions,
    sanity,
    score,
    second_opinion,
    study,
    train,
    truth,
    verify,
    whatif,
    worker,
)
from ctviz.core import CtvizError

COMMANDS = (
    demo,
    index,
    pacs,
    cases,
    models,
    model,
    estimators,
    metrics,
    regions,
    predict,
    explain,
    score,
    sanity,
    second_opinion,
    whatif,
    export,
    verify,
    study,
    truth,
    worker,
    diff,
    train,
    audit,
    app,
)
CURABLE, INTERRUPTED = 2, 130

EXAMPLES = """\
first steps:
  ctviz demo                                  make the demo cohort: eight phantoms
  ctviz app                                   look at it in a browser
  ctviz cases                                 which cases are there?
  ctviz predict C-0123abcd                    what does the model say?
  ctviz explain C-0123abcd --out maps         where did it look?
  ctviz second-opinion C-0123abcd             does Captum compute the same maps?
  ctviz whatif C-0123abcd --region heart --do cap=45   what if there were no contrast?
  ctviz score C-0123abcd --reader phantom     does that agree with the human and the model?
  ctviz export C-0123abcd --out results       take regions, maps and scores along as DICOM
  ctviz study --cohort demo --out results     which estimator to trust, over a cohort?
  ctviz truth --phantoms 20 --out truth       which one tells what the model really used?

own networks and scans:
  ctviz model add net.onnx --id ours --classes no,yes --window=40,400
  ctviz model check ours                      is it read as it was trained?
  ctviz diff ours ours-retrained              does the new network look where the old one looked?
  ctviz index /data/ct --labels labels.csv    bring in DICOM, NIfTI, pictures or zip archives
  ctviz pacs search main --name "doe*"        which studies does a PACS have?
  ctviz regions add C-0123abcd liver.seg.dcm  bring in what experts have outlined already
  ctviz explain scan.dcm --estimators gradient,smoothgrad --set smoothgrad.samples=30

CTVIZ_DATA, CTVIZ_MODELS, CTVIZ_CACHE, CTVIZ_DEVICE and CTVIZ_CLUSTER say where things are kept and
computed.
"""


def name_of(command: ModuleType) -> str:
    """Return how a command is called: as its module, with hyphens."""
    return command.__name__.rpartition(".")[2].replace("_", "-")


def parser() -> argparse.ArgumentParser:
    """Return the parser of all commands."""
    program = argparse.ArgumentParser(
        prog="ctviz",
        description="Find out which importance estimator to trust for a CT classifier.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = program.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        summary, _, rest = (command.__doc__ or "").partition("\n")
        own = commands.add_parser(
            name_of(command),
            help=summary.rstrip("."),
            description=summary,
            epilog=rest.strip("\n") or None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.add_arguments(own)
        own.set_defaults(run=command.run)
    return program


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    chosen = parser().parse_args(arguments)
    try:
        code = chosen.run(chosen)
        sys.stdout.flush()
    except CtvizError as error:
        sys.stderr.write(f"{error}\n")
        return CURABLE
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing more may be written at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code or 0
