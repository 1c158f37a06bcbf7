import type { ObjectDefinition, ResponseRule } from './definition.ts';
import { isWire, wireReader } from './wire-path.ts';

/** Tells which fields an answer refuses, as `email: invalid_email; name: required`; empty where it tells none. */
export type RefusedFields = (body: unknown) => string;

/** Names of fields by what systems call them, in lower case: their name, label and wire path. */
export type FieldLabels = ReadonlyMap<string, string>;

interface Refused {
  field: string | null;
  code: string | null;
  /** A text of the server that the connector says is safe to keep; instead of the others. */
  text?: string | null;
}

const LONGEST_TEXT = 200;

const MOST_FIELDS = 20;

/** Where the connector says: the list, and the field and the code in an item of it. */
export function compileDeclared(messages: NonNullable<ResponseRule['messages']>, labels: FieldLabels): RefusedFields {
  const list = wireReader(messages.list);
  const field = messages.field === undefined ? null : wireReader(messages.field);
  const code = messages.code === undefined ? null : wireReader(messages.code);
  const text = messages.text === undefined ? null : wireReader(messages.text);
  const ofItem = (item: unknown): Refused => {
    const safe = text?.(item);
    if (typeof safe === 'string' && safe !== '') return { field: null, code: null, text: safe.slice(0, LONGEST_TEXT) };
    if (typeof item === 'string') return ofText(item, labels);
    const usual = ofObject(item);
    return {
      field: field ? word(field(item)) : (usual?.field ?? null),
      code: code ? word(code(item)) : (usual?.code ?? null),
    };
  };
  return (body) => {
    const found = list(body);
    return said(Array.isArray(found) ? found.slice(0, MOST_FIELDS).map(ofItem) : itemsOf(found, labels));
  };
}

/** Where systems usually have them. */
const USUAL_PLACES = [
  'errors',
  'error.errors',
  'error.details',
  'error.fields',
  'details',
  'detail',
  'violations',
  'invalid-params',
  'validationErrors',
  'validation_errors',
  'ModelState',
  'modelState',
  'fields',
  'data.params',
  'messages',
  '',
].map((path) => wireReader(path));

/** Where the connector says nothing, in the forms that many systems have. */
export function compileUsual(labels: FieldLabels): RefusedFields {
  const inError = wireReader('error');
  return (body) => {
    for (const at of USUAL_PLACES) {
      const items = itemsOf(at(body), labels).filter(({ field }) => field !== null);
      if (items.length > 0) return said(items);
    }
    const single = ofObject(inError(body));
    return single?.field ? said([single]) : '';
  };
}

export function labelsOf(objects: Readonly<Record<string, ObjectDefinition>>): FieldLabels {
  const labels = new Map<string, string>();
  for (const { fields, custom_fields: { prefix = '' } = {} } of Object.values(objects)) {
    for (const [name, { label, path, custom }] of Object.entries(fields)) {
      const key = custom === undefined ? undefined : prefix + custom;
      for (const called of [name, name.replaceAll('_', ' '), path, label, key]) {
        if (called !== undefined && !labels.has(called.toLowerCase())) labels.set(called.toLowerCase(), name);
      }
    }
  }
  return labels;
}

/** Only what looks like a name or a code; a sentence may hold values. */
function word(value: unknown): string | null {
  return typeof value === 'string' && /^[A-Za-z_][\w.[\]-]{0,59}$/.test(value) ? value : null;
}

function said(items: readonly Refused[]): string {
  return items
    .slice(0, MOST_FIELDS)
    .map(({ field, code, text }) => text ?? `${field ?? 'a field'}: ${code ?? 'refused'}`)
    .join('; ');
}

function itemsOf(found: unknown, labels: FieldLabels): Refused[] {
  if (Array.isArray(found)) {
    return found
      .slice(0, MOST_FIELDS)
      .flatMap((item) => (typeof item === 'string' ? ofText(item, labels) : (ofObject(item) ?? [])));
  }
  return isWire(found) ? ofMap(found, labels) : [];
}

/** By field, with a message, several, or what is wrong in an object: {"email": ["is invalid"]}. */
function ofMap(map: Readonly<Record<string, unknown>>, labels: FieldLabels): Refused[] {
  return Object.entries(map)
    .slice(0, MOST_FIELDS)
    .flatMap(([name, told]) => {
      const first: unknown = Array.isArray(told) ? told[0] : told;
      const isKnown = labels.has(name.toLowerCase()) || Array.isArray(told);
      if (!isKnown || word(name) === null) return [];
      if (typeof first === 'string') return [{ field: word(name), code: codeOf(first) }];
      return isWire(first) ? [{ field: word(name), code: ofObject(first)?.code ?? null }] : [];
    });
}

const FIELD_KEYS = [
  'field',
  'fieldName',
  'field_name',
  'param',
  'attribute',
  'property',
  'propertyPath',
  'propertyName',
  'property_name',
  'path',
  'name',
  'key',
  'target',
  'loc',
  'pointer',
  'parameter',
  'instancePath',
];
const CODE_KEYS = ['code', 'errorCode', 'error_code', 'type', 'rule', 'keyword', 'reason', 'error'];
const MESSAGE_KEYS = ['message', 'msg', 'detail', 'title', 'description'];

function ofObject(item: unknown): Refused | null {
  if (!isWire(item) || Array.isArray(item)) return null;
  const source = isWire(item.source) ? item.source : {};
  const fields = [...FIELD_KEYS.map((key) => item[key]), ...FIELD_KEYS.map((key) => source[key])];
  const codes = CODE_KEYS.map((key) => word(item[key]));
  const messages = MESSAGE_KEYS.map((key) => item[key]).filter((text) => typeof text === 'string');
  return {
    field: fields.map(placeWord).find((name) => name !== null) ?? null,
    code: codes.find((code) => code !== null) ?? messages.map(codeOf).find((code) => code !== null) ?? null,
  };
}

/** A name, a JSON pointer such as /data/attributes/email, or the steps of a path such as ["body", "email"]. */
function placeWord(value: unknown): string | null {
  if (Array.isArray(value)) {
    const steps = value.filter((step) => step !== 'body' && step !== 'query').map(String);
    return word(steps.join('.'));
  }
  if (typeof value !== 'string') return null;
  return word(value.includes('/') ? (value.split('/').at(-1) ?? '') : value);
}

/** A sentence that begins with a field as the system calls it: "Subject cannot be blank". */
function ofText(text: string, labels: FieldLabels): Refused {
  const words = text.slice(0, 200).toLowerCase().split(/\s+/);
  for (let count = Math.min(6, words.length - 1); count > 0; count--) {
    const field = labels.get(
      words
        .slice(0, count)
        .join(' ')
        .replace(/[:'"“”]+/g, ''),
    );
    if (field !== undefined) return { field, code: codeOf(text) };
  }
  return { field: null, code: codeOf(text) };
}

/** What a sentence means, in words of ours: the sentence itself may hold values. */
const MEANINGS: [RegExp, string][] = [
  [/blank|required|missing|empty|must be (present|given|provided)/i, 'required'],
  [/taken|already (exists|in use|been)|unique|duplicate/i, 'taken'],
  [/too long|at most|maximum length|exceed/i, 'too-long'],
  [/too short|at least|minimum length/i, 'too-short'],
  [/not included|not in the list|not a valid choice|one of/i, 'not-an-option'],
  [/not a number|numeric|integer/i, 'not-a-number'],
  [/invalid|not (a )?valid|malformed/i, 'invalid'],
];

function codeOf(text: string): string | null {
  return (
    MEANINGS.find(([sentence]) => sentence.test(text.slice(0, 500)))?.[1] ?? (text.includes(' ') ? null : word(text))
  );
}
