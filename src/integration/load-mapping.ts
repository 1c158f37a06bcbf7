import type { ConnectorDefinition, ObjectDefinition } from '../connector/definition.ts';
import { milliseconds } from '../connector/duration.ts';
import { canonicalText } from '../record/canonical.ts';
import { otherSide, SIDES, type Side } from '../record/side.ts';
import type { Value } from '../record/value.ts';
import { type DataRule, fieldsRead } from './data-rule.ts';
import type { FileDeclared } from './declared.ts';
import { compileExpression, type Expression, isDynamic } from './expression.ts';
import type { Findings } from './findings.ts';
import { checkRecordFields, conflictPolicy, loadField, ownField } from './load-field.ts';
import { loadLookups, lookupNames } from './load-lookups.ts';
import { loadOneSided, oneSidedTarget } from './load-one-sided.ts';
import { loadRules } from './load-rules.ts';
import type { LoadedField, LoadedMapping } from './loaded.ts';
import type { RowScope, SideInFile } from './row.ts';
import type { RowRuleFile, RuleFile } from './rule-schema.ts';
import type { MappingFile, Propagation } from './schema.ts';
import { waysOf } from './ways.ts';

/** What is the same for all mappings of a file. */
export interface MappingScope {
  declared: FileDeclared;
  systems: Record<Side, { name: string; connector: ConnectorDefinition }>;
  mappings: ReadonlyMap<string, Record<Side, string | undefined>>;
  findings: Findings;
}

interface Loading {
  name: string;
  file: MappingFile;
  path: string[];
  sides: Record<Side, SideInFile>;
  findings: Findings;
  declared: FileDeclared;
  fields: LoadedField[];
}

/** One mapping, but for its place in the order. Null where its objects are not known: nothing further can be said. */
export function loadMapping(name: string, file: MappingFile, scope: MappingScope): LoadedMapping | null {
  const path = ['mappings', name];
  const a = sideOf('a', file, path, scope);
  const b = sideOf('b', file, path, scope);
  if (!a || !b) return null;
  const sides = { a, b };
  const { findings, systems } = scope;
  const lookups = loadLookups({ file, path, sides, systems, declared: scope.declared, findings });
  const declared = scope.declared.withLookups(lookupNames(lookups));
  const conflict = conflictPolicy(file.conflict, { sides, path, findings });
  const rows = file.fields.map((row, i) => {
    const rowScope: RowScope = {
      ...scope,
      declared,
      lookups,
      mapping: name,
      path: [...path, 'fields', i],
      sides,
      conflict,
    };
    const target = oneSidedTarget(row, rowScope);
    return target ? loadOneSided(row, target, rowScope) : loadField(row, rowScope);
  });
  const fields = rows.filter((row) => row !== null);
  const loading: Loading = { name, file, path, sides, findings, declared, fields };
  checkDuplicates(rows, loading);
  const complete = fields.length === rows.length;
  const propagate = loadPropagation(loading, scope, complete);
  if (complete) checkRequired(loading, propagate);
  const filter = { a: loadFilter('a', loading), b: loadFilter('b', loading) };
  checkSystemNames(Object.keys(file.filter), 'filter', loading);
  checkIgnored(loading);
  const dataRules = loadRules({ file, path, sides, findings, declared, rows: rowsInFile(rows, loading) });
  return {
    name,
    objects: { a: a.object, b: b.object },
    match: loadMatch(loading, complete),
    fields: fields.map((field) => ({ ...field, ways: waysOf(field, { sides, dataRules, declared, lookups }) })),
    dataRules,
    newFields: newFields(loading),
    ignored: { a: Object.keys(file.ignored[a.system] ?? {}), b: Object.keys(file.ignored[b.system] ?? {}) },
    conflict,
    propagate,
    lookups,
    filter,
    onLeave: file.on_leave,
    firstContact: loadFirstContact(loading),
    deleteGuard: file.delete_guard,
    clockSkewMs: milliseconds(file.clock_skew),
    oscillation: { writes: file.oscillation.writes, withinMs: milliseconds(file.oscillation.within) },
    references: referencesOf(name, fields),
    cycleBreakers: [],
    where: findings.place(path),
    rules: rulesOf(loading, filter, dataRules),
  };
}

/** The rows that were loaded, with what the file says of them. */
const rowsInFile = (rows: readonly (LoadedField | null)[], { file, path }: Loading) =>
  rows.flatMap((row, i) => {
    const given = file.fields[i];
    return row && given ? [{ row, file: given, path: [...path, 'fields', i] }] : [];
  });

function sideOf(side: Side, file: MappingFile, path: string[], scope: MappingScope): SideInFile | null {
  const { name: system, connector } = scope.systems[side];
  const object = file[system];
  const known = Object.keys(connector.objects);
  if (object === undefined) {
    scope.findings.error('object-missing', `The mapping names no object of ${system}`, path, {
      next: `Add ${system}: <object>, one of ${known.join(', ')}`,
    });
    return null;
  }
  const definition = Object.hasOwn(connector.objects, object) ? connector.objects[object] : undefined;
  if (definition) return { system, object, definition, optionLists: connector.option_lists };
  const summary = `The connector ${connector.connector} has no object "${object}"`;
  scope.findings.unknown('object-unknown', summary, [...path, system], object, known);
  return null;
}

/** One field, one source: a field that two rows write would depend on their order. */
function checkDuplicates(rows: readonly (LoadedField | null)[], { path, sides, findings }: Loading): void {
  const names = new Set<string>();
  const written: Record<Side, Set<string>> = { a: new Set(), b: new Set() };
  rows.forEach((row, i) => {
    if (!row) return;
    const at = [...path, 'fields', i];
    if (names.has(row.name)) {
      findings.error('row-duplicated', `${row.name} is mapped twice`, at, { next: 'Keep one row' });
      return;
    }
    names.add(row.name);
    for (const side of SIDES) {
      if (!(side === 'b' ? row.aToB : row.bToA)) continue;
      if (written[side].has(row[side])) {
        const summary = `${row[side]} of ${sides[side].system} is written by two rows`;
        const next = 'Keep one, or give one of them the other direction';
        findings.error('target-duplicated', summary, [...at, sides[side].system], { next });
      }
      written[side].add(row[side]);
    }
  });
}

function newFields(loading: Loading): LoadedMapping['newFields'] {
  const { file, sides } = loading;
  checkSystemNames(Object.keys(file.new_fields), 'new_fields', loading);
  const of = (side: Side) => file.new_fields[sides[side].system] ?? null;
  return { a: of('a'), b: of('b') };
}

/** Fields that nobody wants to map. One that a row maps is not ignored. */
function checkIgnored(loading: Loading): void {
  const { file, path, sides, findings, fields } = loading;
  checkSystemNames(Object.keys(file.ignored), 'ignored', loading);
  for (const side of SIDES) {
    const { system, object, definition } = sides[side];
    for (const name of Object.keys(file.ignored[system] ?? {})) {
      const at = [...path, 'ignored', system, name];
      if (!ownField(definition, name)) {
        const summary = `${object} of ${system} has no field "${name}"`;
        findings.unknown('field-unknown', summary, at, name, Object.keys(definition.fields));
      } else if (fields.some((row) => row[side] === name)) {
        const next = 'Remove it here, or remove the row';
        findings.error('ignored-mapped', `${name} of ${system} is ignored, but a row maps it`, at, { next });
      }
    }
  }
}

function checkSystemNames(names: readonly string[], key: string, { path, sides, findings }: Loading): void {
  const known = SIDES.map((side) => sides[side].system);
  for (const name of names.filter((each) => !known.includes(each))) {
    findings.unknown('system-unknown', `There is no system "${name}"`, [...path, key, name], name, known);
  }
}

/**
 * What an event on each side does on the other. Where the file says nothing about a side from which no field flows,
 * its creates and updates are ignored.
 */
function loadPropagation(loading: Loading, scope: MappingScope, complete: boolean): Record<Side, Propagation> {
  const { file, sides } = loading;
  checkSystemNames(Object.keys(file.propagate), 'propagate', loading);
  const of = (side: Side): Propagation => {
    const given = file.propagate[sides[side].system];
    const flows = !complete || loading.fields.some((field) => (side === 'a' ? field.aToB : field.bToA));
    if (!flows && !given) return { create: 'ignore', update: 'ignore', delete: 'hold' };
    const propagation = given ?? { create: 'create', update: 'update', delete: 'hold' };
    checkPropagation(side, propagation, flows, loading, scope);
    return propagation;
  };
  return { a: of('a'), b: of('b') };
}

function checkPropagation(side: Side, given: Propagation, flows: boolean, loading: Loading, scope: MappingScope): void {
  const { path, sides, findings, file } = loading;
  const target = sides[otherSide(side)];
  const at = [...path, 'propagate', sides[side].system];
  if (!flows && (given.create === 'create' || given.update === 'update')) {
    findings.error('nothing-flows', `No field is written from ${sides[side].system} to ${target.system}`, at, {
      next: 'Set create: ignore and update: ignore, or give a row that direction',
    });
  }
  if (scope.systems[otherSide(side)].connector.protocol !== 'rest') return;
  const cannot = (what: string, key: string, allowed: string) => {
    findings.error(`cannot-${what}`, `${target.object} of ${target.system} can't be ${key}d`, at, {
      detail: 'Its connector declares no way to do it.',
      next: `Set ${what === 'archive' ? 'delete' : what}: ${allowed}`,
    });
  };
  const can = capabilities(target.definition, scope.systems[otherSide(side)].connector);
  if (given.create === 'create' && !can.create) cannot('create', 'create', 'ignore, or hold');
  if (given.update === 'update' && !can.update) cannot('update', 'update', 'ignore, or hold');
  if (given.delete === 'delete' && !can.delete) cannot('delete', 'delete', can.archive ? 'archive, or hold' : 'hold');
  if (given.delete === 'archive' && !can.archive) cannot('archive', 'archive', can.delete ? 'delete, or hold' : 'hold');
  // Only records of a side with a filter leave it.
  if (file.on_leave === 'archive' && !can.archive && file.filter[sides[side].system] !== undefined)
    cannot('archive', 'archive', 'hold');
}

type Can = Record<'create' | 'update' | 'delete' | 'archive', boolean>;

function capabilities(object: ObjectDefinition, connector: ConnectorDefinition): Can {
  const within = object.part_of ?? object.lines_of;
  const whole = within && connector.objects[within.object];
  if (whole) {
    const { create, update } = capabilities(whole, connector);
    const creates = update || (object.part_of?.creates_whole === true && create);
    return { create: creates, update, delete: update, archive: false };
  }
  return {
    create: Boolean(object.create ?? object.batch.create),
    update: Boolean(object.update ?? object.batch.update),
    delete: Boolean(object.delete),
    archive: Boolean(object.archive ?? object.batch.archive),
  };
}

/** A create needs a source for each field that the target requires; one that waits for approval is not due yet. */
function checkRequired({ path, sides, findings, fields }: Loading, propagate: Record<Side, Propagation>): void {
  for (const source of SIDES) {
    const { create } = propagate[source];
    if (create === 'ignore') continue;
    const target = otherSide(source);
    const { system, object, definition } = sides[target];
    const filled = new Set(fields.filter((row) => (target === 'b' ? row.aToB : row.bToA)).map((row) => row[target]));
    if (filled.size === 0) continue;
    const missing = Object.entries(definition.fields)
      .filter(([name, field]) => field.required && !field.read_only && !filled.has(name))
      .map(([name]) => name);
    for (const name of missing) {
      const summary = `${object} of ${system} requires ${name}, which no row writes`;
      const text = {
        detail: `New records of ${sides[source].system} are to be created in ${system}${create === 'hold' ? ', once approved' : ''}.`,
        next: `Add a row that writes ${name}, or set propagate.${sides[source].system}.create: ignore`,
      };
      if (create === 'create') findings.error('required-unmapped', summary, [...path, 'fields'], text);
      else findings.warning('required-unmapped', summary, [...path, 'fields'], text);
    }
  }
}

function loadFilter(side: Side, { path, sides, findings, file, declared }: Loading): Expression | null {
  const source = file.filter[sides[side].system];
  if (source === undefined) return null;
  const at = [...path, 'filter', sides[side].system];
  if (!isDynamic(source)) {
    findings.error('filter-constant', 'The filter is a constant', at, { next: `Write "{{ record.<field> == … }}"` });
    return null;
  }
  const compiled = compileExpression(source, findings.place(at), declared.towards(null));
  if (!compiled.ok) {
    findings.take([compiled.error], at);
    return null;
  }
  checkRecordFields(compiled.value, sides[side], at, findings);
  return compiled.value;
}

/** Match rules name rows by their field of the first system. */
function loadMatch({ path, sides, findings, file, fields }: Loading, complete: boolean): LoadedMapping['match'] {
  if (file.match.length === 0) {
    findings.warning('match-none', 'There is no match rule', path, {
      detail: 'Records that are in both systems already are not recognised: each would be created once more.',
      next: `Add match: [[<field of ${sides.a.system}>]], e.g. of an e-mail address or a number`,
    });
  }
  return file.match.map((rule, i) =>
    rule.flatMap((name, j) => {
      const row = fields.find((field) => field.a === name);
      const at = [...path, 'match', i, j];
      if (row) {
        checkComparable(row, at, findings);
        return [{ a: row.a, b: row.b, reference: row.reference, by: row.by }];
      }
      const theirs = fields.find((field) => field.b === name);
      if (theirs) {
        const next = `Write ${theirs.a}, the field of ${sides.a.system}`;
        findings.error('match-unknown', `"${name}" is a field of ${sides.b.system}`, at, { next });
      } else if (complete || ownField(sides.a.definition, name) === undefined) {
        const known = fields.map((field) => field.a);
        findings.unknown('match-unknown', `No row maps "${name}" of ${sides.a.system}`, at, name, known);
      }
      return [];
    }),
  );
}

/** A match compares the values of both sides as they are, but for references, whose records are compared. */
function checkComparable(row: LoadedField, at: (string | number)[], findings: Findings): void {
  if (row.a === '' || row.b === '') {
    findings.error('match-one-sided', `${row.name} can't be matched: it is computed`, at);
  } else if (row.options ?? row.toA ?? row.toB) {
    findings.warning(
      'match-converted',
      `${row.name} is matched without its ${row.options ? 'options' : 'expression'}`,
      at,
      {
        detail: 'A match compares the values of both sides as they are.',
      },
    );
  }
}

function loadFirstContact({ path, sides, findings, file }: Loading): LoadedMapping['firstContact'] {
  if (!file.first_contact) return null;
  const { prefer, empty_overwrites: emptyOverwrites } = file.first_contact;
  const side = SIDES.find((each) => sides[each].system === prefer);
  if (side) return { prefer: side, emptyOverwrites };
  const known = SIDES.map((each) => sides[each].system);
  findings.unknown(
    'system-unknown',
    `There is no system "${prefer}"`,
    [...path, 'first_contact', 'prefer'],
    prefer,
    known,
  );
  return null;
}

function referencesOf(name: string, fields: readonly LoadedField[]): string[] {
  const names = fields.flatMap((field) => (field.reference === null ? [] : [field.reference]));
  return [...new Set(names)].filter((each) => each !== name).sort();
}

/** All that decides what is written: the mapping without what is for people only, and the declarations of the fields it reads. */
function rulesOf(
  { file, sides, fields, declared: ofFile }: Loading,
  filter: Record<Side, Expression | null>,
  dataRules: readonly DataRule[],
): string {
  const declared = (side: Side) => {
    const read = fields.flatMap((row) => [row[side], ...((side === 'a' ? row.toB : row.toA)?.fields ?? [])]);
    const checked = dataRules.flatMap((rule) => (rule.side === side ? (fieldsRead(rule) ?? []) : []));
    const names = [...new Set([...read, ...(filter[side]?.fields ?? []), ...checked])].sort();
    return names.map((name) => [name, ownField(sides[side].definition, name) ?? null]);
  };
  const { ignored: _, new_fields: _policy, ...rest } = file;
  const rows = file.fields.map(({ note: _note, loss: _loss, equivalent: _equivalent, ...row }) => ({
    ...row,
    validate: row.validate?.map(withoutMessage),
  }));
  const all = {
    ...rest,
    rules: file.rules.map(withoutMessage),
    fields: rows,
    systems: SIDES.map((side) => sides[side].system),
    a: declared('a'),
    b: declared('b'),
    used: ofFile.versionsIn(JSON.stringify(file)),
  };
  const plain: Value = JSON.parse(JSON.stringify(all));
  return canonicalText(plain);
}

const withoutMessage = (rule: RuleFile | RowRuleFile | string) =>
  typeof rule === 'string' ? rule : { ...rule, message: undefined };
