import { type Diagnostic, fail, ok, problem, type Result } from '../record/diagnostic.ts';
import { didYouMean } from './closest-word.ts';
import { saysDate } from './codec/time-pattern.ts';
import { type ConnectorDefinition, connectorSchema } from './definition.ts';
import type { FieldDefinition } from './field.ts';
import { wireReader } from './wire-path.ts';
import { withAddedFields } from './within/complete.ts';
import { withinFaults } from './within/faults.ts';
import { explainIssues, readYaml, type YamlDocument } from './yaml-document.ts';

/** Reads a connector file: its text to a definition, or every fault with file, line, column and what was meant. */
export function loadConnector(text: string, file: string): Result<ConnectorDefinition, Diagnostic[]> {
  const read = readYaml(text, file);
  if (!read.ok) return read;
  const parsed = connectorSchema.safeParse(read.value.data);
  if (!parsed.success) return fail(explainIssues(parsed.error.issues, read.value, connectorSchema));
  const faults = inconsistencies(parsed.data, read.value);
  return faults.length > 0 ? fail(faults) : ok(withAddedFields(parsed.data));
}

/** What a schema can't say: names that must exist elsewhere in the file. */
function inconsistencies(connector: ConnectorDefinition, document: YamlDocument): Diagnostic[] {
  const faults: Diagnostic[] = [];
  const objectNames = Object.keys(connector.objects);
  const lists = Object.keys(connector.option_lists);
  const mustExist = (name: string | undefined, known: string[], what: string, path: string[]) => {
    if (name === undefined || known.includes(name)) return;
    const next = didYouMean(name, known);
    faults.push(
      problem('name-unknown', `There is no ${what} "${name}" in this connector`, {
        where: document.place(path),
        ...(next ? { next } : {}),
      }),
    );
  };
  if (connector.protocol === 'rest' && connector.base_url === undefined) {
    faults.push(
      problem('key-missing', 'base_url is missing', {
        detail: 'A connector of protocol rest needs it.',
        where: document.place(['protocol']),
      }),
    );
  }
  for (const [name, object] of Object.entries(connector.objects)) {
    const fields = Object.keys(object.fields);
    const at = ['objects', name];
    for (const { path, diagnostic } of withinFaults(connector, name)) {
      faults.push({ ...diagnostic, where: document.place([...at, ...path]) });
    }
    if (!object.part_of && !object.lines_of && !saysId(document, name)) faults.push(idMissing(name, document));
    mustExist(object.modified, fields, 'field', [...at, 'modified']);
    mustExist(object.link_field, fields, 'field', [...at, 'link_field']);
    mustExist(object.upsert_key, fields, 'field', [...at, 'upsert_key']);
    mustExist(object.parent?.field, fields, 'field', [...at, 'parent', 'field']);
    mustExist(object.parent?.object, objectNames, 'object', [...at, 'parent', 'object']);
    if (isBelowItself(connector, name)) faults.push(belowItself(name, document));
    for (const field of object.unique) mustExist(field, fields, 'field', [...at, 'unique']);
    faults.push(...stampFaults(object.list?.since?.time, document, [...at, 'list', 'since', 'time']));
    const pagination = object.list?.pagination;
    if (pagination?.style === 'page' && pagination.shifts && pagination.size_param === undefined) {
      faults.push(
        problem('key-missing', `objects.${name}.list.pagination.size_param is missing`, {
          detail: 'Pages that shift are read with an overlap, which needs pages of different sizes.',
          where: document.place([...at, 'list', 'pagination', 'shifts']),
        }),
      );
    }
    for (const field of Object.keys(object.list?.equals ?? {})) {
      mustExist(field, fields, 'field', [...at, 'list', 'equals', field]);
    }
    for (const [key, field] of Object.entries(object.fields)) {
      if (field.custom !== undefined && !object.custom_fields) {
        faults.push(
          problem('key-missing', `objects.${name}.custom_fields is missing`, {
            detail: 'It says where custom fields stand in a record.',
            where: document.place([...at, 'fields', key, 'custom']),
          }),
        );
      }
      mustExist(field.reference, objectNames, 'object', [...at, 'fields', key, 'reference']);
      mustExist(field.options_from, lists, 'option list', [...at, 'fields', key, 'options_from']);
    }
  }
  return faults;
}

/** Of an object with records of its own it must be said, though everything about it has a default. */
const saysId = (document: YamlDocument, name: string): boolean =>
  wireReader('id')(wireReader(name.replaceAll('.', '\\.'))(wireReader('objects')(document.data))) !== undefined;

const idMissing = (name: string, document: YamlDocument) =>
  problem('key-missing', `objects.${name}.id is missing`, {
    detail: 'Expected: object.',
    where: document.place(['objects', name]),
  });

function isBelowItself({ objects }: ConnectorDefinition, name: string): boolean {
  const seen = new Set<string>();
  for (let at = objects[name]?.parent?.object; at !== undefined && !seen.has(at); at = objects[at]?.parent?.object) {
    if (at === name) return true;
    seen.add(at);
  }
  return false;
}

const belowItself = (name: string, document: YamlDocument) =>
  problem('parent-circular', `The parents of ${name} lead back to ${name}`, {
    where: document.place(['objects', name, 'parent', 'object']),
  });

/** A stamp is compared with others, so that a time of day alone says nothing. */
function stampFaults(time: FieldDefinition['time'], document: YamlDocument, path: string[]): Diagnostic[] {
  if (typeof time !== 'object' || saysDate(time.pattern)) return [];
  return [
    problem('value-invalid', 'The pattern does not say a date', {
      detail: 'It needs YYYY, MM and DD.',
      where: document.place([...path, 'pattern']),
    }),
  ];
}
