import { isGap } from '../line.ts';
import type { CheckLine, Evidence, Question, Status } from '../question.ts';
import { findingsOf } from './findings.ts';
import { type Content, html, Markup } from './markup.ts';
import type { ReportModel } from './model.ts';
import { SEAL_PLACE, sealed } from './seal.ts';
import { STYLE } from './style.ts';
import { timeIn } from './time.ts';
import { WORDS, type Words } from './words.ts';

/** The report as one HTML file that needs nothing else: for screens of any size, light or dark, and for paper. */
export function reportHtml(model: ReportModel): string {
  const words = WORDS[model.language];
  const { report } = model;
  const page = html`<!doctype html>
<html lang="${model.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${words.title}: ${report.integration} (${report.environment})</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header>
<p class="kind">${words.title}</p>
<h1>${model.systems[0]?.title ?? ''} <span aria-hidden="true">↔</span> ${model.systems[1]?.title ?? ''}</h1>
<p>${model.purpose}</p>
<dl class="facts">
${fact(words.environment, report.environment)}${fact(words.checked, timeIn(model.language, report.at))}${fact(words.by, model.version)}
</dl>
</header>
<main>
${verdict(model, words)}
${overridden(model, words)}
${openPoints(model, words)}
${systems(model, words)}
${checkList(model, words)}
</main>
<footer>
<p>${words.seal}: <code>${SEAL_PLACE}</code></p>
<p>${words.sealHow}</p>
</footer>
</body>
</html>
`;
  return sealed(page.html);
}

const fact = (name: string, value: Content): Markup => html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`;

const SIGNS: Record<Status, string> = {
  verified: '✓',
  declared: '·',
  open: '?',
  contradicted: '✗',
  stale: '~',
  'not-applicable': '–',
};

const badge = (status: Status, words: Words): Markup =>
  html`<span class="badge ${status}"><span aria-hidden="true">${SIGNS[status]}</span> ${words.status[status]}</span>`;

function verdict({ report }: ReportModel, words: Words): Markup {
  const blocking = report.lines.filter((line) => line.blocking).length;
  const said = report.ready ? words.ready(report.environment) : words.notReady(report.environment, blocking);
  const later =
    report.openForProduction === 0 ? null : html`<p>${words.laterForProduction(report.openForProduction)}</p>`;
  const counts = Object.entries(report.counts).flatMap(([status, count]) =>
    count === 0 || !isStatus(status) ? [] : [html`<li>${count} ${badge(status, words)}</li>`],
  );
  return html`<section class="verdict ${report.ready ? 'ready' : 'blocked'}" aria-labelledby="verdict">
<h2 id="verdict">${words.verdict}: ${said}</h2>
${later}<ul class="counts">${counts}</ul>
</section>`;
}

const isStatus = (text: string): text is Status => Object.hasOwn(SIGNS, text);

function overridden(model: ReportModel, words: Words): Content {
  if (model.overridden.length === 0) return null;
  const items = model.overridden.map(
    ({ question, system, reason, at }) =>
      html`<li><b>${question}</b>${system === null ? null : ` (${system})`} ${words.overriddenBy(timeIn(model.language, at), reason)}</li>`,
  );
  return html`<section class="overridden" aria-labelledby="overridden"><h2 id="overridden">${words.overridden}</h2><ul>${items}</ul></section>`;
}

function openPoints(model: ReportModel, words: Words): Markup {
  const rows = model.openPoints.map(
    ({ line, question, who }) => html`<tr>
<td data-label="${words.question}"><a href="#${question.id}">${textOf(question, model)}</a> ${systemOf(line)}</td>
<td data-label="${words.state}">${badge(line.status, words)}</td>
<td data-label="${words.stops}">${words.blocks[line.blocks]}</td>
<td data-label="${words.todo}">${words.said(line.next ?? line.says)}</td>
<td data-label="${words.who}">${words.person[question.ask]}${who === null ? null : html`<br>${who}`}</td>
</tr>\n`,
  );
  const heads = [words.question, words.state, words.stops, words.todo, words.who];
  const list =
    rows.length === 0
      ? html`<p>${words.noOpenPoints}</p>`
      : html`<table><thead><tr>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table>`;
  return html`<section aria-labelledby="open"><h2 id="open">${words.openPoints}</h2>${list}</section>`;
}

function systems(model: ReportModel, words: Words): Markup {
  const sides = model.systems.map(
    (system) => html`<div><h3>${system.title} <small>${system.name}</small></h3><dl class="facts">
${fact(words.connector, system.connector)}${fact(words.protocol, system.protocol)}${fact(words.address, system.address)}${fact(words.contact, system.contact ?? words.nobody)}</dl></div>\n`,
  );
  return html`<section aria-labelledby="systems"><h2 id="systems">${words.systems}</h2><div class="sides">${sides}</div></section>`;
}

function checkList(model: ReportModel, words: Words): Markup {
  const themes = model.themes.map(
    ({
      theme,
      questions,
    }) => html`<section aria-labelledby="theme-${theme}"><h3 id="theme-${theme}">${words.theme[theme]}</h3>
${questions.map(({ question, lines }) => questionBox(model, question, lines, words))}</section>\n`,
  );
  return html`<section aria-labelledby="list"><h2 id="list">${words.checkList}</h2>${themes}</section>`;
}

function questionBox(model: ReportModel, question: Question, lines: readonly CheckLine[], words: Words): Markup {
  const isSound = lines.every((line) => !isGap(line.status));
  return html`<article class="${isSound ? 'sound' : 'gap'}" id="${question.id}">
<h4>${textOf(question, model)}</h4>
<p class="why"><span class="id">${question.id}</span> ${model.language === 'de' ? question.german.why : question.why}</p>
<div class="answers">${lines.map((line) => answer(line, model, words))}</div>
</article>\n`;
}

function answer(line: CheckLine, { report, language }: ReportModel, words: Words): Markup {
  const next = line.next === null ? null : html`<p class="next">→ ${words.said(line.next)}</p>`;
  const seen = line.evidence.map((one) => evidence(one, report.systems[one.side], language, words));
  const fold =
    seen.length === 0
      ? null
      : html`<details><summary>${words.evidence(seen.length)}</summary><ul>${seen}</ul></details>`;
  return html`<div class="answer"><p>${badge(line.status, words)} <b>${line.system ?? words.both}</b></p><p>${words.said(line.says)}</p>${next}${findings(line, report, words)}${fold}</div>`;
}

function findings(line: CheckLine, report: ReportModel['report'], words: Words): Content {
  const found = findingsOf(line, report);
  if (found.length === 0) return null;
  const items = found.map(({ system, place, text, next }) => {
    const where = place === null ? null : html` <code>${place}</code>`;
    return html`<li>${system}${where}: ${text}${next === null ? null : html`<br>→ ${next}`}</li>`;
  });
  return html`<details><summary>${words.findings(found.length)}</summary><ul>${items}</ul></details>`;
}

const VERDICTS = { holds: '✓', contradicts: '✗', unknown: '?' } as const;

const evidence = (one: Evidence, system: string, language: ReportModel['language'], words: Words): Markup =>
  html`<li><span aria-hidden="true">${VERDICTS[one.verdict]}</span> ${system}, ${timeIn(language, one.at)}, ${one.tookMs} ms<br>${words.asked}: ${one.asked}<br>${words.found}: ${one.found}</li>`;

const textOf = (question: Question, { language }: ReportModel): string =>
  language === 'de' ? question.german.text : question.text;

const systemOf = ({ system }: CheckLine): Content => (system === null ? null : html`<small>${system}</small>`);
