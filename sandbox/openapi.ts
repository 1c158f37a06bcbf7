import type { Json } from './system.ts';

/** Pieces from which both systems' OpenAPI documents are put together. */

export const ref = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

export const pathParameter = (name: string, type: 'string' | 'integer' = 'string'): Json => ({
  name,
  in: 'path',
  required: true,
  schema: { type },
});

export const queryParameter = (name: string, schema: Json, description?: string): Json => ({
  name,
  in: 'query',
  schema,
  ...(description === undefined ? {} : { description }),
});

export const headerParameter = (name: string, description: string): Json => ({
  name,
  in: 'header',
  schema: { type: 'string' },
  description,
});

export const jsonBody = (schema: Json): Json => ({
  required: true,
  content: { 'application/json': { schema } },
});

export const jsonAnswer = (description: string, schema?: Json): Json => ({
  description,
  ...(schema === undefined ? {} : { content: { 'application/json': { schema } } }),
});

export const listOf = (items: Json): Json => ({ type: 'array', items });

export const objectOf = (properties: Record<string, Json>, required: string[] = []): Json => ({
  type: 'object',
  properties,
  ...(required.length === 0 ? {} : { required }),
});
