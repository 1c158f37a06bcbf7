import type { Trial, TriedField, TriedStep } from '../../engine/try-record.ts';
import { otherSide } from '../../record/side.ts';
import { diagnosticText } from './diagnostics.ts';
import type { Style } from './style.ts';
import { counted, indent, printable, shorten, table } from './text.ts';

const LONGEST_LABEL = 44;
const LONGEST_VALUE = 200;

/** One record on its way, row by row: each step with what the value has become. */
export function trialText(trial: Trial, style: Style, mask: boolean): string {
  const { colours } = style;
  const parts = [[colours.bold(title(trial)), ...filterLine(trial)].join('\n')];
  for (const field of trial.fields.filter(({ flows }) => flows)) parts.push(fieldText(field, style, mask));
  const still = trial.fields.filter(({ flows }) => !flows);
  if (still.length > 0) {
    const names = still.map(({ from, to }) => printable(to === '' ? from : to)).join(', ');
    parts.push(`Not written in this direction: ${names}`);
  }
  parts.push(verdict(trial, style));
  return `${parts.join('\n\n')}\n`;
}

function title({ mapping, from, systems, objects, ids, linked }: Trial): string {
  const to = otherSide(from);
  const known = ids[to] === null ? 'a new record' : `${printable(ids[to])}${linked ? '' : ', which it matches'}`;
  return `${mapping}: ${systems[from]} ${objects[from]} ${printable(ids[from] ?? '')} → ${systems[to]} ${objects[to]}, ${known}`;
}

const filterLine = ({ passes }: Trial): string[] =>
  passes === null ? [] : [passes ? 'The filter lets it in.' : 'The filter leaves it out.'];

function fieldText(field: TriedField, style: Style, mask: boolean): string {
  const { colours } = style;
  const name = colours.bold(`${printable(field.from || '(record)')} → ${printable(field.to)}`);
  const rows = field.steps.map((step) => [labelOf(step), mask ? shapeText(step.value) : shown(step)]);
  const lines = table(rows);
  if (field.silent) lines.push(field.steps.length === 0 ? 'The record does not tell it.' : 'Nothing is written.');
  for (const found of [...field.warnings, ...(field.problem ? [field.problem] : [])]) {
    lines.push(...diagnosticText(found, style).split('\n'));
  }
  return [name, ...indent(lines)].join('\n');
}

function labelOf({ kind, label }: TriedStep): string {
  switch (kind) {
    case 'wire':
      return `read from ${label}`;
    case 'written':
      return `written to ${label}`;
    case 'decoded':
      return `decoded as ${label}`;
    case 'converted':
      return `converted to ${label}`;
    case 'expression':
      return shorten(printable(label), LONGEST_LABEL);
    case 'lookup':
      return `looked up as ${label}`;
    case 'options':
      return 'option table';
    case 'reference':
      return `linked in ${label}`;
    case 'default':
      return 'default';
    case 'repaired':
      return label === '' ? 'repaired' : `repaired: ${label}`;
  }
}

/** Wire forms as JSON, so that `1` and `"1"` differ; canonical values likewise. */
function shown({ value }: TriedStep): string {
  if (value === null || value === undefined) return '(empty)';
  return shorten(printable(JSON.stringify(value)), LONGEST_VALUE);
}

/** What a value looks like: its kind and size. */
export function shapeText(value: unknown): string {
  if (value === null || value === undefined || value === '') return '(empty)';
  if (typeof value === 'string') return `a text of ${counted([...value].length, 'character')}`;
  if (typeof value === 'number') return `a number of ${counted(String(value).replace(/\D/g, '').length, 'digit')}`;
  if (typeof value === 'boolean') return 'true or false';
  if (Array.isArray(value)) return `a list of ${counted(value.length, 'item')}`;
  return `an object of ${counted(Object.keys(value).length, 'key')}`;
}

function verdict({ fields, passes, systems, from }: Trial, { colours }: Style): string {
  const target = systems[otherSide(from)];
  const faults = fields.filter(({ problem }) => problem).length;
  if (passes === false) return `The record is outside the filter: ${target} gets nothing of it.`;
  if (faults === 0) return `Every field can be written to ${target}. Nothing was written.`;
  return `${colours.red('A sync would park the record:')} ${counted(faults, 'field')} can't be written to ${target}.`;
}
