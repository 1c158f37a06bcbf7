import type { OptionLists } from '../../connector/codec/options.ts';
import { exampleValues, optionKeys } from '../../connector/example-values/values-of.ts';
import type { FieldDefinition } from '../../connector/field.ts';
import type { Value } from '../../record/value.ts';

/** What values are made from: eight letters and digits that stand nowhere else, and a number that follows from them. */
export interface Seed {
  token: string;
  number: number;
}

export function seedOf(token: string): Seed {
  let number = 0;
  for (const letter of token) number = (number * 31 + letter.charCodeAt(0)) % 900_000;
  return { token, number: number + 100_000 };
}

/**
 * Values that a field may hold, those first that no other record has: a record made of them matches none. `beside`: the
 * fields of the other system that it goes to; `theirs`: its option lists; `seen`: values that records of the system hold.
 */
export function candidates(
  declared: FieldDefinition,
  beside: readonly FieldDefinition[],
  { seed, lists, theirs, seen }: { seed: Seed; lists: OptionLists; theirs: OptionLists; seen: readonly Value[] },
): Value[] {
  const others = beside.length === 0 ? [declared] : beside;
  const own = optionKeys(declared, lists);
  // Where a system does not tell its options, those of the other one may be among them.
  const keys = own.length > 0 ? own : beside.flatMap((other) => optionKeys(other, theirs));
  // The first option is often what a system takes for none.
  const examples = others.flatMap((other) => exampleValues({ declared, beside: other, keys: keys.toReversed() }));
  return [...unusual(declared, seed), ...examples, ...seen].filter((value) => value !== null);
}

function unusual({ type, identifier }: FieldDefinition, { token, number }: Seed): Value[] {
  switch (type) {
    case 'string':
      return identifier ? [`DE${number}123`, `T${token}`, `${number}`] : [`T${token}`, `${number}`, `Test ${token}`];
    case 'email':
      return [`${token}@dovetail-test.example`, `${token}@example.com`];
    case 'phone':
      return [`+4930${number}`];
    case 'url':
      return [`https://dovetail-test.example/${token}`];
    case 'integer':
      return [number, number % 1000, number % 100];
    case 'decimal':
      return [`${number}.25`, `${number % 1000}.5`, `${number % 1000}`];
    case 'money':
      return ['EUR', 'USD'].flatMap((currency) => [
        { amount: `${number}.25`, currency },
        { amount: `${number}`, currency },
      ]);
    case 'date':
      return [new Date(Date.UTC(2026, 0, 1 + (number % 300))).toISOString().slice(0, 10)];
    case 'timestamp':
      return [new Date(Date.UTC(2026, 5, 1 + (number % 25), 9, number % 60)).toISOString()];
    default:
      return [];
  }
}
