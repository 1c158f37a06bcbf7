import { existsSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CRM_CLIENT_ID, CRM_CLIENT_SECRET } from '../../sandbox/crm/access.ts';
import { type Crm, createCrm } from '../../sandbox/crm/crm.ts';
import { createErp, ERP_KEY, type Erp } from '../../sandbox/erp/erp.ts';
import { type RunningSystem, serve } from '../../sandbox/http.ts';
import type { Given } from '../../src/cli/interview/answers.ts';
import type { Prompts } from '../../src/cli/interview/prompts.ts';
import type { Question } from '../../src/cli/interview/questions.ts';
import { runIn } from './cli-world.ts';

let crm: Crm;
let erp: Erp;
let servers: RunningSystem[];
let folder: string;

beforeAll(async () => {
  crm = createCrm({ seed: 1, size: 60, limit: null, indexLagMs: 0 });
  erp = createErp({ seed: 1, size: 60 });
  servers = [await serve(crm), await serve(erp)];
});
afterAll(async () => {
  for (const server of servers) await server.close();
});
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'dovetail-init-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const urls = () => servers.map(({ url }) => url);
const inShop = (name: string) => join(folder, 'shop', name);

/** What a new user would answer, by the ids of the questions. */
const newUser = (): Record<string, Given> => ({
  'first.address': urls()[0] ?? '',
  'second.address': urls()[1] ?? '',
  'first.credentials.client_id': CRM_CLIENT_ID,
  'first.credentials.client_secret': CRM_CLIENT_SECRET,
  'second.credentials.api_key': ERP_KEY,
  objects: ['products = articles', 'companies = customers', 'deals = orders'],
  losses: 'accept',
  wins: 'second',
  deletes: 'hold',
  schedule: '5m',
  errors: 'integration@company.example',
  privacy: { ask: 'Dr. Weber' },
});

/** Somebody at the terminal; leaves at a question that they have no answer to. */
function somebody(answers: Record<string, Given>) {
  const asked: Question[] = [];
  const told: string[] = [];
  const prompts: Prompts = {
    async ask(question) {
      asked.push(question);
      return answers[question.id] ?? null;
    },
    confirm: async (message) => {
      told.push(message);
      return true;
    },
    tell: (message) => void told.push(message),
    warn: (message) => void told.push(`! ${message}`),
  };
  return { asked, told, terminal: { interactive: true, prompts: async () => prompts } };
}

const init = (who: ReturnType<typeof somebody>, ...args: string[]) =>
  runIn(folder, ['init', 'shop', ...args], who.terminal);

/** Everything that init has left in a folder, but its encrypted store. */
const texts = (at: string): string =>
  readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !/^(store\.db|installation)/.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');

/** Writes of a run, of all mappings and systems. */
const written = (out: string): number =>
  [...out.matchAll(/"wrote":\{"a":(\{[^}]*\}),"b":(\{[^}]*\})\}/g)]
    .flatMap(([, a = '', b = '']) => `${a}${b}`.match(/\d+/g) ?? [])
    .reduce((sum, count) => sum + Number(count), 0);

describe('from two addresses and credentials', () => {
  test('to a first sync that succeeds, with twelve questions', async () => {
    const who = somebody(newUser());
    const ran = await init(who);
    expect(ran.err).toBe('');
    expect(ran.exit).toBe(0);
    expect(who.asked.map(({ id }) => id)).toEqual(Object.keys(newUser()));
    expect(who.asked.length).toBeLessThanOrEqual(12);
    expect(who.asked.every(({ why }) => why.length > 20)).toBe(true);
    expect(ran.out).toContain('Ready for runs in staging.');
    expect(ran.out).toContain('Ask Dr. Weber');
    expect(existsSync(inShop('readiness.html'))).toBe(true);
    const text = readFileSync(inShop('integration.yaml'), 'utf8').replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:1');
    await expect(text.replace(/\$schema=\S+/, '$schema=<schema>')).toMatchFileSnapshot(
      '../golden/cli/init/integration.yaml',
    );
    const at = ['--integration', 'shop/integration.yaml'];
    expect((await runIn(folder, ['plan', ...at])).exit).toBe(0);
    const synced = await runIn(folder, ['sync', ...at, '--json']);
    expect([0, 4]).toContain(synced.exit);
    expect(written(synced.out)).toBeGreaterThan(50);
    const again = await runIn(folder, ['sync', ...at, '--json']);
    expect(again.last()).toMatchObject({ run: { outcome: expect.stringMatching(/done|partial/) } });
    expect(written(again.out)).toBe(0);
  });

  test('keeps every secret out of sight', async () => {
    const who = somebody(newUser());
    const ran = await init(who);
    for (const secret of [CRM_CLIENT_SECRET, ERP_KEY]) {
      expect(texts(folder)).not.toContain(secret);
      expect(ran.out + ran.err + who.told.join('')).not.toContain(secret);
    }
    expect(statSync(inShop('.dovetail')).mode & 0o077).toBe(0);
  });
});
