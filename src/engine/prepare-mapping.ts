import { compileCodec, type ObjectCodec } from '../connector/codec.ts';
import type { ObjectDefinition } from '../connector/definition.ts';
import type { Connection } from '../connector/port.ts';
import { fieldsRead } from '../integration/data-rule.ts';
import type { LoadedField, LoadedMapping } from '../integration/loaded.ts';
import { compileFieldMapper, type FieldMapper } from '../mapping/map-field.ts';
import { ruleKey } from '../matching/rule-key.ts';
import type { PlanRules } from '../planning/pair-decision.ts';
import { fail, problem, type Result } from '../record/diagnostic.ts';
import { strongDigest } from '../record/digest.ts';
import { otherSide, type Side } from '../record/side.ts';
import type { Fields } from '../record/value.ts';
import { compileCheck, compileRecordCheck, valueRules } from '../validation/validate.ts';
import { noCounts } from './counts.ts';
import { settleDrift } from './drift.ts';
import { heldMapper, heldText, type Settled } from './drift-scope.ts';
import { IdSet } from './id-set.ts';
import { KnownKeys } from './known-keys.ts';
import { layoutOf } from './layout.ts';
import { letInBefore } from './let-in.ts';
import { openLookups } from './lookups.ts';
import { type MappingRun, mappingKey, type RunContext, type SideRead, type SideRun } from './mapping-run.ts';
import { liveOptions, optionLists } from './new-options.ts';
import { unmappedFields } from './unmapped.ts';

/** Compiles a mapping for one run: codecs, mappers, checks, match keys and the layout of its baselines. */
export async function prepareMapping(
  context: RunContext,
  declared: LoadedMapping,
  connections: Record<Side, Connection>,
): Promise<Result<MappingRun>> {
  const settled = await settleDrift(context, declared, connections);
  if (!settled.ok) return settled;
  const { mapping, held, shapes } = settled.value;
  const sides: Partial<Record<Side, SideRun>> = {};
  const fieldsOf = (side: Side) =>
    Object.keys(settled.value.integration[side].connector.objects[mapping.objects[side]]?.fields ?? {});
  const extras = { a: extraNames(mapping, 'a', fieldsOf('a')), b: extraNames(mapping, 'b', fieldsOf('b')) };
  for (const side of ['a', 'b'] as const) {
    const prepared = await prepareSide(context, settled.value, side, connections, extras);
    if (!prepared.ok) return prepared;
    sides[side] = prepared.value;
  }
  const { a, b } = sides;
  if (!a || !b) return fail(problem('mapping-incomplete', `${mapping.name} lacks a side`));
  const layoutFields = layoutOf(mapping, extras, context.strongKey);
  const { store, integration } = context;
  const key = mappingKey(integration.name, mapping.name);
  const parked = await store.parked({ mapping: key, includeDismissed: true, limit: 1 });
  const ok = <T>(value: T) => ({ ok: true, value }) as const;
  const lookups = await openLookups(context.integration, mapping, connections);
  if (!lookups.ok) return lookups;
  return ok<MappingRun>({
    context,
    lookups: lookups.value,
    key,
    mapping,
    a,
    b,
    rules: planRules(mapping, { a, b }),
    layout: await store.layout(layoutFields),
    layoutFields,
    layouts: new Map(),
    knownKeys: new KnownKeys(),
    letIn: await letInBefore(context, mapping.name),
    asked: { a: new IdSet(context.digestKey), b: new IdSet(context.digestKey) },
    realigned: new WeakMap(),
    rulesDigest: strongDigest(context.strongKey, mapping.rules),
    parkDigest: strongDigest(
      context.strongKey,
      `${mapping.rules}\n${liveOptions({ mapping, a, b })}\n${heldText(settled.value)}`,
    ),
    held,
    shapes,
    scratch: context.openScratch(),
    parked: parked.length,
    ...nothingYet(),
  });
}

/** What a run knows of a mapping before it has begun. */
const nothingYet = () =>
  ({
    recheck: false,
    alerted: null,
    counts: noCounts(),
    reads: { a: noRead(), b: noRead() },
    open: { a: new Set(), b: new Set() },
    openTokens: { a: new Set(), b: new Set() },
    holdDeletes: false,
    sweepBroken: false,
    readNothing: false,
    deletes: new Map(),
    present: { a: null, b: null },
    pages: { a: null, b: null },
    spoiled: { a: false, b: false },
    gone: { a: new Map(), b: new Map() },
    vanished: { a: [], b: [] },
    settled: [],
    reopened: [],
    retried: { a: new Set(), b: new Set() },
    contested: { a: new Set(), b: new Set() },
    lost: { a: new Set(), b: new Set() },
    claimed: { a: new Map(), b: new Map() },
    taken: { a: new Map(), b: new Map() },
    aside: { a: new Map(), b: new Map() },
  }) satisfies Partial<MappingRun>;

const noRead = (): SideRead => ({ whole: false, complete: false, count: 0, newest: null, serverTime: null });

/** Fields that expressions, filters, rules and match rules read beyond the mapped ones. */
function extraNames(mapping: LoadedMapping, side: Side, all: readonly string[]): string[] {
  const mapped = new Set(mapping.fields.map((field) => field[side]));
  const expressions = [mapping.filter[side], ...mapping.fields.map((field) => (side === 'a' ? field.toB : field.toA))];
  const read = expressions.flatMap((expression) => (expression ? (expression.fields ?? all) : []));
  const checked = mapping.dataRules.flatMap((rule) => (rule.side === side ? (fieldsRead(rule) ?? all) : []));
  return [...new Set([...read, ...checked, ...mapping.match.flatMap((rule) => rule.map((pair) => pair[side]))])]
    .filter((name) => !mapped.has(name))
    .sort();
}

async function prepareSide(
  context: RunContext,
  settled: Settled,
  side: Side,
  connections: Record<Side, Connection>,
  extras: Record<Side, string[]>,
): Promise<Result<SideRun>> {
  const { mapping, integration } = settled;
  const system = integration[side];
  const object = mapping.objects[side];
  const definition = system.connector.objects[object];
  const theirs = integration[otherSide(side)].connector.objects[mapping.objects[otherSide(side)]];
  if (!definition || !theirs)
    return fail(problem('object-unknown', `${mapping.name} maps an object that its connector does not declare`));
  const connection = connections[side];
  const options = await connection.loadOptions(object);
  if (!options.ok) return options;
  const can = connection.capabilities(object);
  const lists = optionLists(context, side, connection);
  const codec = compileCodec(definition, lists);
  const theirCodec = compileCodec(theirs, optionLists(context, otherSide(side), connections[otherSide(side)]));
  const watched = [
    ...mapping.fields.map((field) => field[side]),
    ...(side === 'a' ? extras.a : extras.a.map(() => '')),
    ...(side === 'b' ? extras.b : extras.b.map(() => '')),
  ];
  const sources = mapping.fields.map((field) => {
    const expression = side === 'a' ? field.toB : field.toA;
    const read = expression ? (expression.fields ?? Object.keys(definition.fields)) : [];
    return read.map((name) => watched.indexOf(name)).filter((at) => at >= 0);
  });
  const mappers = mapping.fields.map((field): FieldMapper | null => {
    const from = theirs.fields[field[otherSide(side)]];
    const to = definition.fields[field[side]];
    if (!to || !(side === 'b' ? field.aToB : field.bToA)) return null;
    const mapper = compileFieldMapper(field, side, from, to, lists);
    const held = settled.heldRows.get(field.name)?.[side];
    return held ? heldMapper(mapper, held) : mapper;
  });
  const checks = mapping.fields.map((field) => {
    const declared = definition.fields[field[side]];
    return declared ? compileCheck(field[side], declared, { rules: valueRules(mapping, side, field[side]) }) : null;
  });
  return {
    ok: true,
    value: {
      side,
      system: system.name,
      connection,
      object,
      definition,
      can,
      codec,
      lists,
      mappers: mappers.every((mapper) => mapper === null) ? [] : mappers,
      checks,
      checkRecord: compileRecordCheck(mapping, side),
      watched,
      sources,
      names: [...new Set(watched.filter((name) => name !== ''))],
      keysOf: keyReader(context, mapping, side, definition, theirCodec),
      writeOnly: !can.list && !can.get,
      unmapped: unmappedFields(mapping, side, definition, settled.undeclared[side], watched),
      heldCreates: settled.heldCreates[side] ?? null,
    },
  };
}

function keyReader(
  context: RunContext,
  mapping: LoadedMapping,
  side: Side,
  definition: ObjectDefinition,
  theirs: ObjectCodec,
): (fields: Fields) => (string | null)[] {
  return (fields) =>
    mapping.match.map((rule) => {
      const key = ruleKey(rule, { side, definition, theirs }, fields);
      return key === null ? null : strongDigest(context.strongKey, key);
    });
}

const removalOn = ({ can }: SideRun) => (can.archive && !can.remove ? 'archive' : 'delete');

/** The fields of a side that its value for the other side is made of. */
function readOn(field: LoadedField, side: Side, { names }: SideRun): readonly string[] {
  const expression = side === 'a' ? field.toB : field.toA;
  return [field[side], ...(expression ? (expression.fields ?? names) : [])].filter((name) => name !== '');
}

function planRules(mapping: LoadedMapping, sides: Record<Side, SideRun>): PlanRules {
  return {
    fields: mapping.fields.map((field: LoadedField) => ({
      names: { a: field.a, b: field.b },
      reads: { a: readOn(field, 'a', sides.a), b: readOn(field, 'b', sides.b) },
      flows: { aToB: field.aToB, bToA: field.bToA },
      policy: field.conflict,
      targetEdits: field.targetEdits,
      later: mapping.cycleBreakers.includes(field.name),
      leftEmpty: field.outside === 'empty',
      isPlace: (['a', 'b'] as const).some(
        (side) => sides[side].definition.lines_of?.position === field[side] && field[side] !== '',
      ),
    })),
    propagate: mapping.propagate,
    firstContact: mapping.firstContact,
    onLeave: mapping.onLeave,
    removal: { a: removalOn(sides.a), b: removalOn(sides.b) },
    skewMs: mapping.clockSkewMs,
  };
}
