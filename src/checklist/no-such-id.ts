import type { ObjectDefinition } from '../connector/definition.ts';

/** An id that no record of an object has: systems count from one, or make ids of their own. */
export const noSuchId = (definition: ObjectDefinition | undefined): string =>
  definition?.id.type === 'integer' ? '2147483646' : 'dovetail-no-such-record';
