"""What MkDocs needs to know of ctviz: a page for each module, and how docstrings show examples."""

import re
from pathlib import Path
from typing import Any

from griffe import Extension, Object
from mkdocs.structure.files import File, Files

PROJECT = Path(__file__).resolve().parents[1]
EXAMPLE = re.compile(r"(?:^>>> .*\n?(?:^(?!$|>>>).*\n?)*)+", re.M)


def on_files(files: Files, config: Any) -> Files:  # noqa: ANN401 - MkDocs types it so
    """Add a page for every module; none is written anywhere but into the site."""
    names = []
    for path in sorted((PROJECT / "ctviz").rglob("*.py")):
        parts = path.relative_to(PROJECT).with_suffix("").parts
        if parts[-1] == "__main__":
            continue
        name = ".".join(parts).removesuffix(".__init__")
        names.append(name)
        page = f"# {name}\n\n::: {name}\n"
        files.append(File.generated(config, f"reference/{name}.md", content=page))
    listed = "".join(f"- [{name}](reference/{name}.md)\n" for name in names)
    files.append(File.generated(config, "index.md", content=f"# ctviz\n\n{listed}"))
    return files


class Examples(Extension):
    """Shows the examples of docstrings as code, also outside of a section of that name."""

    def on_object(self, *, obj: Object, **_: Any) -> None:  # noqa: ANN401 - whatever griffe adds
        """Fence the examples of one docstring."""
        if obj.docstring and "Examples\n-----" not in obj.docstring.value:
            fenced = EXAMPLE.sub(
                lambda found: f"```pycon\n{found[0].rstrip()}\n```\n", obj.docstring.value
            )
            obj.docstring.value = fenced
