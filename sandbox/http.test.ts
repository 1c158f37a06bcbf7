import { createServer } from 'node:http';
import { expect, test } from 'vitest';
import { createCrm } from './crm/crm.ts';
import { createErp, ERP_KEY } from './erp/erp.ts';
import { serve } from './http.ts';

const NOW = Date.UTC(2026, 5, 1, 12, 0, 0);
const clock = { now: () => NOW };
const key = { 'x-api-key': ERP_KEY };

async function token(url: string): Promise<Record<string, string>> {
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: 'sandbox-crm-client',
    client_secret: 'sandbox-crm-secret',
  });
  const answer = (await (await fetch(`${url}/oauth/token`, { method: 'POST', body })).json()) as {
    access_token: string;
  };
  return { authorization: `Bearer ${answer.access_token}` };
}

test('faults strike on the socket: before and after the effect, by the side door', async () => {
  const erp = createErp({ size: 0 });
  const running = await serve(erp, { clock });
  const create = () =>
    fetch(`${running.url}/api/customers`, { method: 'POST', headers: key, body: '{"name_1":"Köln"}' });
  const rules = (...list: object[]) =>
    fetch(`${running.url}/__faults`, { method: 'POST', body: JSON.stringify({ rules: list }) });
  try {
    await rules({ kind: 'drop-before', method: 'POST', path: '/api/customers', next: 1 });
    await expect(create()).rejects.toThrow();
    expect(erp.count('customers')).toBe(0);
    await rules({ kind: 'drop-after', next: 1 });
    await expect(create()).rejects.toThrow();
    expect(erp.count('customers')).toBe(1);
    await rules({ kind: 'error-after', next: 1 });
    const failed = await create();
    expect([failed.status, await failed.text()]).toEqual([500, expect.stringContaining('<html>')]);
    expect(erp.count('customers')).toBe(2);
    expect((await create()).status).toBe(201);
    expect((await rules({ kind: 'earthquake' })).status).toBe(400);
    const stats = (await (await fetch(`${running.url}/__stats`)).json()) as { kinds: Record<string, number> };
    expect(stats.kinds['POST /api/customers']).toBe(3);
  } finally {
    await running.close();
  }
});

test('the ERP serves ten requests at once', async () => {
  const running = await serve(createErp({ size: 10, faults: { rules: [{ kind: 'latency', latencyMs: 300 }] } }), {
    clock,
  });
  try {
    const all = await Promise.all(
      Array.from({ length: 14 }, () => fetch(`${running.url}/api/customers`, { headers: key })),
    );
    const statuses = all.map((response) => response.status).sort();
    expect(statuses).toEqual([...Array(10).fill(200), ...Array(4).fill(503)]);
    expect(all.find((response) => response.status === 503)?.headers.get('retry-after')).toBeNull();
  } finally {
    await running.close();
  }
});

test('the CRM serves over a socket and delivers its webhooks', async () => {
  const delivered = Promise.withResolvers<{ body: string; signature: string }>();
  const receiver = createServer(async (incoming, outgoing) => {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    outgoing.end();
    const signature = String(incoming.headers['webhook-signature']);
    delivered.resolve({ body: Buffer.concat(chunks).toString(), signature });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const address = receiver.address();
  const hook = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/hook`;
  const crm = createCrm({ size: 3, faults: { webhooks: { duplicate: 0, delayMs: 0, late: 0 } } });
  const running = await serve(crm, { clock });
  try {
    const headers = await token(running.url);
    const post = (path: string, body: object) =>
      fetch(running.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
    expect((await post('/webhooks', { url: hook, events: ['company.created'] })).status).toBe(201);
    const created = await post('/companies', { name: 'Köln GmbH' });
    expect([created.status, created.headers.get('x-ratelimit-limit')]).toEqual([201, '100']);
    const delivery = await delivered.promise;
    expect(JSON.parse(delivery.body).data.id).toBe('co_1000003');
    expect(delivery.signature).toMatch(/^v1,/);
  } finally {
    await running.close();
    await new Promise((resolve) => receiver.close(resolve));
  }
});
