import { createHash } from 'node:crypto';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { WebhooksDefinition } from '../definition.ts';
import { compilePlaceholders, fillPlaceholders, type TemplatePart } from '../placeholders.ts';
import type { Variables } from '../template.ts';
import { wireReader } from '../wire-path.ts';
import { type Delivery, jsonOf, type WebhookEvent } from './delivery.ts';

/** What a delivery tells. `ignored`: events of types that the connector doesn't name, or about no record. */
export interface ReadEvents {
  events: WebhookEvent[];
  ignored: number;
}

export type ReadDelivery = (delivery: Delivery) => Result<ReadEvents>;

type Kind = WebhooksDefinition['types'][string];

/** Compiles how the events of a delivery are found. */
export function compileEvents(definition: WebhooksDefinition, variables: Variables): Result<ReadDelivery> {
  const { event } = definition;
  if (!event) return ok(() => ok({ events: [], ignored: 0 }));
  const type = compilePlaceholders(event.type, variables);
  if (!type.ok) return type;
  const id = compilePlaceholders(event.id ?? '', variables);
  if (!id.ok) return id;
  const record = wireReader(event.record);
  const kindOf = compileTypes(definition.types);
  const list = wireReader(definition.events);
  return ok((delivery) => {
    const body = jsonOf(delivery.body);
    if (body === undefined) return fail(unreadable());
    const found = list(body);
    const items: unknown[] = Array.isArray(found) ? found : found === undefined || found === null ? [] : [found];
    const events: WebhookEvent[] = [];
    for (const item of items) {
      const sources = { item, body, delivery };
      const name = fillFrom(type.value, sources);
      const kind = kindOf(name);
      const about = textOf(record(item));
      if (!kind || about === '') continue;
      const told = fillFrom(id.value, sources);
      events.push({ type: name, ...kind, id: about, dedupe: told === '' ? digestOf(item) : told });
    }
    return ok({ events, ignored: items.length - events.length });
  });
}

interface Sources {
  item: unknown;
  body: unknown;
  delivery: Delivery;
}

/** `{body.path}` of the event, `{envelope.path}` of the whole body, `{header.name}`. */
function fillFrom(parts: readonly TemplatePart[], { item, body, delivery }: Sources): string {
  const values: Record<string, string> = {};
  for (const part of parts) {
    if (!('name' in part)) continue;
    const [source = '', ...rest] = part.name.split('.');
    const path = rest.join('.');
    if (source === 'body') values[part.name] = textOf(wireReader(path)(item));
    else if (source === 'envelope') values[part.name] = textOf(wireReader(path)(body));
    else if (source === 'header') values[part.name] = delivery.headers[path.toLowerCase()] ?? '';
  }
  return fillPlaceholders(parts, values);
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** A type by its own name goes before those with `*`, which come in their order. */
function compileTypes(types: WebhooksDefinition['types']): (name: string) => Kind | null {
  const patterns = Object.entries(types).filter(([name]) => name.includes('*'));
  return (name) => {
    const own = Object.hasOwn(types, name) ? types[name] : undefined;
    return own ?? patterns.find(([pattern]) => fits(pattern, name))?.[1] ?? null;
  };
}

/** Part by part from the left: takes no longer than the texts are long. */
function fits(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop() ?? '';
  if (!name.startsWith(first) || !name.endsWith(last) || name.length < first.length + last.length) return false;
  let at = first.length;
  const end = name.length - last.length;
  for (const part of rest) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

const digestOf = (item: unknown) => createHash('sha256').update(JSON.stringify(item)).digest('hex');

const unreadable = () =>
  problem('webhook-unreadable', 'A genuine delivery of a webhook can not be read', { detail: 'It is not JSON.' });
