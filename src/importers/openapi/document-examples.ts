import type { ConnectorDefinition } from '../../connector/definition.ts';
import { type ConnectorDraft, connectorOf, readOpenapi } from './import-openapi.ts';

/** Small documents for tests, in parts. */

export type Tree = Record<string, unknown>;

/** A document of 3.0 with these paths. */
export const documentOf = (paths: Tree, more: Tree = {}): Tree => ({
  openapi: '3.0.3',
  info: { title: 'Shop API', version: '1' },
  paths,
  ...more,
});

export const answer = (schema: Tree, headers: Tree = {}): Tree => ({
  200: { description: 'ok', headers, content: { 'application/json': { schema } } },
});
export const body = (schema: Tree): Tree => ({ content: { 'application/json': { schema } } });
export const query = (name: string, schema: Tree = { type: 'string' }, more: Tree = {}): Tree => ({
  name,
  in: 'query',
  schema,
  ...more,
});
export const inPath = (name: string): Tree => ({ name, in: 'path', required: true, schema: { type: 'string' } });
export const object = (properties: Tree, required: string[] = []): Tree => ({ type: 'object', properties, required });
export const listOf = (item: Tree): Tree => ({ type: 'array', items: item });
export const TEXT = { type: 'string' };
export const NUMBER = { type: 'integer' };
export const CONTACT = object({ id: TEXT, name: TEXT });

export function made(document: Tree, names: string[] | null = null, source = 'api.json'): ConnectorDraft {
  const read = readOpenapi(JSON.stringify(document), 'api.json');
  if (!read.ok) throw new Error(JSON.stringify(read.error));
  const draft = connectorOf(read.value, names, source);
  if (!draft.ok) throw new Error(JSON.stringify(draft.error));
  return draft.value;
}

export const definitionOf = (document: Tree): ConnectorDefinition => made(document).definition;
