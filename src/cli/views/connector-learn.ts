import type { DiffLine } from '../../connector/line-diff.ts';
import type { Exchange, Finding, LearnReport, Verdict } from '../../importers/learn/finding.ts';
import { diffRows } from './diff.ts';
import type { Style } from './style.ts';
import { counted, durationText, printable, shorten, wrap } from './text.ts';

export interface LearnView extends LearnReport {
  /** As it was named. */
  connection: string;
  /** Where the findings go. */
  file: string;
  outcome: 'shown' | 'unchanged' | 'written';
  /** What changes in the file; empty where nothing does. */
  diff: DiffLine[];
  interrupted: boolean;
}

const TITLES: [Verdict, string][] = [
  ['contradicted', 'Contradicted: the file says otherwise'],
  ['learnt', 'Learnt'],
  ['confirmed', 'Confirmed'],
  ['not visible', 'Not visible from outside'],
];

/** What was found, what contradicts the file first, and what that changes in it. */
export function learnText(view: LearnView, style: Style, details: boolean): string {
  const { colours } = style;
  const parts = [
    `${colours.bold(view.connection)}: ${counted(view.findings.length, 'finding')} by ${counted(view.calls, 'request')} in ${durationText(view.tookMs)}${view.wrote ? ', with test records' : ', reading only'}.`,
  ];
  for (const [verdict, title] of TITLES) {
    const found = view.findings.filter((finding) => finding.verdict === verdict);
    if (found.length === 0) continue;
    if (verdict === 'confirmed' && !details) {
      parts.push(`${colours.bold(title)}: ${counted(found.length, 'fact')} (--details shows them)`);
      continue;
    }
    parts.push([colours.bold(title), ...found.flatMap((finding) => findingLines(finding, style, details))].join('\n'));
  }
  parts.push(...leftText(view, style));
  if (view.interrupted) parts.push('Stopped before the end: what was found until then is shown.');
  if (view.diff.length > 0) parts.push([colours.bold(`Changes to ${view.file}`), ...diffLines(view, style)].join('\n'));
  return `${parts.join('\n\n')}\n`;
}

function findingLines(finding: Finding, style: Style, details: boolean): string[] {
  const place = finding.object === null ? '' : `${finding.object}: `;
  const declared =
    finding.verdict === 'contradicted' && finding.declared !== null
      ? `; the file: ${shorten(finding.declared, 80)}`
      : '';
  const text = printable(`${place}${finding.fact}: ${finding.seen}${declared}`);
  const [first = '', ...rest] = wrap(text, style.width - 4);
  const lines = [`  ${first}`, ...rest.map((line) => `    ${line}`)];
  return details ? [...lines, ...evidenceLines(finding.evidence, style)] : lines;
}

const MOST_EVIDENCE = 6;

function evidenceLines(evidence: readonly Exchange[], { colours }: Style): string[] {
  const rest = evidence.length - MOST_EVIDENCE;
  const shown = evidence.slice(0, MOST_EVIDENCE).map(exchangeText);
  return [...shown, ...(rest > 0 ? [`and ${rest} more like these`] : [])].map((line) => colours.dim(`      ${line}`));
}

function exchangeText({ method, path, status, records, tookMs, times }: Exchange): string {
  const count = records === null ? '' : `, ${counted(records, 'record')}`;
  const often = times === 1 ? '' : `, ${times} times`;
  return printable(
    `${method} ${path}: ${status === null ? 'no answer' : status}${count}${often}, ${durationText(tookMs)}`,
  );
}

function leftText({ left }: LearnView, { colours }: Style): string[] {
  if (left.length === 0) return [];
  const which = left.map(({ object, id }) => printable(`${object} ${id}`)).join(', ');
  return [
    `${colours.red('Test records that could not be taken away:')} ${which}\nTheir texts begin with "Dovetail test".`,
  ];
}

const GROUND = /^\s*- \{ at: /;

/** What changes; of the grounds, which repeat what is said above, only their number. */
function diffLines({ diff }: LearnView, style: Style): string[] {
  const grounds = diff.filter(({ kind, line }) => kind === 'new' && GROUND.test(line)).length;
  const lines = diffRows(
    diff.filter(({ line }) => !GROUND.test(line) && line !== 'grounds:'),
    style,
  );
  return grounds === 0
    ? lines
    : [...lines, style.colours.green(`+ under grounds: ${counted(grounds, 'fact')} with what shows it`)];
}

/** One line that is written over; without a probe it is wiped. */
export function probeText(object: string | null, probe: string | null): string {
  const text = probe === null ? '' : `${object === null ? '' : `${object}: `}${probe} …`;
  return `\r\u001b[2K${printable(text)}`;
}
