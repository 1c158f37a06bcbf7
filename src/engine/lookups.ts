import { compileCodec, type ObjectCodec } from '../connector/codec.ts';
import type { Connection, WireRecord } from '../connector/port.ts';
import type { LoadedIntegration, LoadedLookup, LoadedMapping } from '../integration/loaded.ts';
import type { LookedUp } from '../mapping/map-field.ts';
import { canonicalText, isEmpty } from '../record/canonical.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { Obstacle } from '../record/expressed.ts';
import type { Side } from '../record/side.ts';
import type { Fields, Value } from '../record/value.ts';
import { type Pair, presentSide } from './pair.ts';

/** Found records that a run keeps; beyond, they are read again. */
const MOST_KEPT = 10_000;
/** Look-ups by a field that are under way at once. */
const AT_ONCE = 8;

/** The lookups of one mapping in one run, by their names. */
export type Lookups = ReadonlyMap<string, OpenLookup>;

interface OpenLookup {
  lookup: LoadedLookup;
  connection: Connection;
  codec: ObjectCodec;
  /** Names of the fields to decode. */
  names: readonly string[];
  /** By the text of the value that was looked for. */
  known: Map<string, Finding>;
}

/** Null: there is no such record. A failure is asked for again with the next records. */
type Finding = Result<Fields | null>;

/** Fails where a system can't be asked for records by the field. */
export async function openLookups(
  integration: LoadedIntegration,
  mapping: LoadedMapping,
  connections: Record<Side, Connection>,
): Promise<Result<Lookups>> {
  const opened = new Map<string, OpenLookup>();
  for (const lookup of mapping.lookups) {
    const connection = connections[lookup.side];
    const definition = integration[lookup.side].connector.objects[lookup.object];
    const can = connection.capabilities(lookup.object);
    if (!definition || !(lookup.by === null ? can.get : can.findable.includes(lookup.by))) {
      return fail(notFindable(lookup, can.findable));
    }
    const options = await connection.loadOptions(lookup.object);
    if (!options.ok) return options;
    const codec = compileCodec(definition, (list) => connection.options(list));
    opened.set(lookup.name, { lookup, connection, codec, names: Object.keys(definition.fields), known: new Map() });
  }
  return ok(opened);
}

const notFindable = ({ name, object, by, where }: LoadedLookup, findable: readonly string[]): Diagnostic =>
  problem('lookup-not-findable', `${object} can't be found by ${by ?? 'id'}, as the lookup ${name} does`, {
    where,
    next: findable.length > 0 ? `Look it up by ${findable.join(' or ')}` : 'Use a table instead',
  });

/** Looks up what the pairs' records ask for: each value once, and once per run. */
export async function lookUp(mapping: LoadedMapping, lookups: Lookups, pairs: readonly Pair[]): Promise<void> {
  if (lookups.size === 0) return;
  const asked: { pair: Pair; open: OpenLookup; key: Result<Value> }[] = [];
  for (const pair of pairs) {
    pair.lookedUp = { a: null, b: null };
    for (const { name, source, from } of mapping.lookups) {
      const seen = presentSide(pair, source);
      const open = lookups.get(name);
      if (seen && open) asked.push({ pair, open, key: from.evaluate({ value: null, record: seen.fields }) });
    }
  }
  for (const open of lookups.values()) {
    const keys = asked.flatMap((one) =>
      one.open === open && one.key.ok && !isEmpty(one.key.value) ? [one.key.value] : [],
    );
    await learn(open, keys);
  }
  for (const { pair, open, key } of asked) tell(pair, open, key);
}

/** Reads what is not known yet. */
async function learn(open: OpenLookup, keys: readonly Value[]): Promise<void> {
  const wanted = new Map(keys.map((key) => [canonicalText(key), key]));
  if (open.known.size + wanted.size > MOST_KEPT) open.known.clear();
  const missing = [...wanted].filter(([text]) => !open.known.get(text)?.ok);
  if (open.lookup.by === null) return await learnByIds(open, missing);
  for (let at = 0; at < missing.length; at += AT_ONCE) {
    await Promise.all(
      missing.slice(at, at + AT_ONCE).map(async ([text, key]) => {
        open.known.set(text, await findBy(open, key));
      }),
    );
  }
}

async function learnByIds(open: OpenLookup, missing: readonly [string, Value][]): Promise<void> {
  if (missing.length === 0) return;
  const { connection, lookup } = open;
  const outcomes = await connection.get(
    lookup.object,
    missing.map(([, key]) => String(key)),
  );
  for (const [index, [text]] of missing.entries()) {
    const outcome = outcomes[index];
    if (outcome?.kind === 'present') open.known.set(text, ok(decoded(open, outcome.record)));
    else if (outcome?.kind === 'gone') open.known.set(text, ok(null));
    else if (outcome) open.known.set(text, fail(outcome.diagnostic));
  }
}

async function findBy({ connection, codec, names, lookup }: OpenLookup, key: Value): Promise<Finding> {
  const by = lookup.by ?? '';
  const wire = codec.encodeValue(by, key);
  // What the system can't even say is in none of its records.
  if (!wire.ok) return ok(null);
  const found = await connection.find(lookup.object, by, wire.value);
  if (!found.ok) return found;
  const [only, ...others] = found.value.filter(({ archived }) => !archived);
  if (!only) return ok(null);
  return others.length === 0 ? ok(decoded({ codec, names }, only)) : fail(ambiguous(lookup, others.length + 1));
}

/** Its fields, and its id where no field is called so. */
const decoded = ({ codec, names }: Pick<OpenLookup, 'codec' | 'names'>, record: WireRecord): Fields => ({
  id: record.id,
  ...codec.decode(record.wire, names).fields,
});

const ambiguous = ({ name, object, by, where }: LoadedLookup, count: number): Diagnostic =>
  problem('lookup-ambiguous', `The lookup ${name} finds ${count} ${object} of the same ${by}`, {
    where,
    next: 'Look it up by a field that is unique.',
  });

/** An empty value looks for nothing, and finds nothing. */
function tell(pair: Pair, { lookup, known }: OpenLookup, key: Result<Value>): void {
  const { name, source, missing } = lookup;
  const before: LookedUp = pair.lookedUp[source] ?? { found: {}, obstacles: new Map() };
  const isAsked = key.ok && !isEmpty(key.value);
  const finding: Finding = key.ok ? (known.get(canonicalText(key.value)) ?? ok(null)) : key;
  const fault = finding.ok ? null : finding.error;
  const record = finding.ok && isAsked ? finding.value : null;
  const told = fault ?? (isAsked && record === null && missing === 'park' ? notFound(lookup) : null);
  pair.lookedUp[source] = told
    ? { ...before, obstacles: new Map([...before.obstacles, [name, new Obstacle(told.code, told)]]) }
    : { ...before, found: { ...before.found, [name]: record } };
}

const notFound = ({ name, object, by, where }: LoadedLookup): Diagnostic =>
  problem('lookup-missing', `The lookup ${name} finds no ${object} by ${by ?? 'id'}`, {
    where,
    next: 'Create it there, or set missing: empty.',
  });
