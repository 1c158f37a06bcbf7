import { ADDRESS_PARTS, BINARY_PARTS, type FieldType, NAME_PARTS } from '../../record/value.ts';
import { saysDate, saysTimeOfDay } from './time-pattern.ts';

/** What of a field declaration can contradict itself. */
interface Declared {
  type: FieldType;
  time?: string | { pattern: string } | undefined;
  boolean?: { true?: unknown; false?: unknown } | undefined;
  parts?: Record<string, string> | undefined;
  parts_in?: 'object' | 'record' | undefined;
  custom?: string | undefined;
}

/** The parts that a value of a composite type may have; undefined for all other types. */
export function partsOf(type: FieldType): readonly string[] | undefined {
  switch (type) {
    case 'postal_address':
      return ADDRESS_PARTS;
    case 'person_name':
      return NAME_PARTS;
    case 'binary':
      return BINARY_PARTS;
    default:
      return undefined;
  }
}

/** What the keys of one field say against each other, with the path of the key. */
export function fieldFaults(field: Declared): { path: string[]; message: string }[] {
  return [...timeFaults(field), ...partFaults(field), ...booleanFaults(field)];
}

function timeFaults({ type, time }: Declared): { path: string[]; message: string }[] {
  if (time === undefined) return [];
  if (typeof time === 'string') {
    const isLocal = type === 'time' || type === 'local_timestamp';
    if (!isLocal || time === 'iso') return [];
    return [{ path: ['time'], message: `${time} is the form of an instant; a ${type} has iso or a pattern` }];
  }
  if (type === 'time') {
    if (saysTimeOfDay(time.pattern)) return [];
    return [{ path: ['time', 'pattern'], message: 'a time of day needs HH, and no YYYY, MM or DD' }];
  }
  if (saysDate(time.pattern)) return [];
  return [{ path: ['time', 'pattern'], message: `a ${type} needs YYYY, MM and DD` }];
}

function partFaults({ type, parts, parts_in: place, custom }: Declared): { path: string[]; message: string }[] {
  const known = partsOf(type);
  if (!known) {
    return parts === undefined ? [] : [{ path: ['parts'], message: `a ${type} has no parts` }];
  }
  const unknown = Object.keys(parts ?? {}).filter((part) => !known.includes(part));
  const faults = unknown.map((part) => ({
    path: ['parts', part],
    message: `a ${type} has the parts ${known.join(', ')}`,
  }));
  if (type === 'binary' && parts && parts.url === undefined) {
    faults.push({ path: ['parts'], message: 'a binary needs its url' });
  }
  if (place === 'record' && !parts) faults.push({ path: ['parts_in'], message: 'needs parts' });
  if (place === 'record' && custom !== undefined) {
    faults.push({ path: ['custom'], message: 'is one place; the parts stand in the record' });
  }
  return faults;
}

function booleanFaults({ boolean: spelled }: Declared): { path: string[]; message: string }[] {
  if (!spelled || (spelled.true === undefined) === (spelled.false === undefined)) return [];
  return [{ path: ['boolean'], message: 'needs true and false, or neither' }];
}
