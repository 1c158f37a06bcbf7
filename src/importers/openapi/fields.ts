import type { FieldType } from '../../record/value.ts';
import { type Finding, inferred } from './finding.ts';
import { singular, squeezed } from './path-parts.ts';
import type { Resource } from './resources.ts';
import type { Shape, Shapes } from './shape.ts';
import { instantIn, isCreatedName, isModifiedName, type TimeDraft } from './stamps.ts';

/** A field as it stands in the file; keys with their default value are left out. */
export interface FieldDraft {
  type: FieldType;
  path?: string;
  label?: string;
  time?: Exclude<TimeDraft, undefined>;
  number?: { wire?: 'string' | 'number'; scale?: number };
  options?: { value: string | number | boolean; key: string }[];
  reference?: string;
  required?: true;
  read_only?: true;
  write_only?: true;
  max_length?: number;
  minimum?: number;
  maximum?: number;
}

export interface FieldsPart {
  fields: Record<string, FieldDraft>;
  /** By name of the field: what is not simply declared. */
  findings: Map<string, Finding<string>>;
}

export interface FieldSources {
  resource: Resource;
  record: Shape;
  /** What a create takes; null where there is none or it is not described. */
  created: Shape | null;
  updated: Shape | null;
  /** Before the path of every field, e.g. `attributes`. */
  prefix: string;
  /** The id's own path. */
  id: string;
  /** The objects that references may lead to. */
  objects: readonly Resource[];
}

const MOST_FIELDS = 400;

const isFull = (part: FieldsPart): boolean => Object.keys(part.fields).length >= MOST_FIELDS;

/** The fields of an object: those of the record, and those that a create takes besides. */
export function fieldsOf(sources: FieldSources, shapes: Shapes): FieldsPart {
  const { record, created, updated, prefix, id } = sources;
  const part: FieldsPart = { fields: {}, findings: new Map() };
  const writable = created ?? updated;
  for (const [name, property] of record.properties) {
    const given = name === id && created?.properties.get(name)?.required === true;
    if (!usable(name) || (name === id && !sources.prefix && !given) || isFull(part)) continue;
    const shape = shapes.of(property.schema);
    const field = fieldOf(name, shape, sources, shapes, part);
    const written = created?.properties.get(name);
    const inUpdate = updated?.properties.get(name);
    if (shape.readOnly) field.read_only = true;
    else if (writable && writable.properties.size > 0 && !written && !inUpdate) field.read_only = true;
    else if (!writable && (isModifiedName(name) || isCreatedName(name)) && instantIn(name, shape)) {
      field.read_only = true;
      part.findings.set(name, inferred('read_only', 'the system sets it'));
    }
    if (shape.writeOnly) field.write_only = true;
    if (written?.required && !field.read_only) field.required = true;
    const taken = written ?? inUpdate;
    const writes = taken && !field.read_only ? shapes.of(taken.schema) : null;
    if (writes && otherForm(shape, writes)) {
      field.read_only = true;
      delete field.required;
      const twin = { ...fieldOf(name, writes, sources, shapes, part), path: name, write_only: true as const };
      put(part, twinName(name, record), written?.required ? { ...twin, required: true } : twin, prefix);
      part.findings.set(twinName(name, record), inferred('write_only', `written in another form than ${name} is read`));
    } else if (writes) addLimits(field, writes);
    put(part, name, field, prefix);
  }
  for (const [name, property] of created?.properties ?? []) {
    if (!usable(name) || record.properties.has(name) || (name === id && !property.required) || isFull(part)) continue;
    const shape = shapes.of(property.schema);
    if (shape.readOnly) continue;
    const field = fieldOf(name, shape, sources, shapes, part);
    if (record.properties.size > 0) field.write_only = true;
    if (property.required) field.required = true;
    put(part, name, field, prefix);
  }
  return part;
}

/** Read as an object and written as an id, and the like. */
function otherForm(read: Shape, written: Shape): boolean {
  const numbers = (shape: Shape) => (shape.kind === 'integer' ? 'number' : shape.kind);
  return read.kind !== 'unknown' && written.kind !== 'unknown' && numbers(read) !== numbers(written);
}

const twinName = (name: string, record: Shape): string =>
  record.properties.has(`${name}_id`) ? `${name}_written` : `${name}_id`;

/** Names with dots can't be told from paths. */
const usable = (name: string): boolean =>
  name !== '' && !name.includes('.') && !(name in Object.prototype) && !/\$\{/.test(name);

function put(part: FieldsPart, name: string, field: FieldDraft, prefix: string): void {
  part.fields[name] = prefix === '' ? field : { ...field, path: `${prefix}.${field.path ?? name}` };
}

function fieldOf(name: string, shape: Shape, sources: FieldSources, shapes: Shapes, part: FieldsPart): FieldDraft {
  const reference = referenceOf(name, shape, sources, shapes);
  if (reference) {
    part.findings.set(name, reference.finding);
    return withTitle(reference.field, shape);
  }
  const field = scalarField(name, shape, part);
  addLimits(field, shape);
  return withTitle(field, shape);
}

function withTitle(field: FieldDraft, shape: Shape): FieldDraft {
  const label = shape.title.trim();
  return label !== '' && label.length <= 60 && !/[\n\r]/.test(label) ? { ...field, label } : field;
}

function scalarField(name: string, shape: Shape, part: FieldsPart): FieldDraft {
  if (shape.kind === 'boolean') return { type: 'boolean' };
  if (shape.kind === 'array') return { type: 'list' };
  if (shape.kind === 'object') return { type: 'object' };
  const instant = shape.options ? null : instantIn(name, shape);
  if (instant) {
    if (!/date|time/.test(shape.format)) part.findings.set(name, inferred('timestamp', 'its example'));
    return { type: instant.day ? 'date' : 'timestamp', ...(instant.time ? { time: instant.time } : {}) };
  }
  if (shape.options && shape.options.length <= 300) {
    const options = optionsOf(shape.options);
    if (options) return { type: 'option', options };
  }
  if (shape.kind === 'integer') return { type: 'integer' };
  if (shape.kind === 'number') return /int/.test(shape.format) ? { type: 'integer' } : { type: 'decimal' };
  if (shape.kind === 'string' && /^(email|e-mail)$/i.test(shape.format)) return { type: 'email' };
  if (shape.kind === 'string' && /^(uri|url|iri)$/i.test(shape.format)) return { type: 'url' };
  if (shape.kind === 'string' && /^duration$/i.test(shape.format)) return { type: 'duration' };
  // By the book a time has an offset; only its example can say that it has none.
  if (shape.kind === 'string' && /^(time|partial-time)$/i.test(shape.format) && isTimeOfDay(shape.example)) {
    return { type: 'time' };
  }
  if (shape.kind === 'string' && /^(decimal|double|float|number|money)$/i.test(shape.format)) {
    return { type: 'decimal', number: { wire: 'string' } };
  }
  if (shape.kind === 'string' && /^(e?mail|email_?address)$/i.test(name)) {
    part.findings.set(name, inferred('email', 'its name'));
    return { type: 'email' };
  }
  if (shape.kind === 'unknown' && typeof shape.example === 'object' && shape.example !== null) {
    const type = Array.isArray(shape.example) ? 'list' : 'object';
    part.findings.set(name, inferred(type, 'its example'));
    return { type };
  }
  if (shape.kind === 'unknown' && shape.properties.size === 0)
    part.findings.set(name, inferred('string', 'no type is declared'));
  return { type: 'string' };
}

const isTimeOfDay = (example: unknown): boolean =>
  typeof example === 'string' && /^\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(example);

/** Each option is its own key, in lower case where that keeps them apart. */
function optionsOf(values: readonly (string | number | boolean)[]): FieldDraft['options'] | null {
  const usable = values.filter((value) => value !== '');
  const lower = usable.map((value) => String(value).toLowerCase());
  const keys = new Set(lower).size === usable.length ? lower : usable.map(String);
  if (usable.length === 0 || new Set(keys).size !== usable.length) return null;
  return usable.map((value, place) => ({ value, key: keys[place] ?? String(value) }));
}

function addLimits(field: FieldDraft, shape: Shape): void {
  if (field.type === 'string' || field.type === 'email' || field.type === 'url') {
    if (shape.maxLength !== undefined && shape.maxLength >= 1 && Number.isSafeInteger(shape.maxLength)) {
      field.max_length = shape.maxLength;
    }
  }
  if (field.type === 'integer' || field.type === 'decimal') {
    if (shape.minimum !== undefined) field.minimum = shape.minimum;
    if (shape.maximum !== undefined) field.maximum = shape.maximum;
  }
}

const ID_END = /^(.+?)(?:_?ids?|_?guid|_?uuid)$/i;

/** `company_id`, `companyId`, `company: { id }`: the object that is called so. */
function referenceOf(
  name: string,
  shape: Shape,
  { objects, resource }: FieldSources,
  shapes: Shapes,
): { field: FieldDraft; finding: Finding<string> } | null {
  const scalar = shape.kind === 'string' || shape.kind === 'integer' || shape.kind === 'number';
  if (scalar && !shape.options) {
    const stem = ID_END.exec(name)?.[1];
    if (stem === undefined || /s$/i.test(name)) return null;
    const target = targetOf(stem, objects, resource);
    if (!target) return null;
    const numeric = shape.kind === 'string' ? {} : { number: { wire: 'number' as const } };
    return {
      field: { type: 'reference', reference: target.name, ...numeric },
      finding: inferred('reference', 'its name'),
    };
  }
  if (shape.kind !== 'object' || shape.properties.size > 12) return null;
  const id = [...shape.properties.keys()].find((key) => /^(id|guid|uuid)$/i.test(key));
  const target = id === undefined ? undefined : targetOf(name, objects, resource);
  if (id === undefined || !target) return null;
  const numeric = /^(integer|number)$/.test(shapes.of(shape.properties.get(id)?.schema).kind);
  return {
    field: {
      type: 'reference',
      path: `${name}.${id}`,
      reference: target.name,
      ...(numeric ? { number: { wire: 'number' as const } } : {}),
    },
    finding: inferred('reference', 'its name, and it holds an id'),
  };
}

/** People that are not called users are users where the API has those. */
const PEOPLE =
  /^(owner|assignee|assigned|assignedto|creator|author|manager|createdby|updatedby|modifiedby|responsible)$/;

function targetOf(stem: string, objects: readonly Resource[], self: Resource): Resource | undefined {
  const plain = squeezed(stem);
  const words = stem
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .split(/[_\-\s]+/)
    .filter((word) => word !== '');
  const named = (word: string) => {
    const wanted = squeezed(word);
    const found = objects.filter((one) => squeezed(singular(one.name)) === wanted || squeezed(one.name) === wanted);
    return found.find((one) => one.parent === null) ?? found[0];
  };
  if (plain === 'parent') return self;
  const direct =
    named(stem) ?? (words.length > 1 ? (named(words.slice(-2).join('_')) ?? named(words.at(-1) ?? '')) : undefined);
  return direct ?? (PEOPLE.test(plain) ? named('user') : undefined);
}
