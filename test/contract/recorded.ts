import { compileCodec } from '../../src/connector/codec.ts';
import type { ConnectorDefinition, ObjectDefinition } from '../../src/connector/definition.ts';
import type { FieldDefinition } from '../../src/connector/field.ts';
import type { Connection } from '../../src/connector/port.ts';
import { systemClock } from '../../src/platform/clock.ts';
import type { HttpClient, HttpRequest } from '../../src/platform/http.ts';
import { silentLog } from '../../src/platform/log.ts';
import { systemRandom } from '../../src/platform/random.ts';
import { openRestConnection } from '../../src/protocols/rest/connection.ts';
import type { Fields, Value } from '../../src/record/value.ts';

/** A request that a connector makes, and what it is made for. */
export interface Recorded {
  /** `contacts list` */
  purpose: string;
  request: HttpRequest;
}

const TOKENS = ['oauth2', 'session'];

/** Every kind of request that a connector can make, as the driver sends it; each is answered by an empty object. */
export async function recordRequests(definition: ConnectorDefinition, variables: Record<string, string>) {
  const recorded: Recorded[] = [];
  let purpose = '';
  const http: HttpClient = {
    async request(request) {
      recorded.push({ purpose, request });
      return { ok: true, value: { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' } };
    },
    close: async () => undefined,
  };
  const opened = openRestConnection({
    // What asks for tokens first would ask this recorder.
    definition: TOKENS.includes(definition.auth.type) ? { ...definition, auth: { type: 'none' } } : definition,
    variables,
    platform: { clock: systemClock, random: systemRandom, http, log: silentLog },
    tokens: {
      load: async () => null,
      save: async () => ({ ok: true, value: undefined }),
      lock: async () => ({ ok: true, value: null }),
    },
  });
  if (!opened.ok) throw new Error(opened.error.summary);
  for (const [name, object] of Object.entries(definition.objects)) {
    const requests = requestsOf(opened.value, name, object);
    for (const [kind, send] of Object.entries(requests)) {
      purpose = `${name} ${kind}`;
      await send();
    }
  }
  return recorded;
}

function requestsOf(connection: Connection, name: string, object: ObjectDefinition) {
  const can = connection.capabilities(name);
  const id = sampleId(object);
  const wire = sampleWire(object);
  const requests: Record<string, () => Promise<unknown>> = { options: () => connection.loadOptions(name) };
  if (can.list) {
    requests.list = () => drained(connection.read({ object: name, since: null }));
    requests.sweep = () => drained(connection.sweep(name));
  }
  if (can.since) requests.changes = () => drained(connection.read({ object: name, since: Date.UTC(2026, 0, 1) }));
  if (can.get) requests.get = () => connection.get(name, [id]);
  for (const field of can.findable) requests[`find by ${field}`] = () => connection.find(name, field, 'sample');
  const items = (most: number) => Array.from({ length: Math.min(most, 2) });
  if (can.create) {
    requests.create = () =>
      connection.create(
        name,
        items(can.createBatch).map(() => ({ wire, idempotencyKey: 'key' })),
      );
  }
  const current = { version: null, current: {} };
  if (can.update)
    requests.update = () =>
      connection.update(
        name,
        items(can.updateBatch).map(() => ({ id, wire, ...current })),
      );
  if (can.remove) requests.delete = () => connection.remove(name, [{ id, version: null }], false);
  if (can.archive) requests.archive = () => connection.remove(name, [{ id, version: null }], true);
  return requests;
}

async function drained(steps: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of steps);
}

/** One id of the form that the object declares. */
function sampleId({ id, parent }: ObjectDefinition): string {
  const own = id.paths ? id.paths.map(() => '1').join(',') : '1';
  return parent ? `1/${own}` : own;
}

/** A record with a value in every field that can be written. */
function sampleWire(object: ObjectDefinition) {
  const options = (list: string) => [{ value: list, key: 'sample' }];
  const fields: Fields = {};
  for (const [name, field] of Object.entries(object.fields)) if (!field.read_only) fields[name] = sampleValue(field);
  const encoded = compileCodec(object, options).encode(fields);
  if (!encoded.ok) throw new Error(JSON.stringify(encoded.error));
  return encoded.value;
}

function sampleValue({ type, options, money }: FieldDefinition): Value {
  switch (type) {
    case 'integer':
      return 1;
    case 'decimal':
      return '1';
    case 'boolean':
      return true;
    case 'date':
      return '2026-01-01';
    case 'timestamp':
      return '2026-01-01T00:00:00.000Z';
    case 'money':
      return { amount: '1', currency: money?.fixed ?? 'EUR' };
    case 'currency':
      return 'EUR';
    case 'option':
      return options?.[0]?.key ?? 'sample';
    case 'email':
      return 'a@example.com';
    case 'phone':
      return '+493012345678';
    case 'list':
      return [];
    case 'object':
      return {};
    default:
      return '1';
  }
}
