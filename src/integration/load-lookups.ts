import type { ConnectorDefinition } from '../connector/definition.ts';
import { otherSide, SIDES, type Side } from '../record/side.ts';
import type { FileDeclared } from './declared.ts';
import { compileExpression, type Expression, isDynamic } from './expression.ts';
import type { Findings } from './findings.ts';
import { checkRecordFields, ownField } from './load-field.ts';
import type { LoadedLookup } from './loaded.ts';
import type { SideInFile } from './row.ts';
import type { MappingFile } from './schema.ts';

export interface LookupsInFile {
  file: MappingFile;
  path: string[];
  sides: Record<Side, SideInFile>;
  systems: Record<Side, { name: string; connector: ConnectorDefinition }>;
  declared: FileDeclared;
  findings: Findings;
}

/** What a mapping looks up in a system for its expressions. */
export function loadLookups(mapping: LookupsInFile): LoadedLookup[] {
  return Object.keys(mapping.file.lookups).flatMap((name) => loadLookup(name, mapping) ?? []);
}

/** Names of the lookups by the side that expressions may write with them: the other one than that of the record. */
export function lookupNames(lookups: readonly LoadedLookup[]): Record<Side, string[]> {
  const towards = (target: Side) =>
    lookups.filter(({ source }) => source === otherSide(target)).map(({ name }) => name);
  return { a: towards('a'), b: towards('b') };
}

function loadLookup(name: string, mapping: LookupsInFile): LoadedLookup | null {
  const { systems, findings } = mapping;
  const file = mapping.file.lookups[name];
  const path = [...mapping.path, 'lookups', name];
  if (!file) return null;
  const side = sideNamed(file.system, [...path, 'system'], mapping);
  if (!side) return null;
  const source = file.of === undefined ? otherSide(side) : sideNamed(file.of, [...path, 'of'], mapping);
  const { connector } = systems[side];
  const definition = Object.hasOwn(connector.objects, file.object) ? connector.objects[file.object] : undefined;
  if (!definition) {
    const summary = `The connector ${connector.connector} has no object "${file.object}"`;
    findings.unknown('object-unknown', summary, [...path, 'object'], file.object, Object.keys(connector.objects));
    return null;
  }
  if (file.by !== undefined && !ownField(definition, file.by)) {
    const summary = `${file.object} of ${file.system} has no field "${file.by}"`;
    findings.unknown('field-unknown', summary, [...path, 'by'], file.by, Object.keys(definition.fields));
    return null;
  }
  const from = source && loadFrom(file.from, source, path, mapping);
  if (!source || !from) return null;
  const { object, missing } = file;
  return { name, side, object, by: file.by ?? null, source, from, missing, where: findings.place(path) };
}

function sideNamed(system: string, path: string[], { sides, findings }: LookupsInFile): Side | null {
  const side = SIDES.find((each) => sides[each].system === system);
  if (side) return side;
  const known = SIDES.map((each) => sides[each].system);
  findings.unknown('system-unknown', `There is no system "${system}"`, path, system, known);
  return null;
}

function loadFrom(text: string, source: Side, path: string[], mapping: LookupsInFile): Expression | null {
  const { sides, declared, findings } = mapping;
  const at = [...path, 'from'];
  if (!isDynamic(text)) {
    findings.error('lookup-constant', 'The lookup is made by a constant', at, { next: 'Write "{{ record.<field> }}"' });
    return null;
  }
  const compiled = compileExpression(text, findings.place(at), declared.towards(null));
  if (!compiled.ok) {
    findings.take([compiled.error], at);
    return null;
  }
  checkRecordFields(compiled.value, sides[source], at, findings);
  return compiled.value;
}
