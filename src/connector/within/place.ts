import { type Diagnostic, problem } from '../../record/diagnostic.ts';
import { compileReader } from '../codec/path.ts';
import { joinId, splitId } from '../composite-id.ts';
import type { ObjectDefinition } from '../definition.ts';
import type { Wire } from '../port.ts';
import { wholeIn } from './holding.ts';

/** What of an object says where its records stand, in the system's own terms: the fields, and how an id follows. */
export interface Placing {
  /** The reference to the whole. */
  whole: string;
  /** The key of a line that the mapping sends. */
  key: string | null;
  /** The key of new lines is not known before they are written. */
  isOpen: boolean;
}

/** Of an object whose records stand within those of another one; null of others. */
export function placingOf({ part_of: part, lines_of: lines }: ObjectDefinition): Placing | null {
  if (part) return { whole: part.whole, key: null, isOpen: false };
  return lines
    ? { whole: lines.whole, key: lines.keys === 'sent' ? lines.key : null, isOpen: lines.keys !== 'sent' }
    : null;
}

/**
 * The id that a new record with this wire form will have; where its key is yet to be given, what such ids begin with. Null
 * where it names no whole.
 */
export function placeOf(definition: ObjectDefinition, wire: Wire): string | null {
  const placing = placingOf(definition);
  const whole = wholeIn(wire);
  if (!placing || whole === null) return null;
  if (placing.isOpen) return joinId([whole, '']);
  if (placing.key === null) return whole;
  const key = keyText(compileReader(definition.fields[placing.key]?.path ?? placing.key)(wire));
  return key === null ? null : joinId([whole, key]);
}

/** Whether a record stands where `placeOf` said. */
export const standsAt = (definition: ObjectDefinition, id: string, place: string): boolean =>
  placingOf(definition)?.isOpen ? id.startsWith(place) : id === place;

/** The id that a record has once its whole or its key is another one, each as it stands on the wire; undefined: as it was. */
export function placeAfter(definition: ObjectDefinition, id: string, whole: unknown, key: unknown): string {
  const placing = placingOf(definition);
  if (!placing || placing.isOpen) return id;
  const wholeNow = typeof whole === 'string' ? whole : null;
  if (placing.key === null) return wholeNow ?? id;
  const [wholeBefore = '', keyBefore = ''] = splitId(id, 2) ?? [];
  return joinId([wholeNow ?? wholeBefore, keyText(key) ?? keyBefore]);
}

/** Whether a write would give a record this other whole, as it stands on the wire, and can't, since its key there is not known before. */
export function staysPut(definition: ObjectDefinition, id: string, whole: unknown): boolean {
  if (!placingOf(definition)?.isOpen || typeof whole !== 'string' || whole === '') return false;
  return whole !== (splitId(id, 2)?.[0] ?? id);
}

/** Why a line is not given to another whole. `name`: its object's. */
export const lineStays = (name: string): Diagnostic =>
  problem('line-stays', `A line of ${name} can't move to another whole, since its key there is not known before`, {
    next: 'Delete it and enter it anew where it belongs',
  });

/** A key as it stands in an id. */
export function keyText(key: unknown): string | null {
  if (typeof key === 'string') return key === '' || !key.isWellFormed() ? null : key;
  return typeof key === 'number' && Number.isFinite(key) ? String(key) : null;
}
