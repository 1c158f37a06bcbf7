import { type Diagnostic, problem } from '../../record/diagnostic.ts';
import { didYouMean } from '../closest-word.ts';
import type { ConnectorDefinition, ObjectDefinition } from '../definition.ts';

/** A fault in the declaration of a part or line, and where below its object it stands. */
export interface WithinFault {
  path: string[];
  diagnostic: Diagnostic;
}

/** What is asked of an object with records of its own, and never of one that stands within another. */
const OWN = [
  'table',
  'parent',
  'list',
  'get',
  'create',
  'update',
  'upsert',
  'delete',
  'archive',
  'link_field',
] as const;

/** What the schema can't say of `part_of` and `lines_of`: names that must exist, or must not; what excludes what. */
export function withinFaults(connector: ConnectorDefinition, name: string): WithinFault[] {
  const object = connector.objects[name];
  if (!object) return [];
  const { part_of: part, lines_of: lines, fields } = object;
  const within = part ?? lines;
  if (!within) return [];
  const faults: WithinFault[] = [];
  const key = part ? 'part_of' : 'lines_of';
  const known = Object.keys(fields);
  const mustExist = (field: string, path: string[]) => {
    if (known.includes(field)) return;
    const next = didYouMean(field, known);
    faults.push(fault([key, ...path], 'name-unknown', `${name} has no field "${field}"`, next));
  };
  const mustBeFree = (field: string, path: string[]) => {
    if (!known.includes(field)) return;
    const next = 'Leave the field out: it is added by itself';
    faults.push(fault([key, ...path], 'name-taken', `${name} declares "${field}" already`, next));
  };
  faults.push(...wholeFaults(connector, name, key, within.object), ...ownFaults(name, key, object));
  mustBeFree(within.whole, ['whole']);
  for (const [at, field] of (part?.present ?? []).entries()) mustExist(field, ['present', String(at)]);
  if (lines) mustExist(lines.key, ['key']);
  if (lines?.position !== undefined) mustBeFree(lines.position, ['position']);
  if (part && lines) {
    faults.push(
      fault(['lines_of'], 'key-excluded', `${name} can't be a part and a line at once`, 'Keep one of the two'),
    );
  }
  if (lines && connector.protocol === 'sql') {
    const next = 'Declare the table that holds the lines as an object of its own';
    faults.push(fault(['lines_of'], 'key-excluded', 'A database keeps lines in a table of their own', next));
  }
  return faults;
}

function wholeFaults({ objects }: ConnectorDefinition, name: string, key: string, whole: string): WithinFault[] {
  const found = Object.hasOwn(objects, whole) ? objects[whole] : undefined;
  if (found && !found.part_of && !found.lines_of) return [];
  const others = Object.keys(objects).filter((one) => one !== name);
  return [
    found
      ? fault([key, 'object'], 'whole-within', `${whole} stands within another object itself`, 'Name the outermost one')
      : fault(
          [key, 'object'],
          'name-unknown',
          `There is no object "${whole}" in this connector`,
          didYouMean(whole, others),
        ),
  ];
}

const ownFaults = (name: string, key: string, object: ObjectDefinition): WithinFault[] =>
  OWN.filter((own) => object[own] !== undefined).map((own) =>
    fault([own], 'key-excluded', `${name} has ${key}, so it is read and written with its whole`, `Leave out ${own}`),
  );

const fault = (path: string[], code: string, summary: string, next: string | undefined): WithinFault => ({
  path,
  diagnostic: problem(code, summary, next === undefined ? {} : { next }),
});
