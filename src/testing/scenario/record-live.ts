import { Document, type YAMLMap } from 'yaml';
import { compileCodec } from '../../connector/codec.ts';
import type { ObjectDefinition } from '../../connector/definition.ts';
import type { Connection, WireRecord } from '../../connector/port.ts';
import { mappingKey } from '../../engine/mapping-run.ts';
import { fieldsRead } from '../../integration/data-rule.ts';
import type { LoadedIntegration, LoadedMapping } from '../../integration/loaded.ts';
import type { Random } from '../../platform/random.ts';
import { isEmpty } from '../../record/canonical.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import { otherSide, SIDES, type Side } from '../../record/side.ts';
import type { Fields, Value } from '../../record/value.ts';
import type { Link, Store } from '../../store/port.ts';
import { nextId } from '../declared-system.ts';
import { type Fake, fakeValues } from './fake-values.ts';

export interface RecordOptions {
  integration: LoadedIntegration;
  connections: Record<Side, Connection>;
  store: Pick<Store, 'links' | 'linksAfter'>;
  random: Random;
}

/** A record by its system's own id. */
export interface RecordName {
  side: Side;
  object: string;
  id: string;
}

/** Records of each mapping, where nobody names any. */
const PAIRS = 2;
/** With all that they refer to and are linked with. */
const MOST_RECORDS = 60;

/**
 * A scenario made of live records, of those named or of a few that are linked, with their counterparts and all that they
 * refer to. Ids are numbered anew, every value is a fake of the same shape; which records there were can't be told from it.
 * Reads only.
 */
export async function recordScenario(
  options: RecordOptions,
  name: string,
  named: readonly RecordName[],
): Promise<Result<string>> {
  const recorder = new Recorder(options);
  const gathered = await recorder.gather(named);
  return gathered.ok ? ok(recorder.text(name)) : gathered;
}

interface Recorded extends RecordName {
  alias: string;
  archived: boolean;
  fields: Fields;
}

class Recorder {
  readonly #options: RecordOptions;
  readonly #fake: Fake;
  readonly #records = new Map<string, Recorded>();
  readonly #linked: { mapping: string; a: RecordName; b: RecordName }[] = [];

  constructor(options: RecordOptions) {
    this.#options = options;
    this.#fake = fakeValues(options.random.bytes(32));
  }

  async gather(named: readonly RecordName[]): Promise<Result<void>> {
    for (const side of SIDES) {
      for (const { objects } of this.#options.integration.mappings) {
        const loaded = await this.#options.connections[side].loadOptions(objects[side]);
        if (!loaded.ok) return loaded;
      }
    }
    const open = named.length > 0 ? [...named] : await this.#some();
    for (let next = open.shift(); next; next = open.shift()) {
      if (this.#records.has(keyOf(next)) || this.#records.size >= MOST_RECORDS) continue;
      const read = await this.#read(next);
      if (!read.ok) {
        if (named.includes(next)) return read;
        continue;
      }
      open.push(...this.#referred(next.side, next.object, read.value.fields), ...(await this.#counterparts(next)));
    }
    return this.#records.size > 0 ? ok(undefined) : fail(NOTHING);
  }

  /** The first pairs that are linked, of each mapping; else the first records of each system. */
  async #some(): Promise<RecordName[]> {
    const { integration, connections, store } = this.#options;
    const found: RecordName[] = [];
    for (const { name, objects } of integration.mappings) {
      const links = await store.linksAfter(mappingKey(integration.name, name), 'a', null, PAIRS);
      found.push(...links.map(({ a }): RecordName => ({ side: 'a', object: objects.a, id: a })));
      if (links.length > 0) continue;
      for (const side of SIDES) {
        if (!this.#canBeGiven(side, objects[side])) continue;
        const ids = await firstIds(connections[side], objects[side]);
        found.push(...ids.map((id): RecordName => ({ side, object: objects[side], id })));
      }
    }
    return found;
  }

  #definition(side: Side, object: string): ObjectDefinition | undefined {
    return this.#options.integration[side].connector.objects[object];
  }

  /** Ids of several parts say something, and what stands within others is given with them. */
  #canBeGiven(side: Side, object: string): boolean {
    const { id, parent, part_of: part, lines_of: lines } = this.#definition(side, object) ?? {};
    return id !== undefined && !(parent ?? part ?? lines ?? id.columns ?? id.paths ?? id.digest);
  }

  async #read(name: RecordName): Promise<Result<Recorded>> {
    const { side, object, id } = name;
    const connection = this.#options.connections[side];
    const definition = this.#definition(side, object);
    if (!definition || !this.#canBeGiven(side, object)) return fail(notGiven(object));
    const [outcome] = await connection.get(object, [id]);
    if (outcome?.kind !== 'present') return fail(outcome?.kind === 'unknown' ? outcome.diagnostic : gone(object, id));
    const codec = compileCodec(definition, (list) => connection.options(list));
    const { fields } = codec.decode(outcome.record.wire, this.#fieldsOf(side, object, definition));
    const taken = [...this.#records.values()].filter((one) => one.side === side && one.object === object);
    const alias = nextId(
      definition.id.type,
      taken.map((one) => one.alias),
    ).replace('new', object);
    const recorded = { ...name, alias, archived: outcome.record.archived, fields };
    this.#records.set(keyOf(name), recorded);
    return ok(recorded);
  }

  /** Whatever decides: what is mapped, matched by, read by expressions and rules, and what the system demands. */
  #fieldsOf(side: Side, object: string, { fields }: ObjectDefinition): string[] {
    const mappings = this.#options.integration.mappings.filter(({ objects }) => objects[side] === object);
    const read = new Set(mappings.flatMap((mapping) => fieldsOfMapping(mapping, side, Object.keys(fields))));
    return Object.entries(fields).flatMap(([name, field]) =>
      !field.read_only && !field.write_only && (read.has(name) || field.required) ? [name] : [],
    );
  }

  #referred(side: Side, object: string, fields: Fields): RecordName[] {
    const declared = this.#definition(side, object)?.fields ?? {};
    return Object.entries(fields).flatMap(([name, value]) => {
      const referred = declared[name]?.reference;
      return referred !== undefined && typeof value === 'string' ? [{ side, object: referred, id: value }] : [];
    });
  }

  async #counterparts({ side, object, id }: RecordName): Promise<RecordName[]> {
    const { integration, store } = this.#options;
    const found: RecordName[] = [];
    for (const { name, objects } of integration.mappings) {
      if (objects[side] !== object) continue;
      const link = (await store.links(mappingKey(integration.name, name), side, [id])).get(id);
      if (link?.state !== 'active') continue;
      const pair = namesOf(link, objects);
      if (!this.#linked.some((one) => one.mapping === name && keyOf(one.a) === keyOf(pair.a)))
        this.#linked.push({ mapping: name, ...pair });
      found.push(pair[otherSide(side)]);
    }
    return found;
  }

  text(name: string): string {
    const { integration } = this.#options;
    const document = new Document({ scenario: name });
    const options = this.#optionKeys();
    if (Object.keys(options).length > 0) document.set('options', document.createNode(options));
    for (const { side, object } of this.#records.values()) {
      const path = ['given', integration[side].name, object];
      if (document.hasIn(path)) continue;
      const own = [...this.#records.values()].filter((one) => one.side === side && one.object === object);
      document.setIn(path, document.createNode(own.map((one) => this.#node(document, one))));
    }
    for (const { mapping, a, b } of this.#linked) {
      const [one, other] = [this.#records.get(keyOf(a)), this.#records.get(keyOf(b))];
      if (!one || !other) continue;
      if (!document.hasIn(['linked', mapping])) document.setIn(['linked', mapping], document.createNode([]));
      document.addIn(['linked', mapping], document.createNode([one.alias, other.alias], { flow: true }));
    }
    return `${SCHEMA_LINE}\n\n${document.toString({ lineWidth: 0 })}`;
  }

  #node(document: Document, { side, object, alias, archived, fields }: Recorded): YAMLMap {
    const declared = this.#definition(side, object)?.fields ?? {};
    const faked: Record<string, Value> = {};
    for (const [name, value] of Object.entries(fields)) {
      const field = declared[name];
      if (!field || isEmpty(value)) continue;
      const referred = field.reference;
      if (referred === undefined) faked[name] = this.#fake(value, field);
      else {
        const parent = this.#records.get(keyOf({ side, object: referred, id: String(value) }));
        if (parent) faked[name] = parent.alias;
      }
    }
    const node: YAMLMap = document.createNode({ id: alias, ...(archived ? { archived } : {}), ...faked });
    node.flow = true;
    return node;
  }

  /** The options of the lists that the systems were asked for: they are the systems', not the records'. */
  #optionKeys(): Record<string, Record<string, string[]>> {
    const { integration, connections } = this.#options;
    const told: Record<string, Record<string, string[]>> = {};
    for (const { side, object } of this.#records.values()) {
      for (const { options_from: list } of Object.values(this.#definition(side, object)?.fields ?? {})) {
        const keys = list === undefined ? [] : connections[side].options(list).map(({ key }) => key);
        if (list === undefined || keys.length === 0) continue;
        const { name } = integration[side];
        told[name] = { ...told[name], [list]: keys };
      }
    }
    return told;
  }
}

const SCHEMA_LINE = '# yaml-language-server: $schema=../node_modules/dovetail/schemas/scenario.schema.json';

const keyOf = ({ side, object, id }: RecordName): string => JSON.stringify([side, object, id]);

const namesOf = ({ a, b }: Link, objects: Record<Side, string>): Record<Side, RecordName> => ({
  a: { side: 'a', object: objects.a, id: a },
  b: { side: 'b', object: objects.b, id: b },
});

function fieldsOfMapping(mapping: LoadedMapping, side: Side, all: readonly string[]): readonly string[] {
  const expressions = [
    mapping.filter[side],
    ...mapping.fields.map((row) => (side === 'a' ? row.toB : row.toA)),
    ...mapping.lookups.flatMap((lookup) => (lookup.source === side ? [lookup.from] : [])),
  ];
  return [
    ...mapping.fields.map((row) => row[side]),
    ...mapping.match.flatMap((rule) => rule.map((part) => part[side])),
    ...expressions.flatMap((expression) => (expression ? (expression.fields ?? all) : [])),
    ...mapping.dataRules.flatMap((rule) => (rule.side === side ? (fieldsRead(rule) ?? all) : [])),
  ];
}

async function firstIds(connection: Connection, object: string): Promise<string[]> {
  if (!connection.capabilities(object).list) return [];
  for await (const step of connection.read({ object, since: null })) {
    if (step.kind === 'end') return [];
    const live = step.records.filter(({ archived }: WireRecord) => !archived);
    if (live.length > 0) return live.slice(0, PAIRS).map(({ id }) => id);
  }
  return [];
}

const NOTHING = problem('nothing-recorded', 'Neither system gave a record to make a scenario of', {
  next: 'Name some with --records SYSTEM.OBJECT:ID',
});

const notGiven = (object: string) =>
  problem('not-recorded', `Records of ${object} can not be given in a scenario by themselves`);

const gone = (object: string, id: string) => problem('record-unknown', `There is no ${object} ${id}`);
