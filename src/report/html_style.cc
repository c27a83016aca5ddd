#include "report/html_style.h"

namespace drawdown {

std::string_view HtmlStyle() {
  return R"css(
:root {
  color-scheme: light dark;
  --ground: #ffffff; --raised: #f5f7f9; --line: #d5dbe1; --grid: #e6eaee;
  --text: #1b1f24; --muted: #57606a;
  --actual: #0b57a4; --band: #0b57a426; --limit: #1b1f24;
  --second: #8a4b00; --third: #6b3fa0; --fourth: #0a6b5e; --rest: #b9c1ca;
  --good: #116329; --warning: #7d4e00; --bad: #a40e26;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181d; --raised: #1d2329; --line: #3a434d; --grid: #29313a;
    --text: #e6eaef; --muted: #a3adb8;
    --actual: #6cb6ff; --band: #6cb6ff33; --limit: #e6eaef;
    --second: #f0a04b; --third: #c39bff; --fourth: #4fc9b4; --rest: #56616d;
    --good: #5fd38a; --warning: #f2c14e; --bad: #ff8f8f;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 72rem;
  background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Liberation Sans", sans-serif;
  overflow-wrap: break-word;
}
h1 { font-size: 1.6rem; line-height: 1.2; margin: 0; }
h2 { font-size: 1.2rem; margin: 0 0 .25rem; }
h3 { font-size: 1rem; margin: 1.75rem 0 .5rem; }
header p, .note, caption, footer, summary, .axis, .key { color: var(--muted); }
header p, .note { margin: .25rem 0 1rem; }
section { margin-top: 2.5rem; border-top: 1px solid var(--line); padding-top: 1rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); font-size: .85rem; }
.figures { display: grid; gap: .75rem; margin: 1rem 0;
  grid-template-columns: repeat(auto-fit, minmax(min(15rem, 100%), 1fr)); }
.figures div { background: var(--raised); border-left: 4px solid var(--line);
  border-radius: 4px; padding: .6rem .8rem; }
.figures dt { color: var(--muted); font-size: .85rem; }
.figures dd { margin: 0; font-size: 1.25rem; font-weight: 600;
  font-variant-numeric: tabular-nums; }
.figures dd.note { font-size: .85rem; font-weight: 400; }
.figures .good { border-color: var(--good); }
.figures .warning { border-color: var(--warning); }
.figures .bad { border-color: var(--bad); }
.badge { display: inline-block; font-size: .8rem; font-weight: 600;
  border: 1px solid currentColor; border-radius: 999px; padding: 0 .6em;
  margin-left: .4em; }
.badge.plain { color: var(--muted); } .badge.good { color: var(--good); }
.badge.warning { color: var(--warning); } .badge.bad { color: var(--bad); }
.scroll { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; font-size: .875rem; width: 100%; }
caption { text-align: left; padding-bottom: .35rem; }
th, td { text-align: left; padding: .3rem .6rem; vertical-align: top;
  border-bottom: 1px solid var(--grid); font-weight: 400; }
th:first-child { padding-left: 0; }
thead th { color: var(--muted); border-bottom-color: var(--line);
  vertical-align: bottom; }
.number { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
.word { white-space: nowrap; }
summary { cursor: pointer; font-size: .85rem; }
details summary ~ .scroll { margin-top: .25rem; }
details caption { display: none; }
figure { margin: .5rem 0 .25rem; }
figcaption { font-weight: 600; font-size: .875rem; margin-bottom: .25rem; }
.plot { position: relative; height: 13rem; margin: .5rem 0 1.6rem 3.4rem; }
.plot svg { position: absolute; width: 100%; height: 100%; overflow: visible; }
.axis { position: absolute; font-size: .75rem; line-height: 1;
  font-variant-numeric: tabular-nums; white-space: nowrap; }
.axis.y { right: 100%; margin-right: .5rem; transform: translateY(-50%); }
.axis.x { top: 100%; margin-top: .5rem; transform: translateX(-50%); }
.axis.x.first { transform: none; } .axis.x.last { transform: translateX(-100%); }
.axis.now { bottom: 100%; margin-bottom: .15rem; transform: translateX(-50%); }
.grid { stroke: var(--grid); stroke-width: 1; }
.base { stroke: var(--line); stroke-width: 1; }
.at { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 2 3; }
.line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.actual { stroke: var(--actual); } .projected { stroke: var(--actual);
  stroke-dasharray: 6 4; } .limit { stroke: var(--limit); stroke-width: 1.5; }
.what_if { stroke: var(--second); stroke-dasharray: 6 4; }
.band { fill: var(--band); stroke: none; }
.plot line, .plot polyline { vector-effect: non-scaling-stroke; }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; font-size: .8rem;
  list-style: none; padding: 0; margin: 0 0 .4rem; }
.key svg { width: 1.6rem; height: .7rem; margin-right: .4rem;
  vertical-align: -.05rem; }
.bars { display: grid; grid-template-columns: fit-content(18rem) minmax(0, 1fr) max-content;
  gap: .35rem .75rem; align-items: center; font-size: .85rem; margin: .5rem 0; }
.bar { display: contents; } .bar span { overflow-wrap: anywhere; }
.bars .value { text-align: right; font-variant-numeric: tabular-nums; }
.bars svg { width: 100%; height: 1rem; border-radius: 2px; }
.fill0 { fill: var(--actual); } .fill1 { fill: var(--second); }
.fill2 { fill: var(--third); } .fill3 { fill: var(--fourth); }
.fill4 { fill: var(--bad); } .fill5 { fill: var(--rest); }
@media (max-width: 40rem) {
  body { padding: 1rem .75rem 2rem; }
  .plot { height: 11rem; }
  .axis.x.optional { display: none; }
  .bars { display: block; }
  .bar { display: grid; grid-template-columns: minmax(0, 1fr) max-content;
    gap: .1rem .75rem; margin-bottom: .6rem; }
  .bar svg { grid-column: 1 / -1; order: 1; }
}
@media print {
  :root {
    --ground: #ffffff; --raised: #ffffff; --line: #9aa4ae; --grid: #d5dbe1;
    --text: #000000; --muted: #444c55;
    --actual: #0b57a4; --band: #0b57a426; --limit: #000000;
    --second: #8a4b00; --third: #6b3fa0; --fourth: #0a6b5e; --rest: #b9c1ca;
    --good: #116329; --warning: #7d4e00; --bad: #a40e26;
  }
  body { max-width: none; padding: 0; font-size: 10pt; }
  section { break-before: auto; }
  h2, h3, figcaption, summary { break-after: avoid; }
  figure, .figures div, tr { break-inside: avoid; }
  svg, .figures div { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  .scroll { overflow: visible; }
  details { display: none; }
}
)css";
}

}  // namespace drawdown
