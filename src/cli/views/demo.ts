import type { DemoEdit } from '../demo/edits.ts';
import type { Claim } from '../demo/proof.ts';
import type { Style } from './style.ts';
import { durationText, numberText, printable, wrap } from './text.ts';

/** Habits of the CRM that a run has to live with. */
export interface DemoHabits {
  limit: { requests: number; windowMs: number };
  lagMs: number;
}

export interface DemoStart extends DemoHabits {
  size: number;
  seed: number;
  urls: { crm: string; erp: string };
  counts: { crm: Record<string, number>; erp: Record<string, number> };
  /** The integration file. */
  file: string;
}

/** What the two systems are, with the habits that make the rest worth looking at. */
export function startText(start: DemoStart, { colours }: Style): string {
  const { urls, counts, limit, lagMs, file } = start;
  const many = (of: Record<string, number>) =>
    Object.entries(of)
      .map(([object, count]) => `${numberText(count)} ${object}`)
      .join(', ');
  const label = (text: string) => colours.bold(text.padEnd(6));
  return [
    colours.bold('Dovetail keeps two systems the same. Here are two, started for you:'),
    '',
    `  ${label('CRM')}${urls.crm}  ${colours.dim(many(counts.crm))}`,
    `        ${colours.dim(`${limit.requests} requests per ${seconds(limit.windowMs)}, no more; its lists lag by up to ${seconds(lagMs)}`)}`,
    `  ${label('ERP')}${urls.erp}  ${colours.dim(many(counts.erp))}`,
    `        ${colours.dim('1.234,56 €; 31.12.2026 14:05; cuts texts at 40 characters')}`,
    `  ${label('file')}${printable(file)}`,
    '',
  ].join('\n');
}

/** The head of a step, with the command that does the same. */
export function stepText(number: number, title: string, command: string, { colours, width }: Style): string {
  const head = `${number}  ${title}`;
  const shown = command === '' ? '' : `$ ${command}`;
  const room = Math.max(2, Math.min(width, 80) - head.length - shown.length);
  const line = '─'.repeat(Math.min(width, 80));
  return `\n${colours.dim(line)}\n${colours.bold(colours.cyan(head))}${shown === '' ? '' : ' '.repeat(room) + colours.dim(shown)}\n\n`;
}

/** Each edit with the old and the new value, as it was typed, and what is waited for. */
export function editsText(edits: readonly DemoEdit[], { lagMs, limit }: DemoHabits, { colours, width }: Style): string {
  const lines = edits.flatMap((edit) => editLines(edit, colours));
  const wait = wrap(
    `Waiting ${seconds(lagMs)}, since the lists of the CRM lag: a sync at once would see some edits next time only. ` +
      `Later it may wait again: its quota is ${limit.requests} requests in ${seconds(limit.windowMs)}.`,
    Math.min(width, 80),
  );
  return `${lines.join('\n')}\n\n${wait.map((line) => colours.dim(line)).join('\n')}\n`;
}

function editLines({ story, changes, deleted, b }: DemoEdit, colours: Style['colours']): string[] {
  const head = (mark: string, record: string, text: string) =>
    `  ${mark} ${record.padEnd(26)} ${colours.dim(text)}`.trimEnd();
  if (deleted !== null) return [head(colours.red('-'), `${deleted.toUpperCase()} orders ${b}`, story)];
  const lines: string[] = [];
  let record = '';
  for (const change of changes) {
    const now = `${change.system.toUpperCase()} ${change.object} ${change.id}`;
    if (now !== record) lines.push(head(colours.yellow('~'), now, record === '' ? story : ''));
    record = now;
    lines.push(`      ${change.field}: ${printable(change.from)} → ${colours.bold(printable(change.to))}`);
  }
  return lines;
}

const seconds = (ms: number): string => `${ms / 1000} s`;

export interface DemoEnd {
  claims: Claim[];
  tookMs: number;
  calls: { crm: number; erp: number };
  /** Records that wait for a person. */
  parked: number;
  /** What can be done next: a command, and what it shows. */
  next: { command: string; shows: string }[];
  serving: boolean;
}

/** What the demo showed, each claim with whether it held, and how to go on. */
export function endText({ claims, tookMs, calls, next, serving }: DemoEnd, style: Style): string {
  const { colours } = style;
  const lines = claims.flatMap(({ says, held }) => {
    const rows = wrap(says, style.width - 6);
    return rows.map((row, index) => `  ${index === 0 ? (held ? colours.green('✓') : colours.red('✗')) : ' '} ${row}`);
  });
  lines.push(
    '',
    `  ${durationText(tookMs)} in all. API calls: CRM ${numberText(calls.crm)}, ERP ${numberText(calls.erp)}.`,
    '',
  );
  lines.push(colours.bold(serving ? 'Both systems keep running until Ctrl-C. In another terminal:' : 'Try next:'));
  for (const { command, shows } of next) lines.push(`  ${colours.dim(shows)}`, `    ${colours.cyan(command)}`);
  return `${lines.join('\n')}\n`;
}
