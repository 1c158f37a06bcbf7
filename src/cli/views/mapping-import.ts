import type { DiffLine } from '../../connector/line-diff.ts';
import type { Diagnostic } from '../../record/diagnostic.ts';
import { diffRows } from './diff.ts';
import type { Style } from './style.ts';
import { counted } from './text.ts';

export interface MappingImport {
  /** The sheets, as they were named. */
  from: string;
  /** The integration file. */
  file: string;
  /** Changes that were found in the sheets. */
  edits: number;
  remarks: Diagnostic[];
  outcome: 'unchanged' | 'shown' | 'written';
  /** What changes in the integration file; empty where nothing does. */
  diff: DiffLine[];
}

/** What the sheets change in the file. */
export function mappingImportText({ from, file, edits, diff }: MappingImport, style: Style): string {
  if (diff.length === 0) return '';
  const title = `${counted(edits, 'change')} of ${from} to ${style.colours.bold(file)}`;
  return `${title}\n\n${diffRows(diff, style).join('\n')}\n`;
}

/** What became of it, and what comes next. */
export function outcomeText({ from, file, outcome }: MappingImport, asked: boolean): string {
  if (outcome === 'unchanged') return `${from} says what ${file} says: nothing is to be changed.\n`;
  if (outcome === 'written') return `\nWritten to ${file}. Look at what it means for the records:\n  dovetail plan\n`;
  const how = asked ? 'Add --yes to write without being asked' : 'To write it';
  return `\nNothing was written. ${how}:\n  dovetail mapping import ${from} --write${asked ? ' --yes' : ''}\n`;
}
