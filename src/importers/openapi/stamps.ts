import { squeezed } from './path-parts.ts';
import type { Shape, Shapes } from './shape.ts';

/** How an instant looks on the wire, as a field's `time` says it; undefined for ISO 8601. */
export type TimeDraft = 'epoch_s' | 'epoch_ms' | { pattern: string } | undefined;

const VERB = '(?:update[ds]?|modified|modification|changed?|edited|lastwrite|revised)';
const MODIFIED = new RegExp(
  `^(?:(?:date|time|timestamp)(?:last)?${VERB}|(?:last|latest)?${VERB}(?:on|at|date|time|utc|gmt|stamp|timestamp|datetime|dt|ts|dateutc|datetimeutc|timeutc|ondate|attime|dategmt|instant)*|last${VERB.replace('lastwrite', 'write')}|_?updated|mtime|utime)$`,
);
const CREATED =
  /^(?:(?:date|time)(?:created|added|creation|entered)|(?:created?|creation|added|inserted|registered)(?:on|at|date|time|utc|gmt|stamp|timestamp|datetime|dateutc|ondate|dategmt)*|ctime)$/;

/** Names of the modification stamp; the fuller ones first, since `updated` alone may be a flag. */
export const isModifiedName = (name: string): boolean => MODIFIED.test(squeezed(name)) && squeezed(name).length >= 5;

export const isCreatedName = (name: string): boolean => CREATED.test(squeezed(name));

const TIMELIKE = /(?:date|time|_at|_on|At|On|utc|UTC|stamp)$/;

/**
 * Whether a property holds an instant, and how; null where it holds something else. A text whose format and example say
 * nothing of a time stays a text, whatever its name.
 */
export function instantIn(name: string, shape: Shape): { time: TimeDraft; day: boolean } | null {
  const about = `${shape.description} ${shape.title}`;
  if (shape.kind === 'integer' || shape.kind === 'number') {
    const says = /unix|epoch|timestamp|seconds since|milliseconds/i.test(`${about} ${shape.format}`);
    if (!isModifiedName(name) && !isCreatedName(name) && !(says && TIMELIKE.test(name))) return null;
    return { time: inMilliseconds(about, shape) ? 'epoch_ms' : 'epoch_s', day: false };
  }
  if (shape.kind !== 'string' && shape.kind !== 'unknown') return null;
  const format = formatOf(shape.format);
  if (typeof shape.example === 'string' && shape.example !== '' && (format !== null || TIMELIKE.test(name))) {
    return byExample(shape.example, format);
  }
  if (format !== null) return { time: format === 'day' ? undefined : byDescription(about), day: format === 'day' };
  return null;
}

function formatOf(format: string): 'instant' | 'day' | null {
  if (/^(date-?time|timestamp|iso-?8601|zoned-date-time|instant)$/i.test(format)) return 'instant';
  return /^(date|full-date|local-date|yyyy-mm-dd)$/i.test(format) ? 'day' : null;
}

const ISO = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/i;

/** Texts without a zone, as examples show them. */
const LOCAL: readonly [RegExp, string][] = [
  [/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/, 'YYYY-MM-DD HH:mm:ss'],
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/, 'YYYY-MM-DDTHH:mm:ss'],
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}$/, 'YYYY-MM-DDTHH:mm:ss.SSS'],
  [/^\d{4}-\d\d-\d\d \d\d:\d\d$/, 'YYYY-MM-DD HH:mm'],
  [/^\d{4}-\d\d-\d\dT\d\d:\d\d$/, 'YYYY-MM-DDTHH:mm'],
  [/^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d$/, 'YYYY/MM/DD HH:mm:ss'],
];

/** An example that is no time of a known form contradicts the format: the text stays a text. */
function byExample(example: string, format: 'instant' | 'day' | null): { time: TimeDraft; day: boolean } | null {
  if (ISO.test(example)) return { time: undefined, day: false };
  if (/^\d{4}-\d\d-\d\d$/.test(example)) return { time: undefined, day: true };
  const local = LOCAL.find(([form]) => form.test(example));
  if (local) return { time: { pattern: local[1] }, day: false };
  return /^(string|date|datetime)$/i.test(example) && format !== null
    ? { time: undefined, day: format === 'day' }
    : null;
}

/** Times without a zone, where the description shows their form. */
function byDescription(about: string): TimeDraft {
  return /yyyy-mm-dd hh:mm:ss/i.test(about) ? { pattern: 'YYYY-MM-DD HH:mm:ss' } : undefined;
}

const inMilliseconds = (about: string, shape: Shape): boolean =>
  /millisecond|\bms\b/i.test(about) || (typeof shape.example === 'number' && shape.example > 1e11);

/** The property that holds when a record was last changed; null where there is none. */
export function modifiedOf(record: Shape, shapes: Shapes): string | null {
  return bestStamp(record, shapes, isModifiedName);
}

function bestStamp(record: Shape, shapes: Shapes, fits: (name: string) => boolean): string | null {
  const found = [...record.properties].flatMap(([name, property]) => {
    if (!fits(name) || name.includes('.')) return [];
    const shape = shapes.of(property.schema);
    const instant = instantIn(name, shape);
    const untold = shape.kind === 'string' && !shape.options && formatOf(shape.format) === null;
    return instant || untold ? [{ name, day: instant?.day ?? false }] : [];
  });
  return (found.find((one) => !one.day) ?? found[0])?.name ?? null;
}

/** A flag or state that says "deleted" or "archived", not merely "inactive". */
export function archivedOf(record: Shape, shapes: Shapes): { path: string; equals: string | boolean } | null {
  for (const [name, property] of record.properties) {
    if (name.includes('.')) continue;
    const shape = shapes.of(property.schema);
    const plain = squeezed(name);
    if (shape.kind === 'boolean' && /^(is)?(deleted|archived|removed|trashed)$/.test(plain)) {
      return { path: name, equals: true };
    }
  }
  for (const [name, property] of record.properties) {
    if (name.includes('.') || !/(status|state)$/.test(squeezed(name))) continue;
    const states = (shapes.of(property.schema).options ?? []).filter((option) => typeof option === 'string');
    const gone = states.find((state) => /^(archived|deleted|removed|trashed)$/i.test(state)) ?? undefined;
    if (gone !== undefined) return { path: name, equals: gone };
  }
  return null;
}
