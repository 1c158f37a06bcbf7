import type { MappedObject } from './answers.ts';

/** What is said of each object, said once for all objects of which the same is said; null: nothing. */
export function eachKind(objects: readonly MappedObject[], say: (object: MappedObject) => string | null): string {
  const byText = new Map<string, string[]>();
  for (const object of objects) {
    const text = say(object);
    if (text !== null) byText.set(text, [...(byText.get(text) ?? []), object.name]);
  }
  if (byText.size === 1) return [...byText.keys()].join('');
  return [...byText].map(([text, names]) => `${names.join(', ')}: ${text}`).join('; ');
}
