import type { ObjectDefinition } from '../connector/definition.ts';
import type { Connection } from '../connector/port.ts';
import { definitionOf, type FieldShape, type ObjectShape, shapeOf } from '../connector/shape.ts';
import type { LoadedIntegration, LoadedMapping, LoadedSystem } from '../integration/loaded.ts';
import { typesFit } from '../integration/type-fit.ts';
import { compareShapes, type Drift } from '../mapping/drift/compare.ts';
import { type NewField, namesake, pairedRow, proposedLines } from '../mapping/drift/propose-row.ts';
import type { FieldMapper } from '../mapping/map-field.ts';
import { canonicalText } from '../record/canonical.ts';
import { type Diagnostic, ok, problem, type Result } from '../record/diagnostic.ts';
import { ABSENT, Obstacle } from '../record/expressed.ts';
import { otherSide, SIDES, type Side } from '../record/side.ts';
import type { KnownShape } from '../store/port.ts';
import { liveShape } from './live-shape.ts';
import { mappingKey, type RunContext } from './mapping-run.ts';

/** What a mapping is for one run, after what has changed in the systems. */
export interface Settled {
  /** With the rows that new fields got by their names, and the declarations of both systems as they are now. */
  mapping: LoadedMapping;
  integration: LoadedIntegration;
  /** By name of the row: why nothing of it is written, by the side that would be. */
  heldRows: Map<string, Partial<Record<Side, Diagnostic>>>;
  /** Why no record is created on a side. */
  heldCreates: Partial<Record<Side, Diagnostic>>;
  /** Why nothing of the mapping is done at all. */
  held: Diagnostic | null;
  /** To be kept when the run has done its work. */
  shapes: KnownShape[];
  /** Fields that only the systems know, by side and name. */
  undeclared: Record<Side, ObjectDefinition['fields']>;
}

interface Looking {
  context: RunContext;
  connections: Record<Side, Connection>;
  settled: Settled;
  systems: Record<Side, string>;
  looks: Look[];
}

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

/** One side as it was accepted and as it is. */
interface Look {
  side: Side;
  accepted: ObjectShape;
  live: ObjectShape;
  /** What is accepted from now on. */
  next: ObjectShape;
  known: KnownShape;
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
  const looked = await liveShape(connections[side], object, definition, known, { now, ageMs });
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

const definitionIn = ({ connector }: LoadedSystem, object: string): ObjectDefinition | undefined =>
  Object.hasOwn(connector.objects, object) ? connector.objects[object] : undefined;

/** Tells of one difference and does what follows from it. What stays open is taken out of `next`, and told again. */
async function meet(looking: Looking, side: Side, drift: Drift, next: ObjectShape): Promise<void> {
  const { settled, systems } = looking;
  const object = settled.mapping.objects[side];
  const of = `${object} of ${systems[side]}`;
  switch (drift.kind) {
    case 'field-new':
      return meetNewField(looking, side, drift.key, drift.now, next);
    case 'field-gone':
      return tell(looking, 'info', drift.kind, `${of} no longer has the field ${fieldText(drift.key, drift.was)}`);
    case 'field-renamed':
      return tell(
        looking,
        'info',
        drift.kind,
        `The field ${fieldText(drift.key, drift.was)} of ${of} is called ${JSON.stringify(drift.now.label ?? '')} now`,
      );
    case 'field-shortened':
      return tell(
        looking,
        'warning',
        drift.kind,
        `The field ${fieldText(drift.key, drift.now)} of ${of} takes ${drift.now.maxLength} characters now`,
        { next: `Declare max_length: ${drift.now.maxLength} for it in the integration file.` },
      );
    case 'field-retyped':
      return meetRetyped(looking, side, drift, next);
    case 'field-required':
      return meetRequired(looking, side, drift, next);
    case 'option-new':
    case 'option-gone': {
      const what = drift.kind === 'option-new' ? 'has the new option' : 'no longer has the option';
      const label = drift.option.label === undefined ? '' : ` (${JSON.stringify(drift.option.label)})`;
      return tell(looking, 'info', drift.kind, `${drift.list} of ${systems[side]} ${what} ${drift.option.key}${label}`);
    }
  }
}

const fieldText = (key: string, { label }: FieldShape): string =>
  label === null ? key : `${key} (${JSON.stringify(label)})`;

function tell(
  { context, settled }: Looking,
  severity: Diagnostic['severity'],
  code: string,
  summary: string,
  more: Pick<Diagnostic, 'detail' | 'next'> = {},
): void {
  const diagnostic = { severity, code, summary, where: settled.mapping.where, ...more };
  context.diagnostics.push(diagnostic);
  context.onEvent({ type: 'diagnostic', mapping: settled.mapping.name, diagnostic });
}

async function meetNewField(
  looking: Looking,
  side: Side,
  key: string,
  now: FieldShape,
  next: ObjectShape,
): Promise<void> {
  const { settled, systems, context } = looking;
  const { mapping } = settled;
  const summary = `${mapping.objects[side]} of ${systems[side]} has the new field ${fieldText(key, now)}`;
  const field: NewField = { side, name: now.name, definition: definitionOf(key, now) };
  // Whoever declares it in the file has taken note of it; a pair of the other side's field declares it, too.
  if (declaredBy(looking, side, key)) return;
  const partner = namesake(mapping, field, fieldsOf(looking, otherSide(side)));
  const policy = mapping.newFields[side] ?? 'propose';
  if (policy === 'ignore') {
    tell(looking, 'info', 'field-new', summary);
    return;
  }
  const detail = proposedLines(systems, mapping.objects, field, partner);
  if ((policy === 'map-by-name' || policy === 'create-in-target') && partner !== null) {
    setPaired(next, key, now, partner);
    return tell(
      looking,
      'info',
      'field-mapped',
      `${summary}; it is mapped to ${partner} of ${systems[otherSide(side)]}`,
      { detail },
    );
  }
  if (policy === 'create-in-target') {
    const made = await createPartner(looking, field, key);
    if (made !== null) return setPaired(next, key, now, made);
  }
  if (next.fields) delete next.fields[key];
  if (policy === 'hold') {
    const diagnostic = problem('field-new', `${summary}: the mapping is held`, {
      detail,
      where: mapping.where,
      next: 'Declare the field in the integration file, and map or ignore it.',
    });
    settled.held ??= diagnostic;
    context.diagnostics.push(diagnostic);
    return;
  }
  tell(looking, 'warning', 'field-new', summary, {
    detail,
    next: 'Put these lines into the integration file, or only the first to leave it unmapped.',
  });
}

const declaredBy = ({ settled }: Looking, side: Side, key: string): boolean =>
  Object.values(definitionIn(settled.integration[side], settled.mapping.objects[side])?.fields ?? {}).some(
    ({ custom }) => custom === key,
  );

function setPaired(next: ObjectShape, key: string, now: FieldShape, partner: string): void {
  if (next.fields) next.fields[key] = { ...now, paired: partner };
}

/** Adds a field of the same label and type on the other side; null where that can't be done, which is then proposed. */
async function createPartner(looking: Looking, field: NewField, key: string): Promise<string | null> {
  const { context, connections, settled, systems } = looking;
  const other = otherSide(field.side);
  const object = settled.mapping.objects[other];
  const can = definitionIn(settled.integration[other], object)?.custom_fields?.create;
  const summary = `The field ${key} is ${context.mode === 'plan' ? 'to be' : 'being'} added to ${object} of ${systems[other]}`;
  if (!can) return null;
  tell(looking, 'info', 'field-to-create', summary);
  if (context.mode === 'plan') return null;
  const made = await connections[other].createField(object, field.definition);
  if (!made.ok) {
    tell(
      looking,
      'warning',
      'field-not-created',
      `The field ${key} could not be added to ${object} of ${systems[other]}`,
      {
        detail: `${made.error.summary}.`,
      },
    );
    return null;
  }
  const listed = await connections[other].customFields(object);
  const found = Object.entries((listed.ok && listed.value) || {}).find(([, { custom }]) => custom === key);
  if (!found) return null;
  const [name, definition] = found;
  declare(looking, other, name, definition);
  // It is there from now on, and no news to the next run.
  const { fields } = shapeOf({ [name]: definition }, {});
  const look = looking.looks.find(({ side }) => side === other);
  if (look) {
    look.live = { ...look.live, fields: { ...look.live.fields, ...fields } };
    look.next.fields = { ...look.next.fields, ...fields };
  }
  return name;
}

/** Adds a declaration to the object of a side, for this run. */
function declare({ settled }: Looking, side: Side, name: string, definition: ObjectDefinition['fields'][string]): void {
  const system = settled.integration[side];
  const object = settled.mapping.objects[side];
  const known = definitionIn(system, object);
  if (!known) return;
  const objects = {
    ...system.connector.objects,
    [object]: { ...known, fields: { ...known.fields, [name]: definition } },
  };
  settled.integration = { ...settled.integration, [side]: { ...system, connector: { ...system.connector, objects } } };
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

/** The fields of a side, whether declared or known to its system only. */
const fieldsOf = ({ settled }: Looking, side: Side): ObjectDefinition['fields'] => ({
  ...settled.undeclared[side],
  ...definitionIn(settled.integration[side], settled.mapping.objects[side])?.fields,
});

/** A limit that is narrower than declared holds, whatever the file says. */
function narrow(looking: Looking, side: Side, live: ObjectShape): void {
  const fields = definitionIn(looking.settled.integration[side], looking.settled.mapping.objects[side])?.fields ?? {};
  for (const [name, field] of Object.entries(fields)) {
    const most = field.custom === undefined ? null : (live.fields?.[field.custom]?.maxLength ?? null);
    if (most === null || (field.max_length ?? Number.POSITIVE_INFINITY) <= most) continue;
    declare(looking, side, name, { ...field, max_length: most });
  }
}

type Changed = Extract<Drift, { was: FieldShape; now: FieldShape }>;

/** Rows whose declaration no longer fits what the field holds are held until the file says its new type. */
function meetRetyped(looking: Looking, side: Side, { key, was, now }: Changed, next: ObjectShape): void {
  const { settled, systems } = looking;
  const of = `${settled.mapping.objects[side]} of ${systems[side]}`;
  const summary = `The field ${fieldText(key, now)} of ${of} holds ${now.type} now, not ${was.type}`;
  const rows = rowsOf(looking, side, key).filter(({ declared }) => !typesFit({ type: now.type }, declared));
  const text = { next: `Declare type: ${now.type} for it in the integration file.` };
  for (const { row } of rows)
    hold(looking, row, SIDES, problem('field-retyped', summary, { ...text, where: settled.mapping.where }));
  if (rows.length > 0 && next.fields) next.fields[key] = was;
  tell(looking, rows.length > 0 ? 'error' : 'info', 'field-retyped', summary, rows.length > 0 ? text : {});
}

/** What must be filled and no row writes would refuse every new record. */
function meetRequired(looking: Looking, side: Side, { key, was, now }: Changed, next: ObjectShape): void {
  const { settled, systems } = looking;
  const of = `${settled.mapping.objects[side]} of ${systems[side]}`;
  const summary = `The field ${fieldText(key, now)} of ${of} must be filled now`;
  const isWritten = rowsOf(looking, side, key).some(({ row }) =>
    settled.mapping.fields.some((one) => one.name === row && (side === 'a' ? one.bToA : one.aToB)),
  );
  if (isWritten) {
    tell(looking, 'info', 'field-required', summary);
    return;
  }
  const text = { next: 'Add a row that writes it; until then no record is created there.' };
  settled.heldCreates[side] ??= problem('field-required', summary, { ...text, where: settled.mapping.where });
  if (next.fields) next.fields[key] = was;
  tell(looking, 'error', 'field-required', summary, text);
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

function rowsOf(
  { settled }: Looking,
  side: Side,
  key: string,
): { row: string; declared: ObjectDefinition['fields'][string] }[] {
  const fields = definitionIn(settled.integration[side], settled.mapping.objects[side])?.fields ?? {};
  return settled.mapping.fields.flatMap((row) => {
    const declared = fields[row[side]];
    return declared?.custom === key ? [{ row: row.name, declared }] : [];
  });
}

function hold({ settled }: Looking, row: string, sides: readonly Side[], diagnostic: Diagnostic): void {
  const known = settled.heldRows.get(row) ?? {};
  for (const side of sides) known[side] ??= diagnostic;
  settled.heldRows.set(row, known);
}

function collectUndeclared(looking: Looking, side: Side, { fields }: ObjectShape): void {
  for (const [key, shape] of Object.entries(fields ?? {})) {
    if (!declaredBy(looking, side, key)) looking.settled.undeclared[side][shape.name] = definitionOf(key, shape);
  }
}

/** What a held row says of every value: its record waits, the others go on. */
export const heldMapper =
  (mapper: FieldMapper, diagnostic: Diagnostic): FieldMapper =>
  (fields) => {
    const said = mapper(fields);
    return said === null || said === ABSENT ? said : new Obstacle('field-held', diagnostic);
  };

/** What is held, as a text that changes with it. */
export const heldText = ({ heldRows, heldCreates }: Settled): string =>
  JSON.stringify([
    [...heldRows].map(([row, held]) => [row, held.a?.summary, held.b?.summary]),
    heldCreates.a?.summary,
    heldCreates.b?.summary,
  ]);
