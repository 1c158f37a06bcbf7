import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CRM_CLIENT_ID, CRM_CLIENT_SECRET } from '../../sandbox/crm/access.ts';
import { type Crm, createCrm } from '../../sandbox/crm/crm.ts';
import { serve } from '../../sandbox/http.ts';
import type { SyncReport } from '../../src/cli/sync-report.ts';
import { SIDES } from '../../src/record/side.ts';
import { type Ran, runIn } from '../e2e/cli-world.ts';
import { describeRedmine } from '../services.ts';
import { customField, type Issue, redmineApi } from './redmine-api.ts';

const EXAMPLE = fileURLToPath(new URL('../../examples/crm-redmine', import.meta.url));

/** What a sync wrote, by system, where it wrote anything. */
function writes(ran: Ran): string[] {
  const { run, systems } = ran.last() as unknown as Pick<SyncReport, 'run' | 'systems'>;
  return Object.values(run.counts).flatMap(({ wrote }) =>
    SIDES.flatMap((side) =>
      Object.entries(wrote[side]).flatMap(([kind, count]) => (count > 0 ? [`${systems[side]} ${kind} ${count}`] : [])),
    ),
  );
}

/** Why records are left, so that a failure tells it. */
const parked = (ran: Ran): string[] =>
  (ran.last() as unknown as SyncReport).parked.map(
    ({ id, reason, diagnostic }) => `${id} ${reason} ${diagnostic.summary}`,
  );

describeRedmine('a real Redmine and a CRM in two-way sync', (url, key) => {
  const api = redmineApi(url, key);
  const sizes = { companies: 2, contacts: 0, deals: 6, products: 0, users: 1 };
  let crm: Crm;
  let server: Awaited<ReturnType<typeof serve>>;
  let folder: string;
  const sync = (...args: string[]) => runIn(folder, ['sync', '--json', ...args]);
  const issueOf = async (subject: string): Promise<Issue | undefined> =>
    (await api.issues()).find((issue) => issue.subject === subject);
  const dealOf = (title: string) => [...crm.records('deals')].find((deal) => deal.title === title);

  beforeAll(async () => {
    crm = createCrm({ seed: 11, limit: null, indexLagMs: 0, sizes });
    server = await serve(crm);
    folder = mkdtempSync(join(tmpdir(), 'dovetail-redmine-test-'));
    cpSync(EXAMPLE, folder, { recursive: true });
    const variables = { CRM_URL: server.url, CRM_CLIENT_ID, CRM_CLIENT_SECRET, REDMINE_URL: url, REDMINE_API_KEY: key };
    writeFileSync(
      join(folder, '.env'),
      Object.entries(variables)
        .map(([name, value]) => `${name}=${value}\n`)
        .join(''),
    );
    await api.create({
      subject: 'From the team',
      custom_fields: [
        { id: 2, value: '99.5' },
        { id: 3, value: 'won' },
      ],
    });
  });
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('the first run brings each side what the other had, custom fields with it', async () => {
    const ran = await sync();
    expect(ran.err).toBe('');
    expect(parked(ran)).toEqual([]);
    expect(ran.exit).toBe(0);
    expect(writes(ran)).toEqual(['crm create 1', 'tracker create 6']);
    expect(dealOf('From the team')).toMatchObject({ amount: { amount: '99.50', currency: 'EUR' }, stage: 'won' });
    for (const deal of crm.records('deals')) {
      const issue = await issueOf(String(deal.title));
      expect(customField(issue, 'Stage')).toBe(deal.stage);
      expect(customField(issue, 'Close date') || null).toBe(deal.close_date);
    }
  });

  test('the second run writes nothing', async () => {
    const ran = await sync();
    expect(ran.exit).toBe(0);
    expect(writes(ran)).toEqual([]);
  });

  test('edits on both sides move exactly the fields that were edited', async () => {
    const [first, second] = [...crm.records('deals')].filter((deal) => deal.title !== 'From the team');
    const issue = await issueOf(String(second?.title));
    crm.userUpdate('deals', String(first?.id), { amount: { amount: '1234.50', currency: 'EUR' } }, Date.now());
    await api.update(issue?.id ?? 0, { custom_fields: [{ id: 3, value: 'lost' }], description: 'Called them.' });
    const ran = await sync();
    expect(writes(ran)).toEqual(['crm update 1', 'tracker update 1']);
    expect(customField(await issueOf(String(first?.title)), 'Deal value')).toBe('1234.50');
    expect(dealOf(String(second?.title))?.stage).toBe('lost');
    expect(writes(await sync())).toEqual([]);
  });

  test('what Redmine refuses with 422 is parked with its reason, and goes on when it is mended', async () => {
    const made = crm.userCreate('deals', { title: 'Without a stage' }, Date.now());
    const id = made.status === 201 ? made.record.id : '';
    const refused = await sync();
    expect(refused.exit).toBe(4);
    const parked = await runIn(folder, ['parked', '--json']);
    expect(parked.out).toContain('Stage cannot be blank');
    crm.userUpdate('deals', id, { stage: 'open' }, Date.now());
    const mended = await sync();
    expect(mended.exit).toBe(0);
    expect(writes(mended)).toEqual(['tracker create 1']);
    expect(customField(await issueOf('Without a stage'), 'Stage')).toBe('open');
  });

  test('an issue deleted for good is proved gone by a sweep, and its deal archived', async () => {
    const issue = await issueOf('From the team');
    await api.delete(issue?.id ?? 0);
    const ran = await sync('--sweep');
    expect(writes(ran)).toContain('crm archive 1');
    expect(dealOf('From the team')?.archived).toBe(true);
  });

  test('a deal archived in the CRM is deleted in Redmine', async () => {
    const [deal] = [...crm.records('deals')].filter(({ archived }) => !archived);
    crm.userDelete('deals', String(deal?.id), Date.now());
    const ran = await sync('--sweep');
    expect(writes(ran)).toContain('tracker delete 1');
    expect(await issueOf(String(deal?.title))).toBeUndefined();
  });
});
