import { expect, test } from 'vitest';
import { lineOf, openCheckWorld } from '../../../test/check-world.ts';

test('a delivery is tried once per check, and nothing is left of it: no record, no registration', async () => {
  const urls: string[] = [];
  const ended: string[] = [];
  const world = await openCheckWorld({
    bend: {
      crm(request, answer) {
        if (request.method === 'POST' && request.path === '/webhooks') urls.push(JSON.parse(request.body).url);
        if (request.method === 'DELETE') ended.push(request.path);
        return answer(request);
      },
    },
  });
  try {
    // A check that was killed before it could end its registration, and one of somebody else.
    const headers = { authorization: `Bearer ${await tokenOf(world.crm)}` };
    for (const url of ['http://127.0.0.1:9/dovetail-check/old', 'https://me.example/in']) {
      const body = JSON.stringify({ url, events: ['company.created'] });
      world.crm.handle({ method: 'POST', path: '/webhooks', headers, body }, Date.now());
    }
    const report = await world.check({ write: true, options: { only: ['webhooks'] } });
    const line = lineOf(report, 'webhooks', 'crm');
    expect(line.evidence.find(({ probe }) => probe === 'delivery')).toMatchObject({
      verdict: 'holds',
      facts: { object: 'companies', leftoversEnded: 1 },
    });
    expect(urls).toEqual([expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/dovetail-check\/\w+$/)]);
    expect(ended).toHaveLength(2);
    const { body } = world.crm.handle({ method: 'GET', path: '/webhooks', headers, body: '' }, Date.now());
    expect(JSON.parse(body).data.map(({ url }: { url: string }) => url)).toEqual(['https://me.example/in']);
    expect(report.marked).toMatchObject({ left: [] });
    expect(JSON.stringify(report)).not.toContain('whsec_');
  } finally {
    await world.close();
  }
});

async function tokenOf(crm: Awaited<ReturnType<typeof openCheckWorld>>['crm']): Promise<string> {
  const body = 'grant_type=client_credentials&client_id=sandbox-crm-client&client_secret=sandbox-crm-secret';
  const answer = crm.handle({ method: 'POST', path: '/oauth/token', headers: {}, body }, Date.now());
  return JSON.parse(answer.body).access_token;
}
