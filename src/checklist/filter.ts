import type { Expression } from '../integration/expression.ts';
import type { Fields } from '../record/value.ts';

/** Whether a record is in the mapping; as in a run, a filter that fails lets it in. */
export function passesFilter(filter: Expression | null, record: Fields): boolean {
  if (!filter) return true;
  const result = filter.evaluate({ value: null, record });
  return !result.ok || result.value === true || result.value === 'true' || result.value === 'True';
}
