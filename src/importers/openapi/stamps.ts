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

/** Whether a property holds an instant, and how; null where it holds something else. */
export function instantIn(name: string, shape: Shape): { time: TimeDraft; day: boolean } | null {
  const about = `${shape.description} ${shape.title}`;
  if (shape.kind === 'integer' || shape.kind === 'number') {
    const stamped = isModifiedName(name) || isCreatedName(name) || TIMELIKE.test(name);
    const says = /unix|epoch|timestamp|seconds since|milliseconds/i.test(`${about} ${shape.format}`);
    if (!stamped && !says) return null;
    if (!says && !isModifiedName(name) && !isCreatedName(name)) return null;
    return { time: inMilliseconds(about, shape) ? 'epoch_ms' : 'epoch_s', day: false };
  }
  if (shape.kind !== 'string' && shape.kind !== 'unknown') return null;
  if (/^(date-?time|datetime|timestamp|iso-?8601|date-time-rfc1123|zoned-date-time|instant)$/i.test(shape.format)) {
    return { time: localPattern(shape), day: false };
  }
  if (/^(date|full-date|local-date|yyyy-mm-dd)$/i.test(shape.format)) return { time: undefined, day: true };
  if (typeof shape.example === 'string') {
    if (/^\d{4}-\d\d-\d\d$/.test(shape.example) && TIMELIKE.test(name)) return { time: undefined, day: true };
    if (ISO.test(shape.example)) return { time: undefined, day: false };
    const pattern = localPattern(shape);
    if (pattern) return { time: pattern, day: false };
  }
  if (!isModifiedName(name) && !isCreatedName(name)) return null;
  return shape.kind === 'unknown' && shape.description === '' ? null : { time: localPattern(shape), day: false };
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/** Microsoft's and others' times without a zone, where an example or the description shows them. */
function localPattern(shape: Shape): TimeDraft {
  const example = typeof shape.example === 'string' ? shape.example : '';
  if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(example)) return { pattern: 'YYYY-MM-DD HH:mm:ss' };
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/.test(example)) return { pattern: 'YYYY-MM-DDTHH:mm:ss' };
  if (example === '' && /yyyy-mm-dd hh:mm:ss/i.test(shape.description)) return { pattern: 'YYYY-MM-DD HH:mm:ss' };
  return undefined;
}

const inMilliseconds = (about: string, shape: Shape): boolean =>
  /millisecond|\bms\b/i.test(about) || (typeof shape.example === 'number' && shape.example > 1e11);

/** The property that holds when a record was last changed; null where there is none. */
export function modifiedOf(record: Shape, shapes: Shapes): string | null {
  return bestStamp(record, shapes, isModifiedName);
}

function bestStamp(record: Shape, shapes: Shapes, fits: (name: string) => boolean): string | null {
  const found = [...record.properties].flatMap(([name, property]) => {
    const instant = fits(name) && !name.includes('.') ? instantIn(name, shapes.of(property.schema)) : null;
    return instant ? [{ name, day: instant.day }] : [];
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
