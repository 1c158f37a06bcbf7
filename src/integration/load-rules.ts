import { fitsCharacters, lengthIn } from '../connector/codec/text.ts';
import { phoneNumbers, re2 } from '../connector/late-packages.ts';
import { SIDES, type Side } from '../record/side.ts';
import type { DataRule, RepairStep, RuleTest } from './data-rule.ts';
import type { FileDeclared } from './declared.ts';
import { compileExpression, type Expression, isDynamic } from './expression.ts';
import type { Findings } from './findings.ts';
import { compileForm } from './known-form.ts';
import { checkRecordFields, ownField } from './load-field.ts';
import type { LoadedField } from './loaded.ts';
import type { SideInFile } from './row.ts';
import {
  KNOWN_FORMS,
  type KnownForm,
  LIMITS,
  type Limit,
  type RepairStepFile,
  type RowRuleFile,
} from './rule-schema.ts';
import type { FieldMappingFile, MappingFile } from './schema.ts';
import { valueOfType } from './value-of-type.ts';

type Path = (string | number)[];

/** What the checks of one rule need to know. */
interface RuleScope {
  path: Path;
  side: Side;
  sides: Record<Side, SideInFile>;
  declared: FileDeclared;
  findings: Findings;
}

export interface RulesInFile {
  file: MappingFile;
  /** Rows that were loaded, with their place in the file. */
  rows: readonly { row: LoadedField; file: FieldMappingFile; path: Path }[];
  path: Path;
  sides: Record<Side, SideInFile>;
  declared: FileDeclared;
  findings: Findings;
}

/** All rules of a mapping: those of its rows, by field that is written, and its own. */
export function loadRules(mapping: RulesInFile): DataRule[] {
  const ofRows = mapping.rows.flatMap(({ row, file, path }) =>
    (file.validate ?? []).flatMap((given, i) => loadRowRule(row, given, [...path, 'validate', i], mapping)),
  );
  checkNames(mapping);
  return [...ofRows, ...mapping.file.rules.flatMap((_, i) => loadRecordRule(i, mapping))];
}

/** A rule of a row holds for each field that the row writes. */
function loadRowRule(row: LoadedField, given: string | RowRuleFile, path: Path, mapping: RulesInFile): DataRule[] {
  const { sides, declared, findings } = mapping;
  const file: RowRuleFile = typeof given === 'string' ? { check: given, policy: 'error', repair: [] } : given;
  const written = SIDES.filter((side) => (side === 'a' ? row.bToA : row.aToB));
  const chosen = file.system === undefined ? written : written.filter((side) => sides[side].system === file.system);
  if (chosen.length === 0) {
    const known = written.map((side) => sides[side].system);
    const summary = `The row writes nothing to ${file.system}`;
    findings.unknown('rule-never', summary, [...path, 'system'], file.system ?? '', known);
    return [];
  }
  const limit = LIMITS.find((one) => one === file.check);
  const sidesOf = limit ? limitedSides(limit, row, chosen, path, mapping) : chosen;
  return sidesOf.flatMap((side) => {
    const scope = { path, side, sides, declared, findings };
    const test = loadRowTest(file, scope);
    if (!test) return [];
    return {
      name: test.kind === 'expression' ? 'expression' : file.check,
      side,
      field: row[side],
      scope: 'value',
      test,
      message: plainMessage(file.message, scope),
      policy: file.policy,
      repair: loadRepair(file.repair, row[side], scope),
      where: findings.place(path),
    } satisfies DataRule;
  });
}

function loadRowTest(file: RowRuleFile, scope: RuleScope): RuleTest | null {
  const { path, side, sides, findings } = scope;
  const at = [...path, 'check'];
  if (isDynamic(file.check)) return expressionTest(file.check, at, scope);
  const limit = LIMITS.find((one) => one === file.check);
  if (limit) return { kind: 'limit', limit };
  const form = KNOWN_FORMS.find((one) => one === file.check);
  if (!form) {
    findings.unknown('check-unknown', `There is no check "${file.check}"`, at, file.check, [...KNOWN_FORMS, ...LIMITS]);
    return null;
  }
  const { country = null, country_field: countryField = null } = file;
  checkCountry(form, country, countryField, scope);
  if (countryField !== null && !ownField(sides[side].definition, countryField)) {
    const { object, system, definition } = sides[side];
    const summary = `${object} of ${system} has no field "${countryField}"`;
    findings.unknown(
      'field-unknown',
      summary,
      [...path, 'country_field'],
      countryField,
      Object.keys(definition.fields),
    );
  }
  return { kind: 'form', form, matches: compileForm(form), country, countryField };
}

/** Whether the connector declares the limit: what it does not declare can't be broken. */
function declares(limit: Limit, field: string, { definition }: SideInFile): boolean {
  const declared = ownField(definition, field);
  if (!declared) return false;
  const limits: Record<Limit, boolean> = {
    required: declared.required,
    length: declared.max_length !== undefined,
    characters: declared.characters !== 'any',
    pattern: declared.pattern !== undefined,
    range: declared.minimum !== undefined || declared.maximum !== undefined,
  };
  return limits[limit];
}

/** Of the sides that a row writes, those whose connectors declare the limit. */
function limitedSides(
  limit: Limit,
  row: LoadedField,
  chosen: Side[],
  path: Path,
  { sides, findings }: RulesInFile,
): Side[] {
  const limited = chosen.filter((side) => declares(limit, row[side], sides[side]));
  if (limited.length > 0) return limited;
  const names = chosen.map((side) => `${row[side]} of ${sides[side].system}`).join(' and ');
  findings.warning('limit-undeclared', `${names} ${chosen.length > 1 ? 'have' : 'has'} no declared ${limit}`, path, {
    detail: 'The check holds for every value.',
    next: 'Declare it in the connector, or remove the check',
  });
  return [];
}

function checkCountry(form: KnownForm, country: string | null, field: string | null, scope: RuleScope): void {
  const { path, findings } = scope;
  if (country !== null && !phoneNumbers().isSupportedCountry(country)) {
    findings.error('country-unknown', `"${country}" is no country code of ISO 3166 in capitals`, [...path, 'country']);
  }
  if (form === 'postal_code' && country === null && field === null) {
    findings.error('country-missing', 'A postal code can only be checked for its country', path, {
      next: 'Add country: DE, or country_field: <field of the same record>',
    });
  }
}

function checkNames({ file, path, findings }: RulesInFile): void {
  const names = new Set<string>();
  file.rules.forEach(({ name }, i) => {
    if (names.has(name))
      findings.error('rule-duplicated', `There are two rules "${name}"`, [...path, 'rules', i, 'name']);
    names.add(name);
  });
}

function loadRecordRule(i: number, mapping: RulesInFile): DataRule[] {
  const { file, sides, declared, findings, rows } = mapping;
  const given = file.rules[i];
  if (!given) return [];
  const path = [...mapping.path, 'rules', i];
  const side = SIDES.find((one) => sides[one].system === given.system);
  if (!side) {
    const known = SIDES.map((one) => sides[one].system);
    findings.unknown(
      'system-unknown',
      `There is no system "${given.system}"`,
      [...path, 'system'],
      given.system,
      known,
    );
    return [];
  }
  const scope = { path, side, sides, declared, findings };
  const field = given.field ?? null;
  if (field !== null && !ownField(sides[side].definition, field)) {
    const { object, system, definition } = sides[side];
    const summary = `${object} of ${system} has no field "${field}"`;
    findings.unknown('field-unknown', summary, [...path, 'field'], field, Object.keys(definition.fields));
  }
  if (given.repair.length > 0) checkRepaired(field, rows, scope);
  const test = expressionTest(given.check, [...path, 'check'], scope);
  if (!test) return [];
  const where = findings.place(path);
  const repair = loadRepair(given.repair, field, scope);
  return [
    {
      name: given.name,
      side,
      field,
      scope: 'record',
      test,
      message: plainMessage(given.message, scope),
      policy: given.policy,
      repair,
      where,
    },
  ];
}

/** Only what a row writes can be repaired on its way. */
function checkRepaired(
  field: string | null,
  rows: RulesInFile['rows'],
  { path, side, sides, findings }: RuleScope,
): void {
  const written = rows.some(({ row }) => row[side] === field && (side === 'a' ? row.bToA : row.aToB));
  if (field !== null && written) return;
  const summary =
    field === null
      ? 'The rule does not say which field is repaired'
      : `No row writes ${field} of ${sides[side].system}`;
  findings.error('repair-without-field', summary, [...path, field === null ? 'repair' : 'field'], {
    next: 'Name a field that a row writes, or leave repair out',
  });
}

function expressionTest(source: string, path: Path, scope: RuleScope): RuleTest | null {
  const expression = compiled(source, path, scope);
  return expression && { kind: 'expression', expression };
}

/** An expression of a rule reads the record that is written, not the one that its values come from. */
function compiled(source: string, path: Path, { side, sides, declared, findings }: RuleScope): Expression | null {
  const result = compileExpression(source, findings.place(path), declared.towards(null));
  if (!result.ok) {
    findings.take([result.error], path);
    return null;
  }
  checkRecordFields(result.value, sides[side], path, findings);
  return result.value;
}

/** Messages stand in reports and logs, where no value may stand. */
function plainMessage(message: string | undefined, { path, findings }: RuleScope): string | null {
  if (message === undefined) return null;
  if (isDynamic(message)) {
    findings.error('message-dynamic', 'The message holds an expression', [...path, 'message'], {
      detail: 'Messages are kept and mailed, so they never hold a value of a record.',
    });
  }
  return message;
}

function loadRepair(steps: readonly RepairStepFile[], field: string | null, scope: RuleScope): RepairStep[] {
  return steps.flatMap((step, i) => loadStep(step, field, [...scope.path, 'repair', i], scope) ?? []);
}

function loadStep(step: RepairStepFile, field: string | null, path: Path, scope: RuleScope): RepairStep | null {
  if (step === 'trim') return { kind: 'trim' };
  if (step === 'truncate') return { kind: 'truncate', mark: '' };
  if (step === 'transliterate') return { kind: 'transliterate', language: null };
  if (typeof step === 'string') {
    const expression = compiled(step, path, scope);
    return expression && { kind: 'expression', expression };
  }
  if ('truncate' in step) return loadTruncate(step.truncate, field, path, scope);
  if ('transliterate' in step) return { kind: 'transliterate', language: step.transliterate };
  if ('replace' in step) return loadReplace(step.replace, step.with, path, scope);
  return loadDefault(step.default, field, path, scope);
}

/** The mark itself must fit. */
function loadTruncate(mark: string, field: string | null, path: Path, scope: RuleScope): RepairStep {
  const { side, sides, findings } = scope;
  const declared = field === null ? undefined : ownField(sides[side].definition, field);
  if (declared && !fitsCharacters(mark, declared.characters)) {
    findings.error('mark-unfit', `${field} of ${sides[side].system} can't hold ${mark}`, path, { next: 'Write ...' });
  }
  if (declared?.max_length !== undefined && lengthIn(mark, declared) >= declared.max_length) {
    findings.error('mark-unfit', `${mark} leaves no room in ${field} of ${sides[side].system}`, path);
  }
  return { kind: 'truncate', mark };
}

function loadReplace(pattern: string, replacement: string, path: Path, { findings }: RuleScope): RepairStep | null {
  try {
    re2().RE2JS.compile(pattern);
  } catch {
    findings.error('pattern-invalid', 'The pattern is no regular expression of RE2', path, {
      detail: 'RE2 has no look-around and no back references, so that no pattern can run long.',
    });
    return null;
  }
  return { kind: 'replace', pattern, with: replacement };
}

function loadDefault(
  raw: string | number | boolean,
  field: string | null,
  path: Path,
  scope: RuleScope,
): RepairStep | null {
  const { side, sides, findings } = scope;
  const declared = field === null ? undefined : ownField(sides[side].definition, field);
  const value = declared && valueOfType(declared, raw);
  if (value !== undefined) return { kind: 'default', value };
  if (declared) {
    const summary = `The default does not fit ${field} of ${sides[side].system} (${declared.type})`;
    findings.error('default-invalid', summary, path);
  }
  return null;
}
