import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createCrm } from '../../sandbox/crm/crm.ts';
import { serve } from '../../sandbox/http.ts';
import { checkConnector } from '../../src/connector/conformance/conformance.ts';
import { type RecordedExchange, recordingHttp, replayingHttp } from '../../src/connector/conformance/recording.ts';
import { loadConnector } from '../../src/connector/load.ts';
import type { HttpClient } from '../../src/platform/http.ts';
import { undiciHttp } from '../../src/platform/http-undici.ts';
import { silentLog } from '../../src/platform/log.ts';
import { openRestConnection } from '../../src/protocols/rest/connection.ts';
import { jumpingClock, keptTokens } from './world.ts';

const SECRETS = ['sandbox-crm-client', 'sandbox-crm-secret'];

function suite(baseUrl: string, http: HttpClient) {
  const text = readFileSync(new URL('../../src/connectors/sandbox-crm/connector.yaml', import.meta.url), 'utf8');
  const loaded = loadConnector(text, 'connector.yaml');
  if (!loaded.ok) throw new Error('unreadable');
  const [client_id = '', client_secret = ''] = SECRETS;
  const random = { next: () => 0.5, bytes: (length: number) => new Uint8Array(length).fill(7) };
  const opened = openRestConnection({
    definition: loaded.value,
    variables: { base_url: baseUrl, client_id, client_secret },
    platform: { clock: jumpingClock(Date.UTC(2026, 4, 1)), random, http, log: silentLog },
    tokens: keptTokens(),
  });
  if (!opened.ok) throw new Error(opened.error.summary);
  return checkConnector(opened.value, { objects: ['companies', 'contacts'], write: { token: 'a1' } });
}

test('a recorded system passes the suite as the live one did, and the recording holds no secret', async () => {
  const running = await serve(createCrm({ size: 120, limit: null }), { clock: jumpingClock(Date.UTC(2026, 4, 1)) });
  const exchanges: RecordedExchange[] = [];
  const http = undiciHttp();
  const live = await suite(running.url, recordingHttp(http, SECRETS, exchanges));
  await http.close();
  await running.close();
  expect(live.failed).toBe(0);
  const kept = JSON.stringify(exchanges);
  expect(kept).not.toMatch(/sandbox-crm-secret|sandbox-crm-client|authorization/i);
  const recorded: RecordedExchange[] = JSON.parse(kept);
  expect(recorded.flatMap(({ answer }) => /"(?:access|refresh)_token":"([^"]*)"/.exec(answer.body)?.[1] ?? [])).toEqual(
    ['recorded'],
  );
  expect(await suite('https://crm.example', replayingHttp(recorded, SECRETS))).toEqual(live);
});

test('what was not recorded can not be reached', async () => {
  const report = await suite('https://crm.example', replayingHttp([]));
  expect(report.checks.find(({ check }) => check === 'list')).toMatchObject({ outcome: 'failed' });
});
