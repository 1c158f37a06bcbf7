import { definitionOf, type FieldShape, type ObjectShape, shapeOf } from '../connector/shape.ts';
import { typesFit } from '../integration/type-fit.ts';
import type { Drift } from '../mapping/drift/compare.ts';
import { type NewField, namesake, proposedLines } from '../mapping/drift/propose-row.ts';
import { problem } from '../record/diagnostic.ts';
import { otherSide, SIDES, type Side } from '../record/side.ts';
import {
  declare,
  declaredBy,
  definitionIn,
  fieldsOf,
  fieldText,
  hold,
  type Looking,
  rowsOf,
  setPaired,
  tell,
} from './drift-scope.ts';

/** Tells of one difference and does what follows from it. What stays open is taken out of `next`, and told again. */
export async function meet(looking: Looking, side: Side, drift: Drift, next: ObjectShape): Promise<void> {
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
    const diagnostic = problem('mapping-held', `${summary}: the mapping is held`, {
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
