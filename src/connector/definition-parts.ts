import { z } from 'zod';

/** Kinds of values that stand in many places of a connector. */

export const duration = z
  .string()
  .regex(/^\d+(ms|s|m|h|d)$/, 'a number and a unit: 500ms, 3s, 5m, 24h, 7d')
  .describe('A number and a unit: 500ms, 3s, 5m, 24h, 7d');

export const urlPath = z
  .string()
  .describe('After the base URL; {object} is the name of the object, {id} the id of the record');

export const wirePath = z
  .string()
  .describe(
    'Dotted path in the response body; empty for the body itself. A dot within a name has a backslash before it',
  );

export const secretTemplate = z
  .string()
  .describe('With ${variables} of the connection, e.g. ${api_key} or Token ${api_key}');
