import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
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

/** Somebody at the terminal; leaves at a question that they have no answer to. Of several answers, each counts once. */
function somebody(given: Record<string, Given | Given[]>, goesOn = true) {
  const answers: Record<string, Given[]> = {};
  for (const [id, one] of Object.entries(given))
    answers[id] = id !== 'objects' && Array.isArray(one) ? one : [one as Given];
  const asked: Question[] = [];
  const told: string[] = [];
  const prompts: Prompts = {
    async ask(question) {
      asked.push(question);
      return answers[question.id]?.shift() ?? null;
    },
    confirm: async (message) => {
      told.push(message);
      return goesOn;
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

describe('what somebody does not know', () => {
  test('credentials: the integration is written, with a ticket that asks for them', async () => {
    const who = somebody({ ...newUser(), 'first.credentials.client_secret': { ask: 'Anna Meier' } });
    const ran = await init(who, '--language', 'de');
    expect(ran.exit).toBe(3);
    expect(ran.out).toContain('Ask Anna Meier.');
    expect(ran.out).toContain('1. dovetail connect crm --integration shop/integration.yaml');
    expect(readFileSync(inShop('tickets/credentials-crm.txt'), 'utf8')).toContain('technischen Benutzer');
    expect(existsSync(inShop('readiness.html'))).toBe(false);
    const text = readFileSync(inShop('integration.yaml'), 'utf8');
    expect(text).toContain('By its name alone: no records were read.');
    const given = { input: async () => `client_id=${CRM_CLIENT_ID}\nclient_secret=${CRM_CLIENT_SECRET}\n` };
    const connected = await runIn(join(folder, 'shop'), ['connect', 'crm', '--stdin'], given);
    expect(connected.exit).toBe(0);
    expect((await runIn(join(folder, 'shop'), ['sync'])).exit).toBeLessThan(5);
  });

  test('an address: the interview waits, and asks again', async () => {
    const waiting = await init(somebody({ ...newUser(), 'second.address': { ask: 'Ben' } }));
    expect(waiting.exit).toBe(3);
    expect(waiting.out).toContain('? Where is the second system? Ask Ben.');
    expect(existsSync(inShop('integration.yaml'))).toBe(false);
    const { 'first.address': _, ...rest } = newUser();
    const who = somebody(rest);
    const ran = await init(who);
    expect(who.told[0]).toBe('1 answer is kept from last time. Go on from there?');
    expect(who.asked[0]?.id).toBe('second.address');
    expect(ran.exit).toBe(0);
  });

  test('wishes: the safe way is taken, and the file says whom to ask', async () => {
    const unknown = { ask: 'Ben' };
    const wishes = { wins: unknown, deletes: unknown, schedule: unknown, errors: unknown, losses: unknown };
    const ran = await init(somebody({ ...newUser(), ...wishes }), '--json');
    expect(ran.exit).toBe(2);
    const asked = await init(somebody({ ...newUser(), ...wishes }));
    expect(asked.out.match(/Ask Ben\./g)).toHaveLength(5);
    const text = readFileSync(inShop('integration.yaml'), 'utf8');
    expect(text).toContain('# Open: ask Ben. Until then, a person decides.\n    conflict: hold');
    expect(text).toContain("frequency: 'open: ask Ben'");
    expect(text).toContain('delete: hold');
  });
});

test('credentials that a system refuses are asked for again', async () => {
  const who = somebody({
    ...newUser(),
    'first.credentials.client_id': [CRM_CLIENT_ID, CRM_CLIENT_ID],
    'first.credentials.client_secret': ['wrong', CRM_CLIENT_SECRET],
  });
  const ran = await init(who);
  expect(who.told.filter((one) => one.startsWith('!'))).toHaveLength(1);
  expect(who.told.join('')).not.toContain('wrong');
  expect(ran.exit).toBe(0);
  expect(ran.out).toContain('12 questions asked.');
});

test('kept credentials are not sent to another address', async () => {
  const { objects: _, ...first } = newUser();
  expect((await init(somebody(first))).exit).toBe(1);
  const anew = somebody(newUser(), false);
  expect((await init(anew)).exit).toBe(0);
  expect(anew.asked.map(({ id }) => id)).toContain('first.credentials.client_secret');
});

test('systems that no catalogue knows: connectors are made, learnt, and synchronised', async () => {
  const sales = createCrm({ seed: 1, size: 60, limit: null, indexLagMs: 0 });
  const books = createErp({ seed: 1, size: 60 });
  retitle(sales, 'Acme Sales');
  retitle(books, 'Acme Books');
  const running = [await serve(sales), await serve(books)];
  try {
    const [first = '', second = ''] = running.map(({ url }) => url);
    const ran = await init(somebody({ ...newUser(), 'first.address': first, 'second.address': second }));
    expect(ran.err).toBe('');
    expect(ran.out).toContain('+ sales.yaml');
    expect(ran.out).toContain('Ready for runs in staging.');
    expect(readFileSync(inShop('integration.yaml'), 'utf8')).toMatch(
      /# Cut: \d+ of \d+ sampled texts are longer than 40 characters\.\n.*loss: accepted, validate:/,
    );
    expect(readFileSync(inShop('books.yaml'), 'utf8')).toContain('ground: learnt');
    for (const secret of [CRM_CLIENT_SECRET, ERP_KEY]) expect(texts(folder)).not.toContain(secret);
    const synced = await runIn(join(folder, 'shop'), ['sync', '--json']);
    expect(synced.exit).toBe(4);
    expect(written(synced.out)).toBeGreaterThan(50);
  } finally {
    for (const server of running) await server.close();
  }
});

/** Lets a sandbox system say that it is another one. */
function retitle(system: Crm | Erp, title: string): void {
  const handle = system.handle;
  system.handle = (request, now) => {
    const answer = handle.call(system, request, now);
    if (request.path !== '/openapi.json') return answer;
    return { ...answer, body: answer.body.replace(/"title":"Sandbox \w+"/, `"title":"${title}"`) };
  };
}

describe('unattended', () => {
  const answers = (more = ''): string => `
first:
  address: ${urls()[0]}
  credentials: { client_id: ${CRM_CLIENT_ID}, client_secret: "\${CRM_SECRET}" }
second:
  address: ${urls()[1]}
  credentials: { api_key: ${ERP_KEY} }
privacy: { ask: Dr. Weber }
${more}`;
  const run = (text: string, ...args: string[]) => {
    writeFileSync(join(folder, 'answers.yaml'), text);
    const variables = { CRM_SECRET: CRM_CLIENT_SECRET };
    return runIn(folder, ['init', 'shop', '--answers', 'answers.yaml', '--yes', ...args], { variables });
  };

  test('takes the safe answers, and syncs', async () => {
    const ran = await run(answers(), '--json');
    expect(ran.exit).toBe(0);
    expect(ran.last()).toMatchObject({ ending: 'complete', asked: 0, check: { ready: true }, folder: 'shop' });
    const text = readFileSync(inShop('integration.yaml'), 'utf8');
    expect(text).toContain('{ crm: street, erp: street, direction: crm -> erp }');
    expect(text).toContain('Both ways all the same: crm takes no new record without it.');
    expect((await runIn(join(folder, 'shop'), ['sync'])).exit).toBeLessThan(5);
    const again = await run(answers());
    expect(again.exit).toBe(2);
    expect(again.err).toContain('There is an integration.yaml already');
  });

  test.each<[string, () => string, number, string]>([
    ['an unknown key', () => answers('deletez: hold'), 2, 'Did you mean "deletes"?'],
    ['an answer that its question does not take', () => answers('wins: nobody'), 2, 'wins: Expected one of hold'],
    ['objects that are not there', () => answers('objects: [cars = customers]'), 2, 'Sandbox CRM has no object "cars"'],
    [
      'parts of others',
      () => answers('objects: [contacts = main_contacts]'),
      2,
      'main_contacts stand within customers',
    ],
    ['no address', () => answers().replace(/address: .*/, ''), 2, 'There is no answer to first.address'],
    ['a variable that is not set', () => answers().replace('CRM_SECRET', 'NONE'), 2, 'The environment variable NONE'],
    [
      'a password in the address',
      () => answers().replace('http://', 'http://me:pw@'),
      2,
      'Leave user name and password',
    ],
    [
      'a wrong key',
      () => answers().replace(ERP_KEY, 'wrong'),
      1,
      'Sandbox ERP: The system does not accept the credentials',
    ],
    ['nobody there', () => answers().replace(urls()[0] ?? '', 'http://127.0.0.1:9'), 1, 'could not be reached'],
  ])('%s is refused', async (_, text, exit, said) => {
    const ran = await run(text());
    expect(ran.err).toContain(said);
    expect(ran.exit).toBe(exit);
    expect(existsSync(inShop('integration.yaml'))).toBe(false);
  });
});
