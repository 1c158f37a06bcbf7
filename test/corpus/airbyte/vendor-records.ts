import { pathSteps } from '../../../src/connector/codec/path.ts';
import { evaluate } from '../../../src/importers/airbyte/evaluate.ts';
import { typesOf } from '../../../src/importers/airbyte/fields.ts';
import { type Expression, parseTemplate } from '../../../src/importers/airbyte/jinja.ts';
import { dotted, isNode, type Node, nodeAt, nodesAt, textAt, textsAt } from '../../../src/importers/airbyte/node.ts';
import { writeTime } from '../../../src/importers/airbyte/strftime.ts';

/** Records as a vendor's system would hold them, made from what a stream's schema, keys and cursor say. */
export function makeRecords(stream: Node, count: number, extra: readonly string[], now: number): Node[] {
  return Array.from({ length: count }, (_, place) => makeRecord(stream, place + 1, extra, now));
}

function makeRecord(stream: Node, number: number, extra: readonly string[], now: number): Node {
  const record: Record<string, unknown> = { serial_of_the_server: number };
  const [loader] = nodesAt(stream, 'schema_loader');
  const properties = nodeAt(nodeAt(loader ?? {}, 'schema') ?? {}, 'properties') ?? {};
  for (const [name, schema] of Object.entries(properties)) {
    const value = isNode(schema) ? sampleOf(name, schema, number) : undefined;
    if (value !== undefined) record[name] = value;
  }
  for (const path of [...keysOf(stream), ...copiedPaths(stream), ...extra]) {
    if (at(record, path) === undefined || isNode(at(record, path))) set(record, path, `${path}-${number}`);
  }
  const cursor = nodeAt(stream, 'incremental_sync');
  const field = cursor && textAt(cursor, 'cursor_field');
  if (cursor && field && !field.includes('{')) {
    const [format = textAt(cursor, 'datetime_format') ?? '%s'] = textsAt(cursor, 'cursor_datetime_formats');
    const stamp = writeTime(now - 3_600_000 + number * 1000, format);
    const isKey = keysOf(stream).includes(field);
    if (stamp !== null && !isKey) set(record, field, /^\d+$/.test(stamp) ? Number(stamp) : stamp);
  }
  return record;
}

function sampleOf(name: string, schema: Node, number: number): unknown {
  const types = typesOf(schema);
  if (types.has('object') || types.has('array')) return undefined;
  if (types.has('string')) return `${name}-${number}`;
  if (types.has('integer') || types.has('number')) return number;
  return types.has('boolean') ? number % 2 === 0 : undefined;
}

/** Paths of the primary key. */
export function keysOf(stream: Node): string[] {
  const key = stream.primary_key;
  if (typeof key === 'string') return key.includes('{') || key === '' ? [] : [key];
  if (!Array.isArray(key)) return [];
  return key.map((each) => (Array.isArray(each) ? each.join('.') : String(each))).filter((each) => !each.includes('{'));
}

/** Places in the record that added fields are copied from. */
function copiedPaths(stream: Node): string[] {
  const added = nodesAt(stream, 'transformations').flatMap((each) => nodesAt(each, 'fields'));
  return added.flatMap((field) => slotPaths(textAt(field, 'value') ?? '', 'record'));
}

/** The paths that a Jinja text reads below a name, the longest of each. */
export function slotPaths(source: string, slot: string): string[] {
  const found = new Set<string>();
  const look = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) look(each);
    else if (isNode(value)) {
      if (isExpression(value)) {
        const meaning = evaluate(value, { parameters: {}, names: new Map() });
        if (meaning.is === 'slot' && meaning.of === slot && meaning.path.length > 0) found.add(dotted(meaning.path));
      }
      // A method is no place: of `response.get('a')` the place is `a`.
      const callee = value.kind === 'call' && isNode(value.callee) ? value.callee : null;
      const parts = callee?.kind === 'member' ? { ...value, callee: callee.object } : value;
      for (const each of Object.values(parts)) look(each);
    }
  };
  look(parseTemplate(source) ?? []);
  return [...found].filter((path) => ![...found].some((other) => other.startsWith(`${path}.`)));
}

const KINDS = new Set(['name', 'member', 'call', 'filter']);
const isExpression = (value: Node): value is Node & Expression =>
  typeof value.kind === 'string' && KINDS.has(value.kind);

export function at(value: unknown, path: string): unknown {
  let found = value;
  for (const step of path === '' ? [] : pathSteps(path)) {
    if (Array.isArray(found)) found = found.at(Number(step));
    else if (isNode(found) && Object.hasOwn(found, step)) found = found[step];
    else return undefined;
  }
  return found;
}

export function set(into: Record<string, unknown>, path: string, value: unknown): void {
  const [first = '', ...rest] = pathSteps(path);
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const old = into[first];
  const inner: Record<string, unknown> = isNode(old) ? { ...old } : {};
  set(inner, dotted(rest), value);
  into[first] = inner;
}
