import type { Connection } from '../connector/port.ts';
import { definitionOf, type ObjectShape } from '../connector/shape.ts';
import type { LoadedMapping } from '../integration/loaded.ts';
import { compareShapes } from '../mapping/drift/compare.ts';
import { type NewField, pairedRow } from '../mapping/drift/propose-row.ts';
import { canonicalText } from '../record/canonical.ts';
import { ok, problem, type Result } from '../record/diagnostic.ts';
import { otherSide, SIDES, type Side } from '../record/side.ts';
import { meet } from './drift-findings.ts';
import {
  declare,
  declaredBy,
  definitionIn,
  fieldsOf,
  hold,
  type Look,
  type Looking,
  type Settled,
  setPaired,
  tell,
} from './drift-scope.ts';
import { liveShape } from './live-shape.ts';
import { mappingKey, type RunContext } from './mapping-run.ts';

/**
 * Compares how both objects of a mapping are set up now with what was accepted, tells of every difference, and holds what
 * depends on one that breaks it: a row, the creates of a side, or the mapping. Fails where a system can't be asked.
 */
export async function settleDrift(
  context: RunContext,
  mapping: LoadedMapping,
  connections: Record<Side, Connection>,
): Promise<Result<Settled>> {
  const { integration } = context;
  const settled: Settled = {
    mapping,
    integration,
    heldRows: new Map(),
    heldCreates: {},
    held: null,
    shapes: [],
    undeclared: { a: {}, b: {} },
  };
  const systems = { a: integration.a.name, b: integration.b.name };
  const looks: Look[] = [];
  const looking: Looking = { context, connections, settled, systems, looks };
  for (const side of SIDES) {
    const looked = await lookAt(looking, side);
    if (!looked.ok) return looked;
    if (looked.value) looks.push(looked.value);
  }
  for (const look of looks) keepPairs(looking, look);
  for (const { side, accepted, live, next } of looks) {
    for (const drift of compareShapes(accepted, live)) await meet(looking, side, drift, next);
  }
  for (const look of looks) {
    keepPairs(looking, look);
    holdGone(looking, look.side, look.live);
    narrow(looking, look.side, look.live);
    settled.shapes.push({ ...look.known, accepted: look.next, live: look.live });
  }
  if (settled.mapping !== mapping) settled.mapping = { ...settled.mapping, rules: rulesWith(settled.mapping, mapping) };
  return ok(settled);
}

/** Rows that were added by name decide results as much as those of the file. */
const rulesWith = (now: LoadedMapping, before: LoadedMapping): string =>
  [
    before.rules,
    ...now.fields.slice(before.fields.length).map(({ name, aToB, bToA }) => canonicalText([name, aToB, bToA])),
  ].join('\n');

/** Whether something of a mapping waits: it may be for an option. */
async function isWaiting({ store }: RunContext, mapping: string): Promise<boolean> {
  const parked = await store.parked({ mapping, includeDismissed: true, limit: 1 });
  return parked.length > 0 || (await store.intents(mapping)).length > 0;
}

/** Null where the mapping's object is not declared. */
async function lookAt(looking: Looking, side: Side): Promise<Result<Look | null>> {
  const { context, connections, settled } = looking;
  const { mapping } = settled;
  const key = mappingKey(context.integration.name, mapping.name);
  const object = mapping.objects[side];
  const definition = definitionIn(settled.integration[side], object);
  if (!definition) return ok(null);
  const known = await context.store.shape(key, side);
  const now = context.platform.clock.now();
  const ageMs = context.mode === 'plan' || context.full ? 0 : context.integration.schedule.fieldsMs;
  const looked = await liveShape(connections[side], object, definition, known, {
    now,
    ageMs,
    recalls: !(await isWaiting(context, key)),
  });
  if (!looked.ok) return looked;
  const { shape: live, read, failure } = looked.value;
  if (failure) {
    tell(
      looking,
      'warning',
      'fields-unread',
      `The fields of ${object} of ${looking.systems[side]} could not be asked for`,
      {
        detail: `${failure.summary}.`,
      },
    );
  }
  const accepted = known?.accepted ?? live;
  const next: ObjectShape = { fields: live.fields && { ...live.fields }, options: live.options };
  collectUndeclared(looking, side, live);
  const shape = { mapping: key, side, read, accepted: next, live, unmapped: known?.unmapped ?? null };
  return ok({ side, accepted, live, next, known: shape });
}

/** Fields that were paired by name are rows of this run, unless the file says something of them by now. */
function keepPairs(looking: Looking, { side, accepted, next }: Look): void {
  const { settled } = looking;
  const other = otherSide(side);
  for (const [key, shape] of Object.entries(next.fields ?? {})) {
    const partner = shape.paired ?? accepted.fields?.[key]?.paired ?? null;
    if (partner === null || declaredBy(looking, side, key)) continue;
    const theirs = fieldsOf(looking, other)[partner];
    if (!theirs || settled.mapping.fields.some((row) => row[side] === shape.name || row[other] === partner)) continue;
    const field: NewField = { side, name: shape.name, definition: definitionOf(key, shape) };
    declare(looking, side, shape.name, field.definition);
    declare(looking, other, partner, theirs);
    const row = pairedRow(settled.mapping, field, partner, theirs);
    settled.mapping = { ...settled.mapping, fields: [...settled.mapping.fields, row] };
    setPaired(next, key, shape, partner);
  }
}

/** A limit that is narrower than declared holds, whatever the file says. */
function narrow(looking: Looking, side: Side, live: ObjectShape): void {
  const fields = definitionIn(looking.settled.integration[side], looking.settled.mapping.objects[side])?.fields ?? {};
  for (const [name, field] of Object.entries(fields)) {
    const most = field.custom === undefined ? null : (live.fields?.[field.custom]?.maxLength ?? null);
    if (most === null || (field.max_length ?? Number.POSITIVE_INFINITY) <= most) continue;
    declare(looking, side, name, { ...field, max_length: most });
  }
}

/** Rows of a declared field that its system does not have. */
function holdGone(looking: Looking, side: Side, live: ObjectShape): void {
  const { settled, systems } = looking;
  const { fields } = live;
  if (!fields) return;
  for (const row of settled.mapping.fields) {
    const key = definitionIn(settled.integration[side], settled.mapping.objects[side])?.fields[row[side]]?.custom;
    if (key === undefined || Object.hasOwn(fields, key)) continue;
    const summary = `${settled.mapping.objects[side]} of ${systems[side]} has no field ${key} any more (${row.name})`;
    const text = { next: 'Add it there again, or remove the row.' };
    hold(looking, row.name, [side], problem('field-gone', summary, { ...text, where: row.where }));
    tell(looking, 'error', 'field-gone', summary, text);
  }
}

function collectUndeclared(looking: Looking, side: Side, { fields }: ObjectShape): void {
  for (const [key, shape] of Object.entries(fields ?? {})) {
    if (!declaredBy(looking, side, key)) looking.settled.undeclared[side][shape.name] = definitionOf(key, shape);
  }
}
