import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { connectorText } from '../../../src/importers/openapi/connector-file.ts';
import {
  type ConnectorDraft,
  connectorOf,
  type OpenapiImport,
  readOpenapi,
} from '../../../src/importers/openapi/import-openapi.ts';
import type { Diagnostic } from '../../../src/record/diagnostic.ts';

/** Real documents with what was counted in them by hand-made rules; not part of this repository. */
export const CORPUS =
  process.env.DOVETAIL_OPENAPI_CORPUS ?? fileURLToPath(new URL('../../../../shared/corpora/openapi/', import.meta.url));

export interface Counted {
  file: string;
  lists: number;
  fullCrud: number;
}

/** The rows of index.csv; none where the corpus is not at hand. */
export function counted(): Counted[] {
  const index = `${CORPUS}/index.csv`;
  if (!existsSync(index)) return [];
  const [head = '', ...rows] = readFileSync(index, 'utf8').trim().split('\n');
  const names = head.split(',');
  return rows.map((row) => {
    const cells = [...row.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map(([, cell = '']) => cell);
    const cell = (name: string) => cells[names.indexOf(name)] ?? '';
    return {
      file: cell('file'),
      lists: Number(cell('list_operations')),
      fullCrud: Number(cell('full_crud_resources')),
    };
  });
}

export type Imported =
  | { ok: true; read: OpenapiImport; made: ConnectorDraft; text: string; ms: number }
  | { ok: false; error: Diagnostic; ms: number };

/** One document, all its objects, to the text of the connector. */
export function importDocument(file: string): Imported {
  const text = readFileSync(`${CORPUS}/${file}`, 'utf8');
  const began = process.cpuUsage();
  const read = readOpenapi(text, file);
  const made = read.ok ? connectorOf(read.value, null, file) : read;
  if (!read.ok || !made.ok) {
    const error = read.ok ? (made.ok ? null : made.error) : read.error;
    if (!error) throw new Error('unreachable');
    return { ok: false, error, ms: since(began) };
  }
  const written = connectorText(made.value.draft, made.value.grounds, []);
  return { ok: true, read: read.value, made: made.value, text: written, ms: since(began) };
}

/** Processor time, ms: what else the machine does is not counted. */
function since(began: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(began);
  return (user + system) / 1000;
}

export interface Figures {
  lists: number;
  fullCrud: number;
  objects: number;
  /** Objects whose pages, and whose id, rest on more than an assumption. */
  pagesDecided: number;
  idsDecided: number;
}

export function figuresOf({ definition, grounds }: ConnectorDraft): Figures {
  const objects = Object.entries(definition.objects);
  const isAssumed = (at: string) => grounds.some((one) => one.at === at && one.ground === 'assumed');
  return {
    lists: objects.filter(([, object]) => object.list).length,
    fullCrud: objects.filter(([, one]) => one.list && one.get && one.create && one.update && one.delete).length,
    objects: objects.length,
    pagesDecided: objects.filter(([name]) => !isAssumed(`objects.${name}.list.pagination`)).length,
    idsDecided: objects.filter(([name]) => !isAssumed(`objects.${name}.id`)).length,
  };
}

export const share = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${((100 * part) / whole).toFixed(1)} %`;
