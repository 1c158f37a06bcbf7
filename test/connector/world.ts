import { readFileSync } from 'node:fs';
import type { TokenStore } from '../../src/connector/auth/tokens.ts';
import { loadConnector } from '../../src/connector/load.ts';
import type { Connection, ReadStep, WireRecord } from '../../src/connector/port.ts';
import type { Clock } from '../../src/platform/clock.ts';
import type { HttpClient, HttpRequest } from '../../src/platform/http.ts';
import { undiciHttp } from '../../src/platform/http-undici.ts';
import { silentLog } from '../../src/platform/log.ts';
import { openRestConnection } from '../../src/protocols/rest/connection.ts';
import { ok } from '../../src/record/diagnostic.ts';

/** A clock that jumps ahead instead of sleeping. */
export function jumpingClock(start: number): Clock & { jump(ms: number): void } {
  let now = start;
  return {
    now: () => now,
    jump: (ms) => {
      now += ms;
    },
    // The jump waits for what is under way, so that answers come before alarms.
    sleep: (ms, signal) => {
      const until = now + ms;
      return new Promise((resolve) => {
        setImmediate(() => {
          if (!signal?.aborted) now = Math.max(now, until);
          resolve();
        });
      });
    },
  };
}

export interface KeptTokens extends TokenStore {
  json: string | null;
}

export function keptTokens(json: string | null = null): KeptTokens {
  return {
    json,
    async load() {
      return this.json;
    },
    async save(saved) {
      this.json = saved;
      return ok(undefined);
    },
    lock: async () => ok({ release: async () => undefined }),
  };
}

export interface Opened {
  connection: Connection;
  requests: HttpRequest[];
  tokens: KeptTokens;
  close(): Promise<void>;
}

/** A connection of a catalogue connector to a running system; notes what it sends. */
export function open(
  name: string,
  variables: Record<string, string>,
  clock: Clock,
  options: { yaml?: (text: string) => string; tokens?: KeptTokens; timeout?: number } = {},
): Opened {
  const file = new URL(`../../src/connectors/${name}/connector.yaml`, import.meta.url);
  const text = readFileSync(file, 'utf8');
  const loaded = loadConnector(options.yaml?.(text) ?? text, `${name}/connector.yaml`);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  const http = undiciHttp();
  const requests: HttpRequest[] = [];
  const noting: HttpClient = {
    request: (request) => {
      requests.push(request);
      return http.request(request);
    },
    close: () => http.close(),
  };
  const tokens = options.tokens ?? keptTokens();
  const random = { next: () => 0.5, bytes: (length: number) => new Uint8Array(length).fill(7) };
  const opened = openRestConnection({
    definition: loaded.value,
    variables,
    platform: { clock, random, http: noting, log: silentLog },
    tokens,
  });
  if (!opened.ok) throw new Error(JSON.stringify(opened.error));
  return { connection: opened.value, requests, tokens, close: () => http.close() };
}

export async function readAll(
  steps: AsyncIterable<ReadStep>,
  onPage: (records: WireRecord[]) => void = () => {},
): Promise<{ records: WireRecord[]; pages: number; end: Extract<ReadStep, { kind: 'end' }> }> {
  const records: WireRecord[] = [];
  let pages = 0;
  for await (const step of steps) {
    if (step.kind === 'end') return { records, pages, end: step };
    pages++;
    records.push(...step.records);
    onPage(step.records);
  }
  throw new Error('The read had no end');
}
