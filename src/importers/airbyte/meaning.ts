import type { Expression } from './jinja.ts';
import { isNode } from './node.ts';

/**
 * What a Jinja text comes to, as far as it can be told without running the connector: a constant, a value of the
 * configuration, a place in the answer or in another thing that only a read knows, a time, or a text of those.
 */
export type Meaning =
  | { is: 'known'; value: unknown }
  /** `otherwise`: what stands for it where the configuration has nothing. `joined`: a list as one text. */
  | { is: 'config'; path: readonly string[]; otherwise?: Meaning; joined?: string }
  | { is: 'slot'; of: Slot; path: readonly string[]; pattern?: string }
  /** An instant: now, a fixed one (epoch ms), or read from another value; as a text where there is a format. */
  | { is: 'time'; of: 'now' | number | Meaning; shift: number; format?: string }
  | { is: 'span'; ms: number }
  | { is: 'text'; parts: readonly Meaning[] }
  /** A sum of what stands at these places: arithmetic that a paginator does. */
  | { is: 'sum'; parts: readonly Meaning[] }
  | { is: 'open'; reads: ReadonlySet<string> };

/** What only a read knows. */
export type Slot = 'response' | 'headers' | 'record' | 'last_record' | 'partition' | 'token' | 'other';

export interface Scope {
  /** Values of the configuration where they are taken as known; absent: they are left open. */
  config?: unknown;
  parameters: unknown;
  /** Epoch ms, for what is decided at import; absent: left open. */
  now?: number;
  names: ReadonlyMap<string, Meaning>;
  /** A value of a list that is taken as known. */
  only?: { name: string; value: string };
}

export const known = (value: unknown): Meaning => ({ is: 'known', value });
export const NOTHING = known(null);

export const SLOTS: Readonly<Record<string, Slot>> = {
  response: 'response',
  headers: 'headers',
  record: 'record',
  last_record: 'last_record',
  stream_partition: 'partition',
  stream_slice: 'partition',
  stream_interval: 'partition',
  next_page_token: 'token',
};

/** Characters of a text that is put together here: texts that are doubled again and again have no end. */
export const LONGEST = 20_000;

/** A text of these parts; known where all are. */
export function concatenated(parts: readonly Meaning[]): Meaning {
  const flat = parts.flatMap((part) => (part.is === 'text' ? part.parts : [part]));
  const open = flat.find((part) => part.is === 'open' || part.is === 'span');
  if (open) return { is: 'open', reads: new Set(flat.flatMap((part) => (part.is === 'open' ? [...part.reads] : []))) };
  const size = flat.reduce((sum, part) => sum + (part.is === 'known' ? textOf(part.value).length : 1), 0);
  if (size > LONGEST) return { is: 'open', reads: new Set() };
  if (flat.every((part) => part.is === 'known')) return known(flat.map((part) => textOf(part.value)).join(''));
  return { is: 'text', parts: flat };
}

/** As Jinja writes it out; nothing for null. */
export function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export const open = (expression: Expression): Meaning => ({ is: 'open', reads: namesIn(expression) });

/** What stands under a key; null where it can't be told. */
export function memberOf(object: Meaning, key: unknown): Meaning | null {
  if (typeof key !== 'string' && typeof key !== 'number') return null;
  if (object.is === 'known') return known(itemOf(object.value, key));
  // A part of a text that was cut out of an answer still stands where the text does.
  if (object.is === 'slot' && object.pattern !== undefined) return object;
  if (object.is === 'config' || object.is === 'slot') return { ...object, path: [...object.path, String(key)] };
  return null;
}

export function itemOf(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return typeof key === 'number' ? (value.at(key) ?? null) : null;
  return isNode(value) && Object.hasOwn(value, key) ? value[key] : null;
}

/** Whether it counts as true; null where that isn't known. */
export function truth(meaning: Meaning): boolean | null {
  if (meaning.is !== 'known') return null;
  const { value } = meaning;
  if (Array.isArray(value)) return value.length > 0;
  if (isNode(value)) return Object.keys(value).length > 0;
  return Boolean(value);
}

export const isOfConfig = (meaning: Meaning): boolean =>
  meaning.is === 'config' || (meaning.is === 'time' && typeof meaning.of === 'object' && isOfConfig(meaning.of));

export function configPath(meaning: Meaning): readonly string[] | null {
  if (meaning.is === 'config') return meaning.path;
  return meaning.is === 'time' && typeof meaning.of === 'object' ? configPath(meaning.of) : null;
}

export function withOtherwise(meaning: Meaning, otherwise: Meaning): Meaning {
  if (meaning.is === 'config') return meaning.otherwise ? meaning : { ...meaning, otherwise };
  if (meaning.is === 'time' && typeof meaning.of === 'object')
    return { ...meaning, of: withOtherwise(meaning.of, otherwise) };
  return meaning;
}

export function readsSlots(meaning: Meaning): boolean {
  if (meaning.is === 'slot') return true;
  if (meaning.is === 'text' || meaning.is === 'sum') return meaning.parts.some(readsSlots);
  return meaning.is === 'time' && typeof meaning.of === 'object' && readsSlots(meaning.of);
}

export const isConfigOnly = (reads: ReadonlySet<string>): boolean => [...reads].every((name) => !(name in SLOTS));

/** The names of all variables and functions that an expression uses. */
export function namesIn(expression: Expression): Set<string> {
  const found = new Set<string>();
  const look = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) look(each);
    else if (isNode(value)) {
      if (value.kind === 'name' && typeof value.name === 'string') found.add(value.name);
      for (const each of Object.values(value)) look(each);
    }
  };
  look(expression);
  return found;
}
