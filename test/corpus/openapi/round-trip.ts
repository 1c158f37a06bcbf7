import { compileCodec } from '../../../src/connector/codec.ts';
import type { AuthDefinition, ConnectorDefinition, ObjectDefinition } from '../../../src/connector/definition.ts';
import type { Connection, Wire, WireRecord } from '../../../src/connector/port.ts';
import { variableName } from '../../../src/importers/openapi/access.ts';
import type { Operation } from '../../../src/importers/openapi/description.ts';
import type { OpenapiImport } from '../../../src/importers/openapi/import-openapi.ts';
import type { Resource } from '../../../src/importers/openapi/resources.ts';
import type { Shapes } from '../../../src/importers/openapi/shape.ts';
import type { HttpClient } from '../../../src/platform/http.ts';
import { undiciHttp } from '../../../src/platform/http-undici.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { openRestConnection } from '../../../src/protocols/rest/connection.ts';
import { fail, problem } from '../../../src/record/diagnostic.ts';
import { jumpingClock, keptTokens } from '../../connector/world.ts';
import { MOCK_FAILED, type MockServer, startMock } from './mock-server.ts';

export interface Tried {
  object: string;
  operation: 'list' | 'get' | 'create' | 'update' | 'delete';
  /** Empty where the request was valid and the answer was decoded. */
  fault: string;
}

type Tree = Record<string, unknown>;

/** Runs every operation of the named objects of an imported connector through the REST driver against a mock of its own document. */
export async function roundTrip(
  read: OpenapiImport,
  imported: ConnectorDefinition,
  names: readonly string[],
): Promise<Tried[]> {
  const mock = await startMock(read.description.root as Tree);
  const http = limitedHttp();
  const random = { next: () => 0.5, bytes: (length: number) => new Uint8Array(length).fill(7) };
  const definition = { ...imported, base_url: mock.url, auth: withoutLogin(imported.auth) };
  const opened = openRestConnection({
    definition,
    variables: variablesFor(definition, read, mock),
    platform: { clock: jumpingClock(Date.parse('2026-01-01T00:00:00Z')), random, http, log: silentLog },
    tokens: keptTokens(),
  });
  try {
    if (!opened.ok) return [{ object: '', operation: 'list', fault: JSON.stringify(opened.error) }];
    const tried: Tried[] = [];
    const shapes = read.shapes;
    for (const name of names) {
      const object = definition.objects[name];
      const resource = read.resources.find((one) => one.name === name);
      const again = () => http.again();
      const parentId = parentIdOf(definition, name);
      if (resource && object)
        tried.push(
          ...(await tryObject({ connection: opened.value, mock, name, object, resource, shapes, parentId, again })),
        );
    }
    return tried;
  } finally {
    await http.close();
    await mock.close();
  }
}

/** A mock gives one page over and over: requests beyond a few are not sent. */
function limitedHttp(): HttpClient & { again(): void } {
  const http = undiciHttp();
  let left = 0;
  return {
    again: () => {
      left = 12;
    },
    request: async (request) => {
      if (left-- > 0) return http.request(request);
      const diagnostic = problem('page-limit', 'The mock has no end');
      return fail({ kind: 'aborted', sent: 'no', diagnostic });
    },
    close: () => http.close(),
  };
}

/** Tokens are not what is tried here: the mock looks only whether one comes along. */
function withoutLogin(auth: AuthDefinition): AuthDefinition {
  return auth.type === 'oauth2' ? { type: 'bearer', token: 'token' } : auth;
}

/** A person would look up what a variable may be: here the document is asked. */
function variablesFor(
  definition: ConnectorDefinition,
  { description, shapes }: OpenapiImport,
  mock: MockServer,
): Record<string, string> {
  const samples = new Map<string, string>();
  for (const parameter of description.operations.flatMap((operation) => operation.parameters)) {
    const key = variableName(parameter.name, 'value');
    const [option] = shapes.of(parameter.schema).options ?? [];
    const value = option === undefined ? mock.sampleParameter(parameter.name) : String(option);
    if (value !== undefined && !samples.has(key)) samples.set(key, value);
  }
  return Object.fromEntries(
    Object.entries(definition.variables).map(([name, { describe }]) => {
      const [, option] = /One of ([^,.]+)/.exec(describe ?? '') ?? [];
      return [name, option ?? samples.get(name) ?? '1'];
    }),
  );
}

interface World {
  connection: Connection;
  mock: MockServer;
  name: string;
  object: ObjectDefinition;
  resource: Resource;
  shapes: Shapes;
  /** Empty where the object stands below no other. */
  parentId: string;
  again(): void;
}

async function tryObject(world: World): Promise<Tried[]> {
  const { name, object, resource, mock } = world;
  const tried: Tried[] = [];
  const attempt = async (operation: Tried['operation'], work: () => Promise<string>) => {
    mock.refused();
    world.again();
    const fault = await work();
    const [refused] = mock.refused();
    const told = refused ? `${refused.request}: ${refused.because}` : answerUntold(world, operation) ? '' : fault;
    if (!refused?.because.startsWith(MOCK_FAILED)) tried.push({ object: name, operation, fault: told });
  };
  let first: WireRecord | null = null;
  await attempt('list', async () => {
    const found = await firstPage(world);
    first = found.record;
    return found.fault;
  });
  const id = shownId(world, idFrom(first, world));
  if (object.get) await attempt('get', () => tryGet(world, id));
  for (const operation of ['create', 'update'] as const) {
    const write = object[operation];
    const sample = write ? sampleWire(world, resource[operation], object.batch[operation]?.items || write.wrap) : null;
    if (sample === null) continue;
    await attempt(operation, () => (operation === 'create' ? tryCreate(world, sample) : tryUpdate(world, id, sample)));
  }
  if (object.delete) await attempt('delete', () => tryDelete(world, id));
  return tried;
}

/** Where the document says nothing of the answer, the mock's is empty, and only the request can be judged. */
function answerUntold({ resource, shapes, object }: World, operation: Tried['operation']): boolean {
  const asked = {
    list: resource.list.operation,
    get: resource.get,
    create: resource.create,
    update: resource.update,
    delete: resource.remove,
  };
  const schema = asked[operation]?.success?.body?.schema;
  if (schema === undefined) return true;
  if (operation === 'create' && object.create?.returns === 'id' && object.create.record === '') return true;
  const shape = shapes.of(schema);
  return shape.kind === 'unknown' || (shape.kind === 'object' && shape.properties.size === 0);
}

/** A record's id from the list; where the mock's list is empty, one as the id's type allows. */
function idFrom(record: WireRecord | null, { object, parentId }: World): string {
  if (record) return record.id;
  const own = object.id.type === 'integer' ? '1' : 'a1';
  return parentId === '' ? own : `${parentId}/${own}`;
}

/** An id of the parent, which has a part for each level; empty where there is none. */
function parentIdOf({ objects }: ConnectorDefinition, name: string): string {
  const parts: string[] = [];
  for (let at = objects[name]?.parent; at && parts.length < 10; at = objects[at.object]?.parent) parts.push('1');
  return parts.join('/');
}

/** The mock answers every read with the record that the document shows: its id is asked for. */
function shownId({ mock, object, resource }: World, id: string): string {
  if (!resource.get || !object.get) return id;
  let shown = mock.sampleAnswer('get', resource.get.path);
  for (const step of `${object.get.record}.${object.id.path}`.split('.')) {
    if (step !== '' && shown !== null && typeof shown === 'object')
      shown = Object.entries(shown).find(([key]) => key === step)?.[1];
  }
  if ((typeof shown !== 'string' && typeof shown !== 'number') || shown === '') return id;
  return [...id.split('/').slice(0, -1), String(shown).replaceAll('%', '%25').replaceAll('/', '%2F')].join('/');
}

async function firstPage({ connection, name, object }: World): Promise<{ record: WireRecord | null; fault: string }> {
  for await (const step of connection.read({ object: name, since: null })) {
    if (step.kind === 'end')
      return {
        record: null,
        fault:
          step.diagnostic && !harmless(step.diagnostic.code)
            ? `${step.diagnostic.code}: ${step.diagnostic.detail ?? step.diagnostic.summary}`
            : '',
      };
    for (const record of step.records) {
      const fault = undecoded(object, record.wire);
      if (fault !== '') return { record, fault };
    }
    return { record: step.records[0] ?? null, fault: '' };
  }
  return { record: null, fault: 'no end' };
}

/** The mock gives one page over and over. */
const harmless = (code: string): boolean => /page|repeat|more|total/.test(code);

function undecoded(object: ObjectDefinition, wire: Wire): string {
  const codec = compileCodec(object);
  const { problems } = codec.decode(wire, Object.keys(object.fields));
  const [problem] = Object.entries(problems);
  return problem ? `decode ${problem[0]}: ${problem[1].detail ?? problem[1].summary}` : '';
}

async function tryGet({ connection, name, object }: World, id: string): Promise<string> {
  const [outcome] = await connection.get(name, [id]);
  if (outcome?.kind === 'present') return undecoded(object, outcome.record.wire);
  return outcome?.kind === 'unknown'
    ? `${outcome.diagnostic.code}: ${outcome.diagnostic.detail ?? outcome.diagnostic.summary}`
    : 'gone';
}

/** Null where no body could be made up. What the document allows as a body, through the fields of the connector: read as if received, then written. */
function sampleWire({ mock, object }: World, operation: Operation | null, wrap: string): Wire | string | null {
  if (operation === null || operation.body === null) return {};
  let sample = mock.sampleBody(operation.method, operation.path);
  if (sample === undefined) return null;
  for (const step of wrap === '' ? [] : wrap.split('.')) sample = isWire(sample) ? sample[step] : undefined;
  if (Array.isArray(sample)) sample = sample[0];
  if (!isWire(sample)) return {};
  const codec = compileCodec({
    fields: Object.fromEntries(
      Object.entries(object.fields).map(([name, field]) => [name, { ...field, write_only: false }]),
    ),
  });
  const decoded = codec.decode(sample, Object.keys(object.fields));
  for (const [name, field] of Object.entries(object.fields)) {
    if (field.required && field.type === 'reference' && !Object.hasOwn(decoded.fields, name))
      decoded.fields[name] = '1';
  }
  const encoded = compileCodec(object).encode(decoded.fields);
  return encoded.ok ? encoded.value : `encode ${Object.keys(encoded.error).join(', ')}`;
}

const isWire = (value: unknown): value is Wire => typeof value === 'object' && value !== null && !Array.isArray(value);

async function tryCreate(world: World, wire: Wire | string): Promise<string> {
  if (typeof wire === 'string') return wire;
  const { connection, name, object } = world;
  const item = { wire: object.parent ? withParent(world, wire) : wire, idempotencyKey: 'key-1' };
  return tryBelow(() => connection.create(name, [item]), object);
}

/** A record below another names it in a field. */
function withParent({ object, parentId }: World, wire: Wire): Wire {
  const field = object.parent?.field;
  if (field === undefined) return wire;
  const path = object.fields[field]?.path ?? field;
  return { ...wire, [path]: parentId };
}

type Outcomes = Awaited<ReturnType<Connection['create']>>;

async function tryBelow(work: () => Promise<Outcomes>, object: ObjectDefinition): Promise<string> {
  const [outcome] = await work();
  if (outcome?.kind === 'done') return outcome.record ? undecoded(object, outcome.record.wire) : '';
  return outcome
    ? `${outcome.diagnostic.code}: ${outcome.diagnostic.detail ?? outcome.diagnostic.summary}`
    : 'no outcome';
}

async function tryUpdate({ connection, name, object }: World, id: string, wire: Wire | string): Promise<string> {
  if (typeof wire === 'string') return wire;
  return tryBelow(() => connection.update(name, [{ id, wire, version: null }]), object);
}

async function tryDelete({ connection, name, object }: World, id: string): Promise<string> {
  return tryBelow(() => connection.remove(name, [{ id, version: null }], false), object);
}
