import type { Operation, Parameter } from './description.ts';
import { declared, type Finding, inferred } from './finding.ts';
import { isSize, positionOf } from './parameter-names.ts';
import { squeezed } from './path-parts.ts';
import type { Shape, Shapes } from './shape.ts';
import { isModifiedName, type TimeDraft } from './stamps.ts';

export interface SinceDraft {
  param: string;
  header?: boolean;
  time?: Exclude<TimeDraft, undefined>;
  inclusive?: boolean;
  precision: string;
  until?: { param: string };
}

const VERBS = 'updat|modif|chang|edited';
const FROM = /(since|after|from|gte?|min|start|begin|newer|greater)/i;
const TO = /(before|until|till|\bto\b|_to|To$|lte?\b|max|end|older|less)/;
const BY_NAME = new RegExp(`(${VERBS})`, 'i');

/** Which parameter asks for what changed since an instant; null where none does. */
export function sinceOf(operation: Operation, shapes: Shapes): Finding<SinceDraft> | null {
  const query = operation.parameters.filter((one) => one.in === 'query');
  const named = query.find((one) => isSince(one, shapes.of(one.schema)));
  const found = named ?? query.find((one) => isPlainSince(one, shapes.of(one.schema)));
  if (found) {
    const until = query.find(
      (one) => one !== found && BY_NAME.test(one.name) && TO.test(one.name) && takesTime(one, shapes.of(one.schema)),
    );
    const draft = {
      ...sinceDraft(found, shapes.of(found.schema)),
      ...(until && named ? { until: { param: until.name } } : {}),
    };
    return inferred(draft, `parameter ${found.name}`);
  }
  const header = operation.parameters.find((one) => one.in === 'header' && squeezed(one.name) === 'ifmodifiedsince');
  if (!header) return null;
  return declared({ param: header.name, header: true, precision: '1s' }, `header ${header.name}`);
}

const takesTime = (parameter: Parameter, shape: Shape): boolean =>
  !['boolean', 'object', 'array'].includes(shape.kind) && !/\b(status|state|stage)\b/i.test(parameter.name);

function isSince(parameter: Parameter, shape: Shape): boolean {
  const { name } = parameter;
  if (!BY_NAME.test(name) || !takesTime(parameter, shape) || shape.options) return false;
  if (/(by|user|state|status|stage|options)$/i.test(name) || /(status|state)chang/i.test(name)) return false;
  if (FROM.test(name.replace(BY_NAME, ''))) return !/(before|until|lte?\b|_to$|To$)/.test(name);
  if (!isModifiedName(name.replace(/^filter|[[\]]/g, ''))) return false;
  return (
    /since|after|newer|later|greater|from/i.test(parameter.description) && !/sort|order/i.test(parameter.description)
  );
}

/** `since` alone, where it takes a time and is said to be about changes, or nothing else is said. */
function isPlainSince(parameter: Parameter, shape: Shape): boolean {
  if (!/^(since|fromtimestamp|sincedate|startingfrom)$/.test(squeezed(parameter.name)) || !takesTime(parameter, shape))
    return false;
  if (/creat/i.test(parameter.description) && !BY_NAME.test(parameter.description)) return false;
  return /date/.test(shape.format) || BY_NAME.test(parameter.description);
}

function sinceDraft(parameter: Parameter, shape: Shape): SinceDraft {
  const { name } = parameter;
  const about = `${parameter.description} ${shape.description}`;
  const exclusive =
    /(after|\bgt\b|_gt$|newer)/i.test(name) && !/gte|inclusive|equal to or|on or after/i.test(`${name} ${about}`);
  const inclusive = exclusive ? { inclusive: false } : {};
  if (shape.kind === 'integer' || shape.kind === 'number') {
    const milliseconds = /millisecond|\bms\b/i.test(about);
    return {
      param: name,
      time: milliseconds ? 'epoch_ms' : 'epoch_s',
      ...inclusive,
      precision: milliseconds ? '1ms' : '1s',
    };
  }
  if (shape.format === 'date' || (shape.format === '' && /yyyy-mm-dd(?!.?(t|hh| h))/i.test(about))) {
    return { param: name, time: { pattern: 'YYYY-MM-DD' }, ...inclusive, precision: '1d' };
  }
  if (/yyyy-mm-dd hh:mm:ss/i.test(about)) {
    return { param: name, time: { pattern: 'YYYY-MM-DD HH:mm:ss' }, ...inclusive, precision: '1s' };
  }
  if (/unix|epoch/i.test(about) && !/date/.test(shape.format))
    return { param: name, time: 'epoch_s', ...inclusive, precision: '1s' };
  return { param: name, ...inclusive, precision: '1s' };
}

const SORTS = new Set(
  'sort sortby orderby order ordering sorting sortfield sortcolumn orderfield sortkey sortorderby'.split(' '),
);

export interface SortDraft {
  param: string;
  by_modified: string;
  descending?: string;
}

/** Which parameter sorts by the modification stamp, and how; null where none is known to. */
export function sortOf(operation: Operation, modified: string | null, shapes: Shapes): Finding<SortDraft> | null {
  const parameters = operation.parameters.filter((one) => one.in === 'query' && SORTS.has(squeezed(one.name)));
  for (const parameter of parameters) {
    const options = optionsOf(shapes.of(parameter.schema), shapes).filter((one) => BY_NAME.test(one));
    const up = options.find((one) => !/^-|desc|^!/i.test(one) && isModifiedName(bare(one)));
    if (up !== undefined) {
      const down = options.find((one) => /^-|desc/i.test(one) && squeezed(bare(one)) === squeezed(bare(up)));
      const value = { param: parameter.name, by_modified: up, ...(down === undefined ? {} : { descending: down }) };
      return declared(value, `an option of ${parameter.name}`);
    }
  }
  const named = parameters.find(
    (one) => modified !== null && new RegExp(`\\b${escaped(modified)}\\b`).test(one.description),
  );
  if (!named || modified === null) return null;
  return inferred({ param: named.name, by_modified: modified }, `${named.name} mentions ${modified}`);
}

/** A sort option without its direction: `-updated_at`, `updated_at:desc`, `updated_at asc`. */
const bare = (option: string): string => option.replace(/^[-+]/, '').replace(/[\s:,_.]?(asc|desc)(ending)?$/i, '');

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function optionsOf(shape: Shape, shapes: Shapes): string[] {
  const options = shape.options ?? shapes.of(shape.items).options ?? [];
  return options.filter((option) => typeof option === 'string');
}

/** The parameter that takes several ids; null where none does. */
export function idsOf(
  operation: Operation,
  noun: string,
  shapes: Shapes,
): Finding<{ param: string; max: number }> | null {
  const wanted = new Set([
    'ids',
    'idin',
    'filterid',
    'filterids',
    `${noun}ids`,
    'guids',
    'uuids',
    'idlist',
    'filteridin',
  ]);
  for (const parameter of operation.parameters) {
    if (parameter.in !== 'query' || !wanted.has(squeezed(parameter.name))) continue;
    const shape = shapes.of(parameter.schema);
    const separated = /comma|csv|separated/i.test(parameter.description);
    if (shape.kind !== 'array' && !separated) continue;
    const max = /(?:max(?:imum)?|up to|at most)\D{0,20}(\d{1,4})/i.exec(parameter.description)?.[1];
    return inferred({ param: parameter.name, max: Math.max(1, Number(max ?? 50)) }, `parameter ${parameter.name}`);
  }
  return null;
}

/** Parameters that are called as fields are, and find records by them. */
export function equalsOf(operation: Operation, fields: readonly string[], shapes: Shapes): Record<string, string> {
  const bySqueezed = new Map(fields.map((name) => [squeezed(name), name]));
  const equals: Record<string, string> = {};
  for (const parameter of operation.parameters) {
    const field = bySqueezed.get(squeezed(parameter.name.replace(/^filter/, '')));
    if (parameter.in !== 'query' || field === undefined || parameter.required) continue;
    const { kind } = shapes.of(parameter.schema);
    if (kind === 'array' || kind === 'object' || positionOf(parameter.name) || isSize(parameter.name)) continue;
    if (isModifiedName(parameter.name)) continue;
    equals[field] ??= parameter.name;
  }
  return equals;
}

/** A flag that brings archived or deleted records into the list. */
export function archivedQueryOf(operation: Operation, shapes: Shapes): Record<string, string> | null {
  for (const parameter of operation.parameters) {
    if (parameter.in !== 'query' || shapes.of(parameter.schema).kind !== 'boolean') continue;
    if (/^(include|with|show|return)_?(soft_?)?(archived|deleted|trashed|removed)/i.test(parameter.name)) {
      return { [parameter.name]: 'true' };
    }
  }
  return null;
}
