/** The look of the report: colours of either scheme with a contrast of 4.5 and more, one column on phones, paper in mind. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --quiet: #56606e; --page: #ffffff; --box: #f4f6f8; --line: #d3d9e0;
  --good: #146c2e; --bad: #a61b1b; --warn: #8a4b00; --note: #1d5a96; --good-box: #e6f4ea; --bad-box: #fdeaea; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eaf0; --quiet: #a9b4c2; --page: #12161c; --box: #1b222b; --line: #36404d;
    --good: #6fd08c; --bad: #ff9d94; --warn: #f0b35e; --note: #8ec1f5; --good-box: #14281b; --bad-box: #331a1a; } }
@media print { :root { color-scheme: light; --ink: #000; --quiet: #444; --page: #fff; --box: #fff; --line: #bbb;
    --good: #146c2e; --bad: #a61b1b; --warn: #8a4b00; --note: #1d5a96; --good-box: #fff; --bad-box: #fff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 68rem; background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif; overflow-wrap: break-word; }
h1 { margin: 0 0 .5rem; font-size: 1.9rem; line-height: 1.2; }
h2 { margin: 2.5rem 0 .75rem; font-size: 1.35rem; }
h3 { margin: 1.75rem 0 .5rem; font-size: 1.1rem; }
h4 { margin: 0; font-size: 1rem; }
p { margin: .25rem 0; }
a { color: var(--note); }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--note); outline-offset: 2px; }
small, .why, .kind, footer { color: var(--quiet); }
small { font-size: .85em; font-weight: 400; }
.kind { margin: 0; letter-spacing: .06em; text-transform: uppercase; font-size: .8rem; }
code { font: .85em ui-monospace, "Cascadia Mono", Menlo, monospace; }
.facts { display: flex; flex-wrap: wrap; gap: .5rem 2rem; margin: .75rem 0; }
.facts dt { color: var(--quiet); font-size: .85rem; }
.facts dd { margin: 0; }
.verdict, .overridden { padding: 1rem 1.25rem; border-left: .4rem solid; border-radius: .3rem; margin-top: 1.5rem; }
.verdict h2, .overridden h2 { margin: 0; }
.ready { border-color: var(--good); background: var(--good-box); }
.blocked { border-color: var(--bad); background: var(--bad-box); }
.overridden { border-color: var(--warn); background: var(--box); }
.counts { display: flex; flex-wrap: wrap; gap: .35rem 1.25rem; list-style: none; padding: 0; margin: .5rem 0 0; }
.badge { white-space: nowrap; font-weight: 600; }
.verified { color: var(--good); } .contradicted { color: var(--bad); } .open, .stale { color: var(--warn); }
.declared { color: var(--note); } .not-applicable { color: var(--quiet); }
table { width: 100%; border-collapse: collapse; }
th, td { padding: .5rem .75rem .5rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
th { color: var(--quiet); font-size: .85rem; font-weight: 600; }
.sides, .answers { display: grid; gap: .75rem 2rem; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); }
.sides > div, article { background: var(--box); border: 1px solid var(--line); border-radius: .4rem; padding: 1rem 1.25rem; }
.sides h3 { margin: 0; }
article { margin: .75rem 0; break-inside: avoid; }
article.gap { border-left: .35rem solid var(--warn); }
.id { font: .85em ui-monospace, "Cascadia Mono", Menlo, monospace; margin-right: .35rem; }
.answers { margin-top: .75rem; }
.next { color: var(--ink); font-weight: 600; }
details { margin-top: .35rem; } summary { cursor: pointer; color: var(--note); }
details ul { margin: .35rem 0 0; padding-left: 1.25rem; font-size: .9rem; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .75rem; font-size: .85rem; }
@media (max-width: 44rem) {
  body { padding: 1rem; } h1 { font-size: 1.5rem; }
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table, tbody, tr, td { display: block; } tr { border-bottom: 2px solid var(--line); padding: .5rem 0; }
  td { border: 0; padding: .2rem 0; } td::before { content: attr(data-label) ": "; color: var(--quiet); } }
@media print { body { padding: 0; max-width: none; font-size: 10pt; } a { color: inherit; text-decoration: none; }
  thead { display: table-header-group; } tr, article, .sides > div { break-inside: avoid; } h2, h3 { break-after: avoid; } }
@page { size: A4; margin: 16mm; }
`;
