import { basename } from 'node:path';
import { UNANSWERED } from '../../checklist/answers.ts';
import type { AnswerChange } from '../../checklist/changes.ts';
import type { CheckLine, Status } from '../../checklist/question.ts';
import type { CheckReport } from '../../checklist/run-check.ts';
import type { Diagnostic } from '../../record/diagnostic.ts';
import { SIDES } from '../../record/side.ts';
import type { Overridden } from '../gate.ts';
import { clearedLine } from './marked.ts';
import { overriddenLines } from './overridden.ts';
import type { Style } from './style.ts';
import { counted, durationText, printable, shorten, timeText, wrap } from './text.ts';

/** What a command adds to the report of a check. */
export interface CheckView extends CheckReport {
  /** Questions that somebody let through. */
  overridden: Overridden[];
  /** Against an earlier check; null where none was named. `since`: epoch ms. */
  changes: { since: number; answers: AnswerChange[] } | null;
  /** The exact command to run next. */
  nextCommand: string;
}

/** A group of answers, as far as a person must care: what blocks comes first. */
interface Group {
  title: string;
  holds(line: CheckLine): boolean;
  /** What to do about all of them. */
  advice?: string;
}

const GROUPS: readonly Group[] = [
  { title: 'In the way of a run', holds: (line) => line.blocking },
  { title: 'Contradicted by the system', holds: (line) => !line.blocking && line.status === 'contradicted' },
  {
    title: 'Verified too long ago, or of what has changed since',
    holds: (line) => !line.blocking && line.status === 'stale',
  },
  {
    title: 'Open, in the way of production',
    holds: (line) => !line.blocking && line.status === 'open' && line.blocks === 'production',
    advice: 'Answer them in the integration file, under answers.',
  },
  {
    title: 'Open, in the way of nothing',
    holds: (line) => !line.blocking && line.status === 'open' && line.blocks !== 'production',
  },
  { title: 'Verified on the live systems', holds: (line) => line.status === 'verified' },
  { title: 'Declared, not asked of the systems', holds: (line) => line.status === 'declared' },
  { title: 'Not applicable', holds: (line) => line.status === 'not-applicable' },
];

/** The whole check list: one line for each question and system, grouped, what blocks first. */
export function checkText(view: CheckView, style: Style, { details = false } = {}): string {
  const parts = [title(view, style)];
  for (const group of GROUPS) {
    const lines = view.lines.filter((line) => group.holds(line));
    if (lines.length === 0) continue;
    const shown = lines.flatMap((line) => lineText(line, view, style, details));
    const advice = group.advice === undefined ? [] : [`  ${style.colours.cyan('→')} ${group.advice}`];
    parts.push([style.colours.bold(group.title), ...shown, ...advice].join('\n'));
  }
  if (view.overridden.length > 0) parts.push(overriddenLines(view.overridden, style).join('\n'));
  if (view.changes) parts.push(changesText(view.changes, style));
  parts.push(closing(view, style));
  return `${parts.join('\n\n')}\n`;
}

/** The check list in a few lines: what holds by name, and in full only what needs a person. */
export function shortCheckText(view: CheckView, style: Style): string {
  const { colours } = style;
  const urgent = view.lines.filter((line) => line.blocking || line.status === 'contradicted');
  const advised = view.lines.filter(
    (line) => !urgent.includes(line) && line.status === 'verified' && line.next !== null,
  );
  const parts = [...urgent, ...advised].flatMap((line) => lineText(line, view, style, false));
  for (const [status, word] of [
    ['verified', 'verified live'],
    ['declared', 'declared'],
    ['open', 'open'],
  ] as const) {
    const ids = [
      ...new Set(
        view.lines.filter((line) => line.status === status && !urgent.includes(line)).map((line) => line.question),
      ),
    ];
    if (ids.length === 0) continue;
    const head = `  ${sign(status, style)} ${word.padEnd(15)}`;
    const rows = wrap(ids.join(', '), style.width - 19);
    parts.push(...rows.map((row, index) => (index === 0 ? head : ' '.repeat(19)) + colours.dim(row)));
  }
  return `${[...parts, '', closing(view, style)].join('\n')}\n`;
}

function changesText({ since, answers }: NonNullable<CheckView['changes']>, { colours }: Style): string {
  if (answers.length === 0) return `Nothing changed since the check of ${timeText(since)}.`;
  const rows = answers.map(
    ({ question, system, before, now }) =>
      `  ${question.padEnd(ID_WIDTH)} ${(system ?? '').padEnd(SYSTEM_WIDTH)}  ${before ?? 'not asked'} → ${now}`,
  );
  return [colours.bold(`Changed since the check of ${timeText(since)}`), ...rows].join('\n');
}

const title = ({ integration, environment, systems, tookMs }: CheckView, { colours }: Style): string =>
  colours.bold(`Check of ${integration} (${environment}): ${systems.a} ↔ ${systems.b}`) +
  colours.dim(`  ${durationText(tookMs)}`);

function sign(status: Status, { colours }: Style): string {
  const signs: Record<Status, string> = {
    contradicted: colours.red('✗'),
    stale: colours.yellow('~'),
    open: colours.yellow('?'),
    declared: colours.cyan('·'),
    verified: colours.green('✓'),
    'not-applicable': colours.dim('–'),
  };
  return signs[status];
}

const ID_WIDTH = 17;
const SYSTEM_WIDTH = 8;

function lineText(line: CheckLine, view: CheckView, style: Style, details: boolean): string[] {
  const { colours } = style;
  const widest = Math.max(view.systems.a.length, view.systems.b.length);
  const system = (line.system ?? '').padEnd(Math.min(SYSTEM_WIDTH, widest));
  const head = `  ${sign(line.status, style)} ${line.question.padEnd(ID_WIDTH)} ${system}  `;
  const room = Math.max(20, style.width - (4 + ID_WIDTH + 1 + system.length + 2));
  const text = shorten(printable(summary(line)), room);
  const rows = [head + (line.status === 'open' || line.status === 'not-applicable' ? colours.dim(text) : text)];
  if (line.next !== null && (line.status === 'contradicted' || line.blocking || line.status !== 'open')) {
    rows.push(
      ...wrap(printable(line.next), style.width - 8).map(
        (row, index) => `      ${index === 0 ? colours.cyan('→') : ' '} ${row}`,
      ),
    );
  }
  if (details) rows.push(...detailRows(line, view, style));
  return rows;
}

/** What was seen, where something was asked; the question itself, where nothing is said about it. */
function summary({ status, says, text, evidence }: CheckLine): string {
  if (status === 'open') return says === UNANSWERED ? text : says;
  const worst = evidence.filter((one) => one.verdict === (status === 'contradicted' ? 'contradicts' : 'unknown'));
  if (worst.length > 0) return worst.map((one) => one.found).join('; ');
  if (status === 'verified') return evidence.map((one) => one.found).join('; ');
  return says;
}

/** What the file says, then what each probe saw. */
function detailRows({ says, evidence }: CheckLine, { systems }: CheckView, { colours, width }: Style): string[] {
  const rows = wrap(printable(`the file says: ${says}`), width - 6).map((row) => `      ${colours.dim(row)}`);
  for (const { verdict, side, found, asked, tookMs, findings = [] } of evidence) {
    const mark = { holds: colours.green('✓'), contradicts: colours.red('✗'), unknown: colours.yellow('?') }[verdict];
    const seen = wrap(printable(`${systems[side]}: ${found}`), width - 8);
    const how = wrap(`asked: ${asked} (${durationText(tookMs)})`, width - 8);
    rows.push(...seen.map((row, index) => `      ${index === 0 ? mark : ' '} ${row}`));
    rows.push(...how.map((row) => `        ${colours.dim(row)}`));
    for (const finding of findings) rows.push(...findingRows(finding, { colours, width }));
  }
  return rows;
}

/** Where it stands, what it is, and what to do about it. */
function findingRows(
  { where, summary, detail, next }: Diagnostic,
  { colours, width }: Pick<Style, 'colours' | 'width'>,
) {
  const place = where?.line === undefined ? '' : `${basename(where.file)}:${where.line}: `;
  const text = [summary, ...(detail === undefined ? [] : [detail])].join('. ');
  return [
    ...wrap(printable(place + text), width - 10).map((row, index) => `        ${index === 0 ? '- ' : '  '}${row}`),
    ...(next === undefined
      ? []
      : wrap(printable(next), width - 12).map(
          (row, index) => `          ${index === 0 ? colours.cyan('→') : ' '} ${row}`,
        )),
  ];
}

function closing(view: CheckView, { colours, width }: Style): string {
  const { counts, ready, environment, openForProduction, nextCommand } = view;
  const words = [
    `${counts.verified} verified`,
    `${counts.declared} declared`,
    `${counts.open} open`,
    `${counts.contradicted} contradicted`,
    `${counts['not-applicable']} not applicable`,
  ];
  const blocking = view.lines.filter((line) => line.blocking).length;
  const verdict = ready
    ? `Ready for runs in ${environment}.`
    : `Not ready for runs in ${environment}: ${counted(blocking, 'answer')} in the way.`;
  const later = openForProduction > 0 ? `Before production, ${counted(openForProduction, 'answer')} more.` : '';
  const apart = verdict.length + 1 + later.length > width ? '\n' : ' ';
  const rows = [
    ...wrap(`${words.join(', ')}.`, width).map((row) => colours.bold(row)),
    `${ready ? colours.green(verdict) : colours.red(verdict)}${apart}${later}`.trimEnd(),
  ];
  if (view.marked) rows.push(clearedLine(view.marked));
  rows.push(colours.dim(callsText(view)));
  if (nextCommand !== '') rows.push(`Next: ${colours.bold(nextCommand)}`);
  return rows.join('\n');
}

/** `64 calls to crm, 41 of them writes; 58 to erp, 30 of them writes.` */
function callsText({ calls, systems }: CheckView): string {
  const parts = SIDES.map((side) => {
    const { reads, writes, auth } = calls[side];
    const all = reads + writes + auth;
    const head = side === 'a' ? `${counted(all, 'call')} to` : `${all} to`;
    return `${head} ${systems[side]}${writes === 0 ? '' : `, ${writes} of them ${writes === 1 ? 'a write' : 'writes'}`}`;
  });
  return `${parts.join('; ')}.`;
}
