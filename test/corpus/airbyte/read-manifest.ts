import type { ConnectorDefinition } from '../../../src/connector/definition.ts';
import type { ReadStep } from '../../../src/connector/port.ts';
import { connectorName, importAirbyte, readManifest } from '../../../src/importers/airbyte/import-manifest.ts';
import { isNode, type Node, nodeAt, nodesAt, textAt, typeOf } from '../../../src/importers/airbyte/node.ts';
import type { HttpClient } from '../../../src/platform/http.ts';
import { undiciHttp } from '../../../src/platform/http-undici.ts';
import { silentLog } from '../../../src/platform/log.ts';
import { openRestConnection } from '../../../src/protocols/rest/connection.ts';
import { jumpingClock, keptTokens } from '../../connector/world.ts';
import { createVendorList, parentsOf, type VendorAnswer, type VendorList, type VendorRequest } from './vendor-list.ts';
import { at, set } from './vendor-records.ts';
import type { VendorServer } from './vendor-server.ts';

export const NOW = Date.UTC(2026, 4, 1, 12);

export interface StreamResult {
  file: string;
  stream: string;
  outcome: 'read' | 'refused' | 'failed';
  /** Pages that were read, of those that the paginator has. */
  pages: number;
  why: string;
  /** Components of the stream, for the table. */
  components: string[];
}

export interface ManifestResult {
  file: string;
  imported: boolean;
  why: string;
  streams: StreamResult[];
  milliseconds: number;
}

/** Imports a manifest, and reads each of its streams from a server made of the manifest's own declarations. */
export async function readManifestFile(file: string, text: string, server: VendorServer): Promise<ManifestResult> {
  const begin = performance.now();
  const imported = importAirbyte({ text, file, connector: connectorName(file), now: NOW });
  const milliseconds = performance.now() - begin;
  const manifest = readManifest({ text, file });
  const streams = manifest.ok ? streamsOf(manifest.value) : [];
  const results: StreamResult[] = [];
  const listed = new Map(streams.map((stream) => [textAt(stream, 'name') ?? '', stream]));
  for (const stream of streams) {
    const name = textAt(stream, 'name') ?? '';
    const base = { file, stream: name, pages: 0, components: componentsOf(stream) };
    const report = imported.ok ? imported.value.report.streams.find((each) => each.stream === name) : undefined;
    if (!imported.ok || report?.outcome !== 'imported') {
      const why = report?.refusedFor ?? (imported.ok ? 'not imported' : (imported.error[0]?.detail ?? ''));
      results.push({ ...base, outcome: 'refused', why });
      continue;
    }
    results.push({ ...base, ...(await readStream(stream, name, imported.value.definition, server, listed)) });
  }
  return {
    file,
    imported: imported.ok,
    why: imported.ok ? '' : (imported.error[0]?.detail ?? ''),
    streams: results,
    milliseconds,
  };
}

function streamsOf(manifest: Node): Node[] {
  return nodesAt(manifest, 'streams').flatMap((stream) => {
    if (typeOf(stream) === 'ConditionalStreams') return nodesAt(stream, 'streams');
    if (typeOf(stream) !== 'StateDelegatingStream') return [stream];
    const whole = nodeAt(stream, 'full_refresh_stream');
    return whole ? [{ ...whole, name: textAt(stream, 'name') }] : [];
  });
}

async function readStream(
  stream: Node,
  name: string,
  definition: ConnectorDefinition,
  server: VendorServer,
  listed: ReadonlyMap<string, Node>,
) {
  const lists = chainOf(stream, [], listed);
  const [own] = lists;
  if (own === undefined) return { outcome: 'failed' as const, pages: 0, why: 'no list' };
  const turn = server.serve(lists, (request) => grant(definition, request));
  const http = undiciHttp();
  const clock = jumpingClock(NOW);
  const opened = openRestConnection({
    definition,
    variables: variablesOf(definition),
    platform: {
      clock,
      random: { next: () => 0.5, bytes: (length: number) => new Uint8Array(length).fill(7) },
      http: toVendor(http, server.port, turn),
      log: silentLog,
    },
    tokens: keptTokens(),
  });
  try {
    if (!opened.ok) return { outcome: 'failed' as const, pages: 0, why: `${opened.error.summary}` };
    const result = await drain(opened.value.read({ object: name, since: null }), own, server);
    if (result.outcome !== 'read') return result;
    own.requests.length = 0;
    const stop = new AbortController();
    for await (const _ of opened.value.read({ object: name, since: NOW - 7_200_000, signal: stop.signal })) break;
    const why = windowFault(stream, own.requests[0]);
    return why === null ? result : { ...result, outcome: 'failed' as const, why };
  } finally {
    await http.close();
  }
}

async function drain(
  steps: AsyncIterable<ReadStep>,
  own: VendorList,
  server: VendorServer,
): Promise<{ outcome: 'read' | 'failed'; pages: number; why: string }> {
  const ids = new Set<string>();
  let count = 0;
  for await (const step of steps) {
    if (step.kind === 'page') {
      for (const record of step.records) ids.add(record.id);
      count += step.records.length;
      continue;
    }
    const pages = new Set(own.asked.filter((page) => page < own.pages)).size;
    const fault = own.faults[0] ?? server.faults[0];
    const missing = ids.size !== own.records.length || count < ids.size;
    if (step.complete && !fault && !missing && pages === own.pages) return { outcome: 'read', pages, why: '' };
    const told = step.diagnostic ? `${step.diagnostic.summary} ${step.diagnostic.detail ?? ''}` : '';
    const why =
      fault ?? (told || (missing ? `${ids.size} of ${own.records.length} records` : `${pages} of ${own.pages} pages`));
    return { outcome: 'failed', pages, why };
  }
  return { outcome: 'failed', pages: 0, why: 'no end' };
}

/** The stream's list and those of its parents, which have one record each. */
function chainOf(given: Node, needed: readonly string[], listed: ReadonlyMap<string, Node>): VendorList[] {
  // A parent may be given without its schema where it is a stream of its own too.
  const stream = given.schema_loader ? given : (listed.get(textAt(given, 'name') ?? '') ?? given);
  const parents = parentsOf(stream);
  const above = parents.flatMap((parent) => chainOf(parent.stream, [parent.key], listed));
  const expected = parents.flatMap((parent) => {
    const record = above.find((list) => list.name === textAt(parent.stream, 'name'))?.records[0];
    const value = record === undefined ? undefined : at(record, parent.key);
    return usesPartition(stream) && value !== undefined ? [String(value)] : [];
  });
  const list = createVendorList({ stream, isParent: needed.length > 0, needed, expected, now: NOW });
  return [list, ...above];
}

const usesPartition = (stream: Node): boolean => {
  const retriever = nodeAt(stream, 'retriever') ?? {};
  const routers = JSON.stringify(
    nodesAt(retriever, 'partition_router').flatMap((router) =>
      nodesAt(router, 'parent_stream_configs').map((config) => config.request_option ?? null),
    ),
  );
  const requester = JSON.stringify({ ...(nodeAt(retriever, 'requester') ?? {}), $parameters: null });
  return /stream_partition|stream_slice/.test(requester) || routers.includes('{');
};

/** What token endpoints and logins answer. */
function grant({ auth }: ConnectorDefinition, request: VendorRequest): VendorAnswer | null {
  const answer: Record<string, unknown> = { access_token: 'token', expires_in: 3600, token_type: 'Bearer' };
  if (auth.type === 'session') set(answer, auth.token.body ?? 'token', 'token');
  const target = auth.type === 'oauth2' ? auth.token_url : auth.type === 'session' ? auth.login.path : null;
  const tail =
    target
      ?.replace(/\$\{\w+\}/g, '')
      .split('?')[0]
      ?.split('/')
      .at(-1) ?? '';
  return target !== null && request.url.pathname.endsWith(tail) ? { status: 200, headers: {}, body: answer } : null;
}

/** What a person would fill in. */
function variablesOf(definition: ConnectorDefinition): Record<string, string> {
  const entries = Object.entries(definition.variables).map(([name, variable]): [string, string] => {
    const inUrl = definition.base_url?.includes(`\${${name}}`) ?? false;
    if (definition.base_url?.startsWith(`\${${name}}`)) {
      return [name, /^https?:/.test(variable.default ?? '') ? (variable.default ?? '') : 'https://vendor.example'];
    }
    const isList = Object.values(definition.objects).some((object) => object.list?.each?.values === `\${${name}}`);
    if (isList && !variable.default) return [name, 'one'];
    if (variable.default !== undefined && (variable.default !== '' || !inUrl)) return [name, variable.default];
    if (/date|since|start|from|until|time/i.test(name)) return [name, new Date(NOW - 86_400_000).toISOString()];
    return [
      name,
      `v${name
        .replace(/[^a-z0-9]/gi, '')
        .toLowerCase()
        .slice(0, 20)}`,
    ];
  });
  return Object.fromEntries(entries);
}

/** Sends all to the one server, which is told what host was meant. */
function toVendor(http: HttpClient, port: number, turn: number): HttpClient {
  return {
    request(request) {
      const url = new URL(request.url);
      const headers = { ...request.headers, 'x-vendor-origin': url.origin, 'x-vendor-turn': String(turn) };
      return http.request({ ...request, url: `http://127.0.0.1:${port}${url.pathname}${url.search}`, headers });
    },
    close: () => http.close(),
  };
}

function componentsOf(stream: Node): string[] {
  const found = new Set<string>();
  const look = (value: unknown): void => {
    if (Array.isArray(value)) for (const each of value) look(each);
    else if (isNode(value)) {
      if (typeof value.type === 'string' && /^[A-Z][A-Za-z]+$/.test(value.type)) found.add(value.type);
      for (const [key, each] of Object.entries(value))
        if (!['schema', '$parameters', 'stream'].includes(key)) look(each);
    }
  };
  look(stream);
  return [...found];
}

/** What a vendor would find wrong with how a read of changes says since when; null where nothing. */
function windowFault(stream: Node, request: VendorRequest | undefined): string | null {
  const cursor = nodeAt(stream, 'incremental_sync');
  const option = cursor && nodeAt(cursor, 'start_time_option');
  const format = cursor && textAt(cursor, 'datetime_format');
  if (!option || format === undefined || option.inject_into !== 'request_parameter') return null;
  const name = textAt(option, 'field_name') ?? '';
  const sent = request?.url.searchParams.get(name);
  if (sent === null || sent === undefined) return `the start of the window is not sent as ${name}`;
  const pattern = format
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/%epoch_microseconds|%s_as_float|%_ms|%ms|%[YmdHMSfzs]/g, (part) => DIGITS[part] ?? '.*');
  return new RegExp(`^${pattern}$`).test(sent) ? null : `the start of the window is not in the form ${format}`;
}

const DIGITS: Readonly<Record<string, string>> = {
  '%Y': '\\d{4}',
  '%m': '\\d\\d',
  '%d': '\\d\\d',
  '%H': '\\d\\d',
  '%M': '\\d\\d',
  '%S': '\\d\\d',
  '%f': '\\d{6}',
  '%_ms': '\\d{3}',
  '%z': '[+-]\\d{4}',
  '%s': '\\d{10}',
  '%ms': '\\d{13}',
  '%s_as_float': '\\d{10}(\\.\\d+)?',
  '%epoch_microseconds': '\\d{16}',
};
