import { otherSide, type Side } from '../record/side.ts';
import type { MappedObject } from './answers.ts';

/** What the mappings need of an object, as words. */
export function operations(side: Side, object: MappedObject): Operation[] {
  const needed = new Set<Operation>(['list', 'get']);
  for (const mapping of object.mappings) {
    const theirs = mapping.propagate[otherSide(side)];
    if (theirs.create !== 'ignore') needed.add('create');
    if (theirs.update !== 'ignore') needed.add('update');
    if (theirs.delete === 'delete' || theirs.delete === 'archive') needed.add(theirs.delete);
    // Only records of a side with a filter leave it.
    const leave = mapping.filter[otherSide(side)] !== null;
    if (leave && (mapping.onLeave === 'delete' || mapping.onLeave === 'archive')) needed.add(mapping.onLeave);
  }
  return [...needed];
}

export type Operation = 'list' | 'get' | 'create' | 'update' | 'delete' | 'archive';
