import { pathSteps } from '../../connector/codec/path.ts';
import type { ListDefinition } from '../../connector/definition.ts';
import { isWire, wireReader } from '../../connector/wire-path.ts';

/** Reads the list of items in an answer; null where there is none. */
export function compileItems(list: ListDefinition): (body: unknown) => readonly unknown[] | null {
  // XML does not tell a list of one from its only item.
  const oneOrMany = list.one_or_many ?? list.format === 'xml';
  const at = compileStars(list.records);
  const item = list.item === '' ? null : wireReader(list.item);
  return (body) => {
    const found = listOf(at(body), oneOrMany);
    return found && item ? found.map(item) : found;
  };
}

function listOf(value: unknown, oneOrMany: boolean): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  if (!oneOrMany) return null;
  if (value === undefined || value === null || value === '') return [];
  return isWire(value) ? [value] : null;
}

/** A dotted path in which `*` stands for every item of a list, or every value of an object, on the way. */
function compileStars(path: string): (body: unknown) => unknown {
  const steps = pathSteps(path);
  if (!steps.includes('*')) return wireReader(path);
  return (body) => {
    let values: unknown[] = [body];
    for (const step of steps) {
      if (!values.every(isWire)) return undefined;
      if (step === '*') values = values.flatMap((value) => Object.values(value));
      else
        values = values
          .map((value) => (isWire(value) && Object.hasOwn(value, step) ? value[step] : undefined))
          .filter((value) => value !== undefined && value !== null);
    }
    return values.flat();
  };
}
