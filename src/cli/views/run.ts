import type { Side } from '../../record/side.ts';
import type { MappingCounts, Run, SideCounts } from '../../store/port.ts';
import type { Style } from './style.ts';
import { counted, durationText, indent, numberText, printable, table, timeText, wrap } from './text.ts';

const COLUMNS = ['read', 'unchanged', 'applied', 'filtered', 'parked', 'held', 'failed'] as const;
const WRITES = ['create', 'update', 'delete', 'archive'] as const;

/**
 * Every record that was read ends in one column, so each line adds up; what was written stands to the right of `|`.
 * Where the table is wider than the terminal, columns that hold nothing but zeros are left out.
 */
export function countsTable(
  counts: Record<string, MappingCounts>,
  systems: Record<Side, string>,
  width = Number.POSITIVE_INFINITY,
): string[] {
  const rows: string[][] = [['mapping', 'system', ...COLUMNS, '|', 'created', 'updated', 'deleted', 'archived']];
  for (const [mapping, one] of Object.entries(counts)) {
    for (const side of ['a', 'b'] as const) {
      rows.push([
        side === 'a' ? mapping : '',
        systems[side],
        ...COLUMNS.map((column) => numberText(one[side][column])),
        '|',
        ...WRITES.map((kind) => numberText(one.wrote[side][kind])),
      ]);
    }
  }
  const all = Object.values(counts).flatMap((one) => [one.a, one.b]);
  const wrote = Object.values(counts).flatMap((one) => [one.wrote.a, one.wrote.b]);
  rows.push([
    'together',
    '',
    ...COLUMNS.map((column) => numberText(sum(all.map((one: SideCounts) => one[column])))),
    '|',
    ...WRITES.map((kind) => numberText(sum(wrote.map((one) => one[kind])))),
  ]);
  const full = numbersTable(rows);
  if (full.every((line) => line.length <= width)) return full;
  const [head = [], ...body] = rows;
  const holds = head.map((_, column) => body.some((row) => row[column] !== '0'));
  const anyWritten = holds.slice(head.indexOf('|') + 1).includes(true);
  const always = anyWritten ? ['read'] : ['read', 'created', 'updated'];
  return numbersTable(
    rows.map((row) => row.filter((_, column) => holds[column] || always.includes(head[column] ?? ''))),
  );
}

/** All columns but the first two are numbers. */
const numbersTable = (rows: readonly string[][]): string[] =>
  table(rows, rows[0]?.map((_, column) => column).slice(2) ?? []);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

/** `crm 12 reads, 3 writes (2 throttled); erp …` */
export function callsText({ calls }: Run, systems: Record<Side, string>): string {
  return (['a', 'b'] as const)
    .map((side) => {
      const { reads, writes, auth, throttled } = calls[side];
      const more = [
        auth > 0 ? counted(auth, 'token request') : '',
        throttled > 0 ? `${numberText(throttled)} throttled` : '',
      ];
      const extra = more.filter((part) => part !== '').join(', ');
      return `${systems[side]} ${counted(reads, 'read')}, ${counted(writes, 'write')}${extra ? ` (${extra})` : ''}`;
    })
    .join('; ');
}

export const OUTCOME_WORDS: Record<Run['outcome'], string> = {
  running: 'running, or its process died',
  done: 'done',
  partial: 'done, but records are parked',
  failed: 'failed',
  interrupted: 'stopped',
};

/** A run as a table with a title. */
export function runLines(run: Run, systems: Record<Side, string>, { colours, width }: Style): string[] {
  const paint = {
    running: colours.yellow,
    done: colours.green,
    partial: colours.yellow,
    failed: colours.red,
    interrupted: colours.yellow,
  }[run.outcome];
  const time = run.finished === null ? '' : `, took ${durationText(run.finished - run.started)}`;
  const linked = sum(Object.values(run.counts).map((one) => one.linked));
  const title = `Run ${run.id} of ${run.integration} (${run.environment}), ${timeText(run.started)}:`;
  const outcome = `${OUTCOME_WORDS[run.outcome]}${time}`;
  return [
    `${title}${title.length + 1 + outcome.length > width ? '\n' : ' '}${paint(OUTCOME_WORDS[run.outcome])}${time}`,
    '',
    ...indent(countsTable(run.counts, systems, width - 2)),
    '',
    ...wrap(`${counted(linked, 'new link')}. API calls: ${callsText(run, systems)}.`, width),
    ...Object.entries(run.counts).flatMap(([mapping, { unmapped = {} }]) =>
      unmappedLines(mapping, { a: unmapped.a ?? null, b: unmapped.b ?? null }, systems, width),
    ),
  ];
}

/** The fields beside a mapping that hold something, the fullest first; no lines where there are none. */
export function unmappedLines(
  mapping: string,
  unmapped: Record<Side, Record<string, number> | null>,
  systems: Record<Side, string>,
  width: number,
): string[] {
  const parts = (['a', 'b'] as const).flatMap((side) => {
    const fields = Object.entries(unmapped[side] ?? {}).sort(
      ([one, few], [other, many]) => many - few || (one < other ? -1 : 1),
    );
    if (fields.length === 0) return [];
    const shown = fields.slice(0, MOST_UNMAPPED).map(([name, count]) => `${printable(name)} ${numberText(count)}`);
    const more = fields.length > shown.length ? ` and ${fields.length - shown.length} more` : '';
    return [`${systems[side]} ${shown.join(', ')}${more}`];
  });
  return parts.length === 0
    ? []
    : wrap(`${mapping}: records with values in fields that are not mapped: ${parts.join('; ')}.`, width);
}

const MOST_UNMAPPED = 8;
