import { didYouMean } from '../connector/closest-word.ts';
import type { ObjectDefinition } from '../connector/definition.ts';
import type { SheetMapping } from '../integration/sheet/contents.ts';
import type { FieldProfile } from '../mapping/suggest/fields.ts';
import type { OpenSide } from '../mapping/suggest/propose-rows.ts';
import { suggestObjects } from '../mapping/suggest/suggest-objects.ts';
import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { SIDES, type Side } from '../record/side.ts';
import type { MappingSource } from './mapping-sheets.ts';
import type { ObjectPairs } from './views/mapping-suggest.ts';

/** Two objects that are to be compared. */
export interface Asked {
  /** Null where the objects were named. */
  mapping: string | null;
  sides: Record<Side, OpenSide>;
}

/** The mapping of that name, or all: with the fields that nothing is decided about. */
export function mappingsOf({ contents, systems }: MappingSource, name: string | undefined): Result<Asked[]> {
  const chosen = contents.mappings.filter((mapping) => name === undefined || mapping.name === name);
  if (name !== undefined && chosen.length === 0) {
    const next = didYouMean(
      name,
      contents.mappings.map((mapping) => mapping.name),
    );
    return fail(problem('mapping-unknown', `There is no mapping "${name}"`, next === undefined ? {} : { next }));
  }
  const sideOf = ({ sides, rows }: SheetMapping, side: Side): OpenSide => {
    const { object, label } = sides[side];
    const definition = systems[side].connector.objects[object];
    const left = rows
      .filter(({ cells }) => cells.status === 'open')
      .map(({ cells }) => cells[side === 'a' ? 'fieldA' : 'fieldB']);
    const open = definition ? fieldsOf(definition).filter(({ name: field }) => left.includes(field)) : [];
    return { system: contents.names[side].name, object, label, open };
  };
  return ok(
    chosen.map((mapping) => ({ mapping: mapping.name, sides: { a: sideOf(mapping, 'a'), b: sideOf(mapping, 'b') } })),
  );
}

/** Two objects that were named `system.object`, in either order. */
export function objectsOf({ systems }: MappingSource, named: readonly string[]): Result<Asked[]> {
  const found: Partial<Record<Side, OpenSide>> = {};
  for (const text of named) {
    const side = SIDES.find((one) => text.startsWith(`${systems[one].name}.`));
    const object = side && text.slice(systems[side].name.length + 1);
    const known = side && systems[side].connector.objects;
    const definition = known && object !== undefined && Object.hasOwn(known, object) ? known[object] : undefined;
    if (!side || object === undefined || !definition) return fail(objectUnknown(text, systems));
    found[side] = { system: systems[side].name, object, label: definition.label, open: fieldsOf(definition) };
  }
  const { a, b } = found;
  if (a && b && named.length === 2) return ok([{ mapping: null, sides: { a, b } }]);
  const next = `Name one object of each system: --objects ${systems.a.name}.<object> ${systems.b.name}.<object>`;
  return fail(problem('objects-incomplete', 'It takes two objects, one of each system', { next }));
}

function objectUnknown(text: string, systems: MappingSource['systems']): Diagnostic {
  const known = SIDES.flatMap((side) =>
    Object.keys(systems[side].connector.objects).map((name) => `${systems[side].name}.${name}`),
  );
  const next = didYouMean(text, known);
  return problem('object-unknown', `There is no object "${text}"`, next === undefined ? {} : { next });
}

/** The objects of both systems that are probably the same and have no mapping yet. */
export function objectPairs({ systems, contents }: MappingSource): ObjectPairs {
  const profiles = (side: Side) => {
    const mapped = contents.mappings.map(({ sides }) => sides[side].object);
    const left = Object.entries(systems[side].connector.objects).filter(([name]) => !mapped.includes(name));
    return left.map(([name, definition]) => ({ name, label: definition.label, fields: fieldsOf(definition) }));
  };
  return { systems: { a: systems.a.name, b: systems.b.name }, pairs: suggestObjects(profiles('a'), profiles('b')) };
}

/** All but what a sync itself lives on: the link token, and the stamp and version of the system. */
export function fieldsOf({ fields, link_field, modified, version }: ObjectDefinition): FieldProfile[] {
  const own: (string | undefined)[] = [link_field, modified, version];
  return Object.entries(fields).flatMap(([name, definition]) => (own.includes(name) ? [] : [{ name, definition }]));
}
