import { isDeepStrictEqual } from 'node:util';
import type { Fields, Value } from '../../record/value.ts';
import type { FieldDefinition } from '../field.ts';
import type { Wire, WireRecord } from '../port.ts';
import { FINDINGS } from './findings.ts';
import type { Subject } from './reading.ts';

/** What marks the records that the suite creates, so that a person knows them. */
const MARK = 'Dovetail test';

/**
 * Creates one marked record, updates it, and removes it whatever happens. It is made of `sample`, or like the record
 * given; `token` tells it from those of other runs.
 */
export async function checkWriting(subject: Subject, sample: Fields | null, like: WireRecord | null, token: string) {
  const { connection, object, codec, notes } = subject;
  const can = connection.capabilities(object);
  const skip = (why: string) => {
    for (const check of ['create', 'update', 'condition', 'delete'] as const) notes.skipped(check, why);
  };
  if (!can.create || !(can.remove || can.archive))
    return skip('The connector does not declare how records are created and removed.');
  if (subject.definition.part_of ?? subject.definition.lines_of)
    return skip('It stands within records that belong to others: their object is written instead.');
  const fields = sample ?? sampleOf(subject, like, token);
  const lacking = Object.entries(subject.definition.fields).find(
    ([name, field]) => field.type === 'reference' && field.required && !field.read_only && !fields[name],
  );
  if (lacking) return skip(`There is no record to refer to by ${lacking[0]}.`);
  const encoded = codec.encode(fields);
  if (!encoded.ok) {
    notes.failed('create', Object.values(encoded.error)[0] ?? FINDINGS.noId(object));
    return;
  }
  const [created] = await connection.create(object, [{ wire: encoded.value, idempotencyKey: `conformance-${token}` }]);
  if (created?.kind !== 'done') {
    notes.failed('create', created?.diagnostic ?? FINDINGS.noId(object));
    return;
  }
  try {
    const record = await recordOf(subject, created.id, created.record);
    if (record) checkCreated(subject, fields, record);
    else notes.skipped('create', 'Created; the connector declares no way to read it by its id.');
    if (record) await checkUpdate(subject, fields, record, token);
  } finally {
    await checkRemoval(subject, created.id);
  }
}

async function recordOf(
  { connection, object }: Subject,
  id: string,
  told: WireRecord | null,
): Promise<WireRecord | null> {
  const [outcome] = await connection.get(object, [id]);
  return outcome?.kind === 'present' ? outcome.record : told;
}

function checkCreated(subject: Subject, sent: Fields, record: WireRecord): void {
  const { object, notes } = subject;
  const altered = differing(subject, sent, record.wire);
  if (altered.length > 0) notes.failed('create', FINDINGS.altered(object, altered));
  else notes.passed('create', `With ${Object.keys(sent).length} fields.`);
}

/** Fields that hold something else than was sent, as the system is declared to hold it. */
function differing({ codec, fields }: Subject, sent: Fields, wire: Wire): string[] {
  const names = Object.keys(sent).filter((name) => fields.includes(name));
  const now = codec.decode(wire, names).fields;
  return names.filter((name) => {
    const expected = codec.normalise(name, sent[name] ?? null);
    return expected.ok && !isDeepStrictEqual(expected.value, now[name] ?? null);
  });
}

async function checkUpdate(subject: Subject, sent: Fields, before: WireRecord, token: string): Promise<void> {
  const { connection, object, codec, definition, notes } = subject;
  const can = connection.capabilities(object);
  const name = Object.keys(sent).find((field) => isFreeText(field, definition.fields[field]) && sent[field] !== null);
  const encoded =
    name === undefined ? null : codec.encode({ [name]: cut(`${MARK} ${token} 2`, definition.fields[name]) });
  if (!can.update || name === undefined || !encoded?.ok) {
    for (const check of ['update', 'condition'] as const)
      notes.skipped(check, 'There is no update, or no text to change.');
    return;
  }
  const item = { id: before.id, wire: encoded.value, version: before.version, current: before.wire };
  const [updated] = await connection.update(object, [item]);
  if (updated?.kind !== 'done') {
    notes.failed('update', updated?.diagnostic ?? FINDINGS.notUpdated(object, name));
    return;
  }
  const now = await recordOf(subject, before.id, updated.record);
  if (!now) notes.skipped('update', 'Accepted; the connector declares no way to read it by its id.');
  else {
    const { [name]: changed, ...others } = codec.decode(before.wire, writable(subject)).fields;
    const after = codec.decode(now.wire, writable(subject)).fields;
    const lost = Object.keys(others).filter((field) => !isDeepStrictEqual(others[field], after[field]));
    if (isDeepStrictEqual(changed, after[name])) notes.failed('update', FINDINGS.notUpdated(object, name));
    else if (lost.length > 0) notes.failed('update', FINDINGS.lost(object, lost));
    else notes.passed('update', `Of ${name}; ${Object.keys(others).length} others kept.`);
  }
  await checkCondition(subject, item);
}

/** Sends the update again, whose version is outdated by now. */
async function checkCondition(
  { connection, object, notes }: Subject,
  item: { id: string; wire: Wire; version: string | null },
) {
  if (!connection.capabilities(object).conditionalUpdate || item.version === null) {
    notes.skipped('condition', 'The connector declares no conditional updates.');
    return;
  }
  const [outcome] = await connection.update(object, [item]);
  const isConflict = outcome?.kind === 'failed' && outcome.class === 'conflict';
  if (isConflict) notes.passed('condition', 'It is refused as a conflict.');
  else notes.failed('condition', outcome?.kind === 'failed' ? outcome.diagnostic : FINDINGS.conditionIgnored(object));
}

async function checkRemoval({ connection, object, notes }: Subject, id: string): Promise<void> {
  const { remove } = connection.capabilities(object);
  const [removed] = await connection.remove(object, [{ id, version: null }], !remove);
  if (removed?.kind !== 'done') {
    notes.failed('delete', removed?.diagnostic ?? FINDINGS.notGone(object));
    return;
  }
  const [now] = await connection.get(object, [id]);
  const isGone = now?.kind === 'gone' || (now?.kind === 'present' && now.record.archived);
  if (now?.kind === 'present' && !isGone) notes.failed('delete', FINDINGS.notGone(object));
  else
    notes.passed(
      'delete',
      isGone ? (remove ? 'It is gone.' : 'It is archived.') : 'Accepted; it can not be read by its id.',
    );
}

const writable = ({ fields, definition }: Subject) => fields.filter((name) => !definition.fields[name]?.read_only);

/** A record like another, marked, and different in all that must be unique. */
function sampleOf(subject: Subject, like: WireRecord | null, token: string): Fields {
  const { codec, definition } = subject;
  const decoded = like ? codec.decode(like.wire, writable(subject)).fields : {};
  const sample: Fields = {};
  for (const [name, field] of Object.entries(definition.fields)) {
    if (field.read_only) continue;
    const own = definition.unique.includes(name) || name === definition.link_field;
    const value = own ? unlike(field, token) : (decoded[name] ?? null);
    if (value !== null) sample[name] = value;
    else if (field.required) sample[name] = anyValue(field, token);
  }
  const text = Object.keys(sample).find(
    (name) => isFreeText(name, definition.fields[name]) && name !== definition.link_field,
  );
  if (text !== undefined) sample[text] = cut(`${MARK} ${token}`, definition.fields[text]);
  return sample;
}

function isFreeText(_: string, field: FieldDefinition | undefined): boolean {
  return (
    field?.type === 'string' &&
    !field.identifier &&
    field.pattern === undefined &&
    !field.read_only &&
    !field.write_only
  );
}

const cut = (text: string, field: FieldDefinition | undefined) => text.slice(0, field?.max_length ?? text.length);

function unlike(field: FieldDefinition, token: string): Value {
  if (field.type === 'email') return `dovetail-test-${token}@example.org`;
  return field.type === 'string' ? cut(`dovetail-test-${token}`, field) : null;
}

/** A value of the field's type, where there is no record to take one from. */
function anyValue(field: FieldDefinition, token: string): Value {
  switch (field.type) {
    case 'string':
      return cut(`${MARK} ${token}`, field);
    case 'email':
      return `dovetail-test-${token}@example.org`;
    case 'integer':
      return field.minimum ?? 1;
    case 'decimal':
      return String(field.minimum ?? 1);
    case 'boolean':
      return false;
    case 'date':
      return '2026-01-31';
    case 'timestamp':
      return '2026-01-31T12:00:00.000Z';
    case 'time':
      return '12:00:00.000';
    case 'local_timestamp':
      return '2026-01-31T12:00:00.000';
    case 'duration':
      return 'PT1H';
    case 'country':
      return 'DE';
    case 'language':
      return 'de';
    case 'url':
      return `https://example.org/${token}`;
    case 'person_name':
      return { given: MARK, family: token };
    case 'postal_address':
      return { street: `${MARK} ${token}` };
    case 'binary':
    case 'multi_option':
      return null;
    case 'money':
      return { amount: '1', currency: field.money?.fixed ?? 'EUR' };
    case 'currency':
      return 'EUR';
    case 'option':
      return field.options?.[0]?.key ?? null;
    case 'phone':
      return '+4930901820';
    case 'list':
      return [];
    case 'object':
      return {};
    case 'reference':
      return null;
  }
}
