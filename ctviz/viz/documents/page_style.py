"""The look of documents on a page, on screen and printed from there."""

from ctviz.core.theme import THEME

_INKS = f"--ink: {THEME.light.text}; --faint: {THEME.light.faint}; --accent: {THEME.light.link};"
PAGE_STYLE = (
    f":root {{ {_INKS} --line: #dfe2e6; --tint: #f3f6f9; }}\n"
    + """\
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem 1.5rem 5rem; max-width: 54rem; color: var(--ink);
  background: #fff;
  font: 15px/1.55 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, "DejaVu Sans",
  sans-serif;
}
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 {
  font-size: 1.3rem; margin: 2.8rem 0 .6rem; padding-top: .6rem; border-top: 1px solid
  var(--line);
}
h3 { font-size: 1.02rem; margin: 1.8rem 0 .4rem; }
p { margin: .6rem 0; hyphens: auto; }
li { margin: .3rem 0; }
.subtitle { color: var(--faint); margin: 0 0 1.6rem; }
.lead {
  font-size: 1rem; line-height: 1.5; background: var(--tint); border-left: 4px solid
  var(--accent); padding: .9rem 1.1rem;
}
nav { font-size: .85rem; margin: 1.6rem 0; columns: 2; }
nav a { color: var(--accent); text-decoration: none; display: block; padding: .1rem 0; }
.scroll { overflow-x: auto; margin: 1.2rem 0; }
table {
  border-collapse: collapse; font-size: .8rem; line-height: 1.35; width: 100%;
  font-variant-numeric: tabular-nums;
}
caption { text-align: left; font-weight: 600; padding-bottom: .4rem; font-size: .86rem; }
th, td { padding: .26rem .6rem .26rem 0; text-align: left; vertical-align: top; }
thead th {
  border-top: 1.5px solid var(--ink); border-bottom: 1px solid var(--ink); font-weight: 600;
  vertical-align: bottom;
}
tbody tr { border-bottom: 1px solid var(--line); }
tbody tr:last-child { border-bottom: 1.5px solid var(--ink); }
.number { text-align: right; white-space: nowrap; }
tr.faint { color: var(--faint); font-style: italic; }
.note { color: var(--faint); font-size: .8rem; }
figure { margin: 1.8rem 0; break-inside: avoid; }
figure svg { width: 100%; height: auto; display: block; }
figcaption { font-size: .8rem; color: var(--faint); line-height: 1.45; margin-top: .5rem; }
.settings td {
  font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size:
  .72rem; overflow-wrap: anywhere;
}
.settings td:first-child { width: 34%; color: var(--faint); }
@media print {
  @page { size: A4; margin: 18mm; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  h2, h3 { break-after: avoid; }
  thead { display: table-header-group; }
  tr { break-inside: avoid; }
}
"""
)
