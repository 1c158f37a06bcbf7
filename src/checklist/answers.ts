import type { ObjectDefinition } from '../connector/definition.ts';
import type { LoadedIntegration, LoadedMapping, LoadedSystem } from '../integration/loaded.ts';
import { SIDES, type Side } from '../record/side.ts';
import type { Answer } from './question.ts';

/** What an answer says that nobody gave. */
export const UNANSWERED = 'nobody answered';

export const declared = (side: Side | null, says: string): Answer => ({ side, status: 'declared', says });
export const notApplicable = (side: Side | null, says: string): Answer => ({ side, status: 'not-applicable', says });
export const open = (side: Side | null, says: string, next: string): Answer => ({ side, status: 'open', says, next });

/** One answer for each system. */
export const ofEachSystem = (
  integration: LoadedIntegration,
  answer: (side: Side, system: LoadedSystem) => Answer,
): Answer[] => SIDES.map((side) => answer(side, integration[side]));

/**
 * What the section `answers` of the integration file says to a question: a text, or a text for each system by its name.
 * A text that begins with `n/a` says that the question does not arise, one that begins with `open:` that nobody knows it
 * yet, and whom to ask. Otherwise the answer is open.
 */
export function fromFile(integration: LoadedIntegration, id: string): Answer[] {
  const given = integration.answers[id];
  const next = `Answer it in the integration file: answers: { ${id}: … }`;
  if (isTexts(given)) {
    return ofEachSystem(integration, (side, { name }) => {
      const text = given[name];
      return text === undefined ? open(side, UNANSWERED, next) : textAnswer(side, text, next);
    });
  }
  return [textAnswer(null, given, next)];
}

/**
 * Answers of the file where it has them, else the given ones: for what usually follows from something else. What the file
 * calls open is so only until something else gives the answer.
 */
export function fromFileOr(integration: LoadedIntegration, id: string, otherwise: () => Answer[]): Answer[] {
  if (!Object.hasOwn(integration.answers, id)) return otherwise();
  const given = fromFile(integration, id);
  if (!given.some(({ status }) => status === 'open')) return given;
  const others = otherwise();
  const whole = given.find(({ side }) => side === null);
  if (!whole && others.some(({ side }) => side === null)) return given;
  return others.map((other) => {
    const own = whole ?? given.find(({ side }) => side === other.side) ?? other;
    if (own.status !== 'open') return own;
    return other.status === 'open' ? { ...other, says: own.says, next: askFirst(own.says, other.next) } : other;
  });
}

/** What the file says; a system that is a database answers for itself where the file does not. */
export function fromFileOrSql(integration: LoadedIntegration, id: string, ofSql: (side: Side) => Answer): Answer[] {
  const isSql = ({ connector }: LoadedSystem): boolean => connector.protocol === 'sql';
  if (![integration.a, integration.b].some(isSql)) return fromFile(integration, id);
  const next = `Answer it in the integration file: answers: { ${id}: … }`;
  return fromFileOr(integration, id, () =>
    ofEachSystem(integration, (side, system) => (isSql(system) ? ofSql(side) : open(side, UNANSWERED, next))),
  );
}

function askFirst(says: string, next = ''): string {
  const who = WHOM.exec(says)?.[1];
  return who === undefined ? next : `Ask ${who}. ${next}`;
}

const WHOM = /^open: ask (.+)$/;

function textAnswer(side: Side | null, given: unknown, next: string): Answer {
  const text = typeof given === 'string' || typeof given === 'number' || typeof given === 'boolean' ? `${given}` : '';
  const line = text.replace(/\s+/g, ' ').trim();
  if (line === '') return open(side, UNANSWERED, next);
  if (/^open:/i.test(line)) return open(side, line, askFirst(line, next));
  return /^(n\/a|not applicable)\b/i.test(line) ? notApplicable(side, line) : declared(side, line);
}

const isTexts = (given: unknown): given is Record<string, unknown> =>
  typeof given === 'object' && given !== null && !Array.isArray(given);

/** An object of a side that is mapped, with the mappings that use it. */
export interface MappedObject {
  name: string;
  definition: ObjectDefinition;
  mappings: LoadedMapping[];
}

/** In the order of the mappings. */
export function mappedObjects(integration: LoadedIntegration, side: Side): MappedObject[] {
  const found = new Map<string, MappedObject>();
  for (const mapping of integration.mappings) {
    const name = mapping.objects[side];
    const definition = integration[side].connector.objects[name];
    if (!definition) continue;
    const known = found.get(name) ?? { name, definition, mappings: [] };
    known.mappings.push(mapping);
    found.set(name, known);
  }
  return [...found.values()];
}

/** Names of the fields of an object that its mappings read or write, with what their expressions and filters read. */
export function mappedFields(object: MappedObject, side: Side): string[] {
  const names = object.mappings.flatMap((mapping) => [
    ...mapping.fields.map((field) => field[side]),
    ...mapping.match.flatMap((rule) => rule.map((pair) => pair[side])),
    ...mapping.fields.flatMap((field) => (side === 'a' ? field.toB : field.toA)?.fields ?? []),
    ...(mapping.filter[side]?.fields ?? []),
  ]);
  return [...new Set(names)].filter((name) => Object.hasOwn(object.definition.fields, name));
}

/** `a, b and c` */
export function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? '';
  return words.length < 2 ? last : `${words.slice(0, -1).join(', ')} and ${last}`;
}

/** The first few of many, and how many more. */
export const someOf = (words: readonly string[], most = 3): string =>
  words.length <= most ? listed(words) : `${words.slice(0, most).join(', ')} and ${words.length - most} more`;

/** `1 field`, `2 fields` */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** `12 %`; a part of nothing is nothing. Never 100 % where something is missing, nor 0 % where something is there. */
export function percent(part: number, all: number): string {
  if (part === 0 || all === 0) return '0 %';
  if (part === all) return '100 %';
  return `${Math.min(99, Math.max(1, Math.round((part / all) * 100)))} %`;
}
