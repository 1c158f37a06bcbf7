import type { DiffLine } from '../../connector/line-diff.ts';
import type { Proposal } from '../../mapping/suggest/propose-rows.ts';
import type { ObjectSuggestion } from '../../mapping/suggest/suggest-objects.ts';
import type { Side } from '../../record/side.ts';
import { diffRows } from './diff.ts';
import type { Style } from './style.ts';
import { counted, printable, table } from './text.ts';

export interface MappingSuggestions {
  /** The integration file. */
  file: string;
  systems: Record<Side, string>;
  pairs: {
    /** Null where the objects were named, not a mapping. */
    mapping: string | null;
    objects: Record<Side, string>;
    proposals: Proposal[];
    /** Rows that are taken when they are written. */
    rows: number;
  }[];
  /** From this confidence on, a row is proposed as it is. */
  sure: number;
  outcome: 'unchanged' | 'shown' | 'written';
  /** What changes in the integration file when the rows are written; empty where nothing does. */
  diff: DiffLine[];
}

/** What is probably the same, object by object; the surest first, each with its grounds. */
export function suggestionsText({ systems, pairs, diff, file, sure }: MappingSuggestions, style: Style): string {
  const { colours } = style;
  const parts = pairs.map(({ mapping, objects, proposals }) => {
    const name = `${systems.a} ${objects.a} ↔ ${systems.b} ${objects.b}`;
    const title = colours.bold(mapping === null ? name : `${mapping}: ${name}`);
    if (proposals.length === 0) return `${title}\n  Nothing more is probably the same.`;
    const rows = proposals.map((one) => [
      confidenceText(one.confidence, sure, style),
      printable(one.a),
      `↔ ${printable(one.b)}`,
      colours.dim(printable([...one.grounds, ...(one.needs === null ? [] : [`needs ${one.needs}`])].join(', '))),
    ]);
    return [title, ...table(rows).map((line) => `  ${line}`)].join('\n');
  });
  if (diff.length > 0) {
    const rows = pairs.reduce((sum, pair) => sum + pair.rows, 0);
    parts.push([`${counted(rows, 'row')} for ${colours.bold(file)}`, '', ...diffRows(diff, style)].join('\n'));
  }
  return `${parts.join('\n\n')}\n`;
}

const confidenceText = (confidence: number, sure: number, { colours }: Style): string =>
  (confidence >= sure ? colours.green : colours.yellow)(confidence.toFixed(2));

export interface ObjectPairs {
  systems: Record<Side, string>;
  pairs: ObjectSuggestion[];
}

/** Which objects may fit, and how to look at the first of them. */
export function objectPairsText({ systems, pairs }: ObjectPairs, { colours }: Style): string {
  const [first] = pairs;
  if (!first) return 'No two objects without a mapping are probably the same.\n';
  const rows = pairs.map(({ a, b, confidence, grounds }) => [
    confidence.toFixed(2),
    `${systems.a} ${printable(a)}`,
    `↔ ${systems.b} ${printable(b)}`,
    colours.dim(printable(grounds.join(', '))),
  ]);
  const next = `dovetail mapping suggest --objects ${systems.a}.${first.a} ${systems.b}.${first.b}`;
  return `${table(rows).join('\n')}\n\nTheir fields:\n  ${next}\n`;
}

/** What became of it, and what comes next. `again`: the command as it was given. */
export function suggestedText({ outcome, file, pairs }: MappingSuggestions, asked: boolean, again: string): string {
  if (outcome === 'written') return `\nWritten to ${file}. Look at what it means for the records:\n  dovetail plan\n`;
  if (outcome === 'unchanged') {
    const stub = pairs.some(({ mapping, rows }) => mapping === null && rows > 0);
    return stub ? '\nAdd a mapping of these objects to the file to write rows into it.\n' : '';
  }
  const how = asked ? 'Add --yes to write without being asked' : 'To write them';
  return `\nNothing was written. ${how}:\n  ${again}${asked ? ' --yes' : ' --write'}\n`;
}
