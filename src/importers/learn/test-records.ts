import type { WriteDefinition } from '../../connector/definition.ts';
import type { FieldDefinition } from '../../connector/field.ts';
import type { Wire } from '../../connector/port.ts';
import { isWire, merged, wireReader } from '../../connector/wire-path.ts';
import { compileWriteRequest } from '../../protocols/rest/write-request.ts';
import { NO_REPLY, type Reply } from './raw.ts';
import { isGood, type Subject } from './subject.ts';
import { textsIn, withAt } from './wire-search.ts';

/** A refused write: which fields were sent, by their wire paths, and what came back. */
export interface Refusal {
  sent: string[];
  reply: Reply;
}

export interface Made {
  id: string;
  /** As the system held it after the create, by a read of its own where there is one. */
  wire: Wire;
  reply: Reply;
}

/** The answer to a write, and the record as it is afterwards; null where it can't be read. */
export interface Written {
  reply: Reply;
  wire: Wire | null;
}

const ROUNDS = 8;

/** Marked records that the probes make, change and take away again. */
export class TestRecords {
  /** Stands in a text of every one of them. */
  readonly marker: string;
  readonly refusals = new Map<string, Refusal[]>();
  readonly #made = new Map<string, Made>();
  readonly #present: { subject: Subject; id: string }[] = [];
  readonly #plans = new Map<string, Wire | null>();
  #count = 0;

  constructor(token: string) {
    this.marker = `Dovetail test ${token}`;
  }

  /** The test record of an object; null, with the reason kept, where none can be made. */
  async main(subject: Subject): Promise<Made | null> {
    const known = this.#made.get(subject.name);
    if (known) return known;
    await this.plan(subject);
    return this.#made.get(subject.name) ?? null;
  }

  /** What the test record consists of, found out by trying; null where every try was refused. */
  async plan(subject: Subject): Promise<Wire | null> {
    const known = this.#plans.get(subject.name);
    if (known !== undefined) return known;
    const { create } = subject.definition;
    let found: Wire | null = null;
    for (const rich of create ? [true, false] : []) {
      const composed = await this.#compose(subject, rich);
      const own = await customFields(subject);
      found =
        (await this.#tryPlan(subject, composed)) ?? (own && (await this.#tryPlan(subject, { ...composed, ...own })));
      if (found) break;
    }
    this.#plans.set(subject.name, found);
    return found;
  }

  /** Creates with fewer and fewer fields until it is taken: those that a refusal names are left out. */
  async #tryPlan(subject: Subject, composed: Wire): Promise<Wire | null> {
    let wire = composed;
    for (let round = 0; round < ROUNDS; round++) {
      const sent = await this.send(subject, 'create', null, wire);
      if (isGood(sent)) {
        const made = await this.#found(subject, sent);
        if (made) this.#made.set(subject.name, made);
        return wire;
      }
      const named = this.namedFields(subject, sent, Object.keys(wire));
      if (named.length === 0) return null;
      wire = Object.fromEntries(Object.entries(wire).filter(([key]) => !named.includes(key)));
      if (Object.keys(wire).length === 0) return null;
    }
    return null;
  }

  async #compose(subject: Subject, rich: boolean): Promise<Wire> {
    const { records } = await subject.sample();
    const { modified, link_field, id, version } = subject.definition;
    let wire: Wire = {};
    for (const [name, field] of Object.entries(subject.definition.fields)) {
      const path = field.path ?? name;
      if (field.read_only || [modified, link_field].includes(name) || [id.path, version].includes(path)) continue;
      const isMain = name === this.mainText(subject);
      if (!rich && !field.required && !isMain) continue;
      const at = wireReader(path);
      const example = records
        .map((record) => at(record.wire))
        .find((value) => value !== null && value !== undefined && value !== '');
      const value = this.#valueFor(subject, name, field, example ?? (await firstOption(subject, field)));
      if (value !== undefined) wire = withAt(wire, field.write_path ?? path, value);
    }
    return wire;
  }

  /** Texts are marked; all else is as in a record that is there. */
  #valueFor(subject: Subject, name: string, field: FieldDefinition, example: unknown): unknown {
    switch (field.type) {
      case 'string': {
        if (field.identifier || field.pattern !== undefined) return field.required ? example : undefined;
        const text = this.text();
        return field.max_length === undefined ? text : text.slice(-field.max_length);
      }
      case 'email':
        return `${this.token()}@example.com`;
      case 'phone':
        return '+12025550143';
      case 'list':
      case 'object':
        return field.required ? example : undefined;
      default:
        return subject.definition.unique.includes(name) ? undefined : example;
    }
  }

  /** The marker with a number that no other text of this run has. */
  text(): string {
    this.#count += 1;
    return `${this.marker} ${this.#count}`;
  }

  /** Letters and digits that no other value of this run has. */
  token(): string {
    return this.text()
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-');
  }

  /** Notes what a create made by chance, so that it is taken away. */
  async noteCreated(subject: Subject, reply: Reply): Promise<void> {
    await this.#found(subject, reply);
  }

  /** The text field that tells a person what the record is. */
  mainText(subject: Subject): string | null {
    const texts = Object.entries(subject.definition.fields).filter(
      ([, field]) =>
        field.type === 'string' &&
        !field.read_only &&
        !field.identifier &&
        field.pattern === undefined &&
        field.options === undefined,
    );
    const named = texts.find(([name]) =>
      /^(name|title|subject|last_?name|summary|description|label)(_?1)?$/i.test(name),
    );
    return (texts.find(([, field]) => field.required) ?? named ?? texts[0])?.[0] ?? null;
  }

  mainPath(subject: Subject): string | null {
    const name = this.mainText(subject);
    const field = name === null ? undefined : subject.definition.fields[name];
    return name === null ? null : (field?.path ?? name);
  }

  async create(subject: Subject, wire: Wire, headers?: Record<string, string>): Promise<Made | null> {
    const reply = await this.send(subject, 'create', null, wire, headers);
    return isGood(reply) ? this.#found(subject, reply) : null;
  }

  /** A further record like the test record, with a text and unique values of its own. */
  async another(
    subject: Subject,
    headers?: Record<string, string>,
  ): Promise<{ wire: Wire; made: Made | null; reply: Reply } | null> {
    const plan = await this.plan(subject);
    if (!plan) return null;
    const wire = this.fresh(subject, plan);
    const reply = await this.send(subject, 'create', null, wire, headers);
    return { wire, reply, made: isGood(reply) ? await this.#found(subject, reply) : null };
  }

  /** The plan with other texts: some of them may have to be unique. */
  fresh(subject: Subject, plan: Wire): Wire {
    let wire = plan;
    for (const [name, field] of Object.entries(subject.definition.fields)) {
      const path = field.write_path ?? field.path ?? name;
      const old = wireReader(path)(plan);
      if (typeof old !== 'string' || (field.type !== 'string' && field.type !== 'email')) continue;
      const marked = old.includes(this.marker.slice(-6)) || subject.definition.unique.includes(name);
      if (marked) wire = withAt(wire, path, this.#valueFor(subject, name, field, old));
    }
    return wire;
  }

  /** Notes the created record, so that it is taken away, and reads it. */
  async #found(subject: Subject, reply: Reply): Promise<Made | null> {
    const id = createdId(subject, reply);
    if (id === null) {
      this.#present.push({ subject, id: '(unknown)' });
      return null;
    }
    if (!this.#present.some((one) => one.subject === subject && one.id === id)) this.#present.push({ subject, id });
    const read = subject.definition.get ? (await subject.get(id)).record : reply.data;
    return { id, wire: isWire(read) ? read : {}, reply };
  }

  /** Changes some fields, the way the connector says: alone, or within the whole record. */
  async update(subject: Subject, id: string, change: Wire, headers?: Record<string, string>): Promise<Written> {
    const { update } = subject.definition;
    const current = update?.whole && subject.definition.get ? (await subject.get(id)).record : null;
    const wire = isWire(current) ? merged(this.writable(subject, current), change) : change;
    const reply = await this.send(subject, 'update', id, wire, headers);
    if (!isGood(reply)) return { reply, wire: null };
    return { reply, wire: await this.readBack(subject, id, reply) };
  }

  async readBack(subject: Subject, id: string, reply: Reply): Promise<Wire | null> {
    const read = subject.definition.get ? (await subject.get(id)).record : reply.data;
    return isWire(read) ? read : null;
  }

  /** What of a record may be written back. */
  writable(subject: Subject, record: unknown): Wire {
    let wire: Wire = {};
    for (const [name, field] of Object.entries(subject.definition.fields)) {
      const path = field.path ?? name;
      const value = wireReader(path)(record);
      if (!field.read_only && value !== undefined) wire = withAt(wire, field.write_path ?? path, value);
    }
    return wire;
  }

  async send(
    subject: Subject,
    kind: 'create' | 'update',
    id: string | null,
    wire: Wire,
    headers: Record<string, string> = {},
  ): Promise<Reply> {
    const write = subject.definition[kind];
    if (!write) throw new Error(`The connector declares no ${kind} for ${subject.name}`);
    const reply = await this.#write(subject, write, id, wire, headers);
    if (!isGood(reply) && reply.status !== null) {
      const kept = this.refusals.get(subject.name) ?? [];
      this.refusals.set(subject.name, [...kept, { sent: Object.keys(wire), reply }]);
    }
    return reply;
  }

  async #write(
    subject: Subject,
    write: WriteDefinition,
    id: string | null,
    wire: Wire | undefined,
    headers: Record<string, string>,
  ): Promise<Reply> {
    const own = subject.definition.id.type === 'integer' ? Number(id) : id;
    const names = id === null || own === null ? { names: {} } : { names: { id }, id: own };
    const path = subject.path(write.path);
    const filled = subject.raw.fill({ ...write, path });
    const asked = filled.ok ? compileWriteRequest(filled.value)({ ...names, wire }) : filled;
    if (!asked.ok) return NO_REPLY;
    return subject.raw.send({ ...asked.value, headers: { ...asked.value.headers, ...headers }, shown: path });
  }

  async remove(subject: Subject, id: string, headers: Record<string, string> = {}): Promise<Reply | null> {
    const removal = subject.definition.delete ?? subject.definition.archive;
    if (!removal) return null;
    const reply = await this.#write(subject, removal, id, undefined, headers);
    if (isGood(reply)) this.forget(subject, id);
    return reply;
  }

  forget(subject: Subject, id: string): void {
    const at = this.#present.findIndex((one) => one.subject.name === subject.name && one.id === id);
    if (at >= 0) this.#present.splice(at, 1);
    if (this.#made.get(subject.name)?.id === id) this.#made.delete(subject.name);
  }

  /** Takes away all that are still there; gives those that can't be. */
  async clean(): Promise<{ object: string; id: string }[]> {
    for (const { subject, id } of [...this.#present]) if (id !== '(unknown)') await this.remove(subject, id);
    return this.#present.map(({ subject, id }) => ({ object: subject.name, id }));
  }

  /** The sent fields that a refusal speaks of. */
  namedFields(subject: Subject, reply: Reply, sent: readonly string[], mainToo = false): string[] {
    const texts = textsIn(reply.data);
    const exact = sent.filter((name) => texts.some((text) => text === name || text.startsWith(`${name}.`)));
    // A sentence may hold the name of a field as a word of its own.
    const words = new Set(texts.flatMap((text) => text.split(/[^\p{L}\p{N}_.-]+/u)));
    const named = exact.length > 0 ? exact : sent.filter((name) => words.has(name));
    const main = mainToo ? null : this.mainPath(subject);
    return named.filter((name) => name !== main || named.length === 1);
  }
}

/** Users' own fields as in a record that is there: some may be required. */
async function customFields(subject: Subject): Promise<Wire | null> {
  const container = subject.definition.custom_fields?.container ?? '';
  if (container === '') return null;
  const { records } = await subject.sample();
  const example = records.map((record) => wireReader(container)(record.wire)).find(isWire);
  return example === undefined ? null : withAt({}, container, example);
}

/** For a list without a record to take an example from. */
async function firstOption(subject: Subject, field: FieldDefinition): Promise<unknown> {
  if (field.options) return field.options[0]?.value;
  const list = field.options_from === undefined ? undefined : subject.draft.connector.option_lists[field.options_from];
  if (!list) return undefined;
  const items = wireReader(list.records)((await subject.raw.send({ path: subject.path(list.path) })).data);
  return Array.isArray(items) ? wireReader(list.value)(items[0]) : undefined;
}

/** The id in the answer to a create: where the connector says, in the body, or one level down. */
export function createdId(subject: Subject, { data }: Reply): string | null {
  const declared = subject.idIn(wireReader(subject.definition.create?.record ?? '')(data)) ?? subject.idIn(data);
  if (declared !== null || !isWire(data)) return declared;
  for (const inner of Object.values(data)) {
    const id = subject.idIn(inner);
    if (id !== null) return id;
  }
  return null;
}
