import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { type FieldDefinition, fieldSchema } from '../../../src/connector/field.ts';
import { loadConnector } from '../../../src/connector/load.ts';
import type { ObjectProfile } from '../../../src/mapping/suggest/fields.ts';
import { CORPUS, importDocument } from '../openapi/corpus.ts';

/** Tables of values that are published as examples; not part of this repository. */
const DATA = fileURLToPath(new URL('../../../../shared/data/', import.meta.url));

const place = z.strictObject({ document: z.string(), object: z.string() });

const labelled = z.strictObject({
  tasks: z.array(
    z.strictObject({
      half: z.enum(['development', 'held-out']),
      a: place,
      b: place,
      pairs: z.record(z.string(), z.string()),
      either: z.array(z.tuple([z.string(), z.string()])).default([]),
    }),
  ),
});

export type Task = z.infer<typeof labelled>['tasks'][number];

export const TASKS: readonly Task[] = labelled.parse(
  parse(readFileSync(new URL('pairs.yaml', import.meta.url), 'utf8')),
).tasks;

export const isAtHand = existsSync(`${CORPUS}/index.csv`) && existsSync(`${DATA}/northwind.json`);

type Objects = Record<string, { fields: Record<string, FieldDefinition> }>;

const known = new Map<string, Objects>();

/** An object of a document, with the declarations that its import gives. */
export function objectOf({ document, object }: Task['a']): ObjectProfile {
  const objects =
    known.get(document) ?? (existsSync(`${DATA}/${document}`) ? tablesOf(document) : importedFrom(document));
  known.set(document, objects);
  const found = objects[object];
  if (!found) throw new Error(`${document} has no object ${object}`);
  return { name: object, fields: Object.entries(found.fields).map(([name, definition]) => ({ name, definition })) };
}

function importedFrom(document: string): Objects {
  const imported = importDocument(document);
  if (!imported.ok) throw new Error(`${document}: ${imported.error.summary}`);
  const loaded = loadConnector(imported.text, `${document}.connector.yaml`);
  if (!loaded.ok) throw new Error(`${document}: ${loaded.error[0]?.summary}`);
  return loaded.value.objects;
}

/** Tables have names only; types are told by the first value. */
function tablesOf(document: string): Objects {
  const tables: Record<string, Record<string, unknown>[]> = JSON.parse(readFileSync(`${DATA}/${document}`, 'utf8'));
  return Object.fromEntries(
    Object.entries(tables).map(([name, rows]) => {
      const fields = Object.keys(rows[0] ?? {}).map((key) => [key, fieldSchema.parse({ type: typeOf(rows, key) })]);
      return [name, { fields: Object.fromEntries(fields) }];
    }),
  );
}

function typeOf(rows: readonly Record<string, unknown>[], key: string): string {
  const value = rows.map((row) => row[key]).find((one) => one !== null && one !== '');
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'decimal';
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d[ T]/.test(value) ? 'timestamp' : 'string';
}
