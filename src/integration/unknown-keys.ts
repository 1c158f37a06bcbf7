import type { DataPath } from '../connector/yaml-document.ts';
import { FIELD_KEYS, MAPPING_KEYS } from './schema.ts';

export interface UnknownKey {
  path: DataPath;
  key: string;
  known: string[];
}

/** Names of systems that are also keys of mappings or rows, or that every object has. */
export function reservedNames(data: unknown): string[] {
  const meant = [...MAPPING_KEYS, ...FIELD_KEYS, 'policy'];
  const isReserved = (name: string) => meant.includes(name) || name.startsWith('to_') || name in {};
  return Object.keys(member(data, 'systems')).filter(isReserved);
}

/**
 * Keys of mappings and rows that are neither the schema's nor made of the names of the two systems, which a schema
 * can't know. Nothing where there are not two systems: then nothing can be said.
 */
export function unknownKeys(data: unknown): UnknownKey[] {
  const systems = Object.keys(member(data, 'systems'));
  if (systems.length !== 2) return [];
  const inMapping = [...MAPPING_KEYS, ...systems];
  const inRow = [...FIELD_KEYS, ...systems, ...systems.map((name) => `to_${name}`)];
  return Object.entries(member(data, 'mappings')).flatMap(([name, mapping]) => {
    const rows = member(mapping, 'fields');
    return [
      ...strangers(mapping, inMapping, ['mappings', name]),
      ...Object.entries(rows).flatMap(([i, row]) => strangers(row, inRow, ['mappings', name, 'fields', Number(i)])),
    ];
  });
}

function strangers(value: unknown, known: string[], path: DataPath): UnknownKey[] {
  return Object.keys(objectOf(value))
    .filter((key) => !known.includes(key))
    .map((key) => ({ path, key, known }));
}

/** A copy of the data without the keys at `paths`. */
export function withoutKeys(data: unknown, paths: readonly DataPath[]): unknown {
  if (paths.length === 0) return data;
  const copy: unknown = structuredClone(data);
  for (const path of paths) {
    let holder = copy;
    for (const step of path.slice(0, -1)) holder = member(holder, String(step));
    if (holder !== null && typeof holder === 'object') Reflect.deleteProperty(holder, path.at(-1) ?? '');
  }
  return copy;
}

const objectOf = (value: unknown): object => (value !== null && typeof value === 'object' ? value : {});

const member = (value: unknown, key: string): object =>
  objectOf(Object.entries(objectOf(value)).find(([name]) => name === key)?.[1]);
