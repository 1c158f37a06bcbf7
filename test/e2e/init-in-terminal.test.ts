import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CRM_CLIENT_ID, CRM_CLIENT_SECRET } from '../../sandbox/crm/access.ts';
import { createCrm } from '../../sandbox/crm/crm.ts';
import { createErp, ERP_KEY } from '../../sandbox/erp/erp.ts';
import { type RunningSystem, serve } from '../../sandbox/http.ts';
import { screenOf } from '../screen.ts';
import { describeTerminal } from '../services.ts';
import { runIn } from './cli-world.ts';

const path = (name: string) => fileURLToPath(new URL(name, import.meta.url));
const ENTER = '\r';
const UP = '\u001B[A';
const DOWN = '\u001B[B';
const STOP = '\u0003';

type Step = [shown: string, typed: string];

let servers: RunningSystem[] = [];
let folder = '';

beforeEach(async () => {
  servers = [
    await serve(createCrm({ seed: 1, size: 60, limit: null, indexLagMs: 0 })),
    await serve(createErp({ seed: 1, size: 60 })),
  ];
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'dovetail-terminal-')));
});
afterEach(async () => {
  for (const server of servers) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs a command in a terminal, and types each text once what stands before it is shown. */
async function inTerminal(python: string, steps: readonly Step[], ...args: string[]) {
  const command = [process.execPath, path('../../bin/dovetail.js'), ...args];
  const child = spawn(python, [path('../in-terminal.py'), JSON.stringify(steps), ...command], {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, TERM: 'xterm' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let written = '';
  let failed = '';
  child.stdout.on('data', (piece) => {
    written += String(piece);
  });
  child.stderr.on('data', (piece) => {
    failed += String(piece);
  });
  const [exit] = await once(child, 'close');
  return { exit, failed, written, screen: screenOf(written) };
}

const addresses = (): Step[] => [
  ['1. Where is the first', `${servers[0]?.url}${ENTER}`],
  ['2. Where is the second', `${servers[1]?.url}${ENTER}`],
];
const credentials: Step[] = [
  ['3. Sandbox CRM: client id', `${CRM_CLIENT_ID}${ENTER}`],
  ['4. Sandbox CRM: client secret', `${CRM_CLIENT_SECRET}${ENTER}`],
  ['5. Sandbox ERP: api key', `${ERP_KEY}${ENTER}`],
];
const wishes: Step[] = [
  ['6. What is to be kept the same', ENTER],
  ["fields can't hold all", `${UP}${ENTER}`],
  ['8. When the systems differ', `${DOWN}${DOWN}${DOWN}${ENTER}`],
  ['9. When a record is deleted', ENTER],
  ['10. How often', `${UP}${UP}${UP}${ENTER}`],
  ['11. Who is told', `integration@company.example${ENTER}`],
  ['12. On what legal basis', `? Dr. Weber${ENTER}`],
];

/** The interview, up to its check, without what differs each time. */
function settled(screen: string): string {
  const [first, second] = servers.map(({ url }) => url);
  return screen
    .slice(0, screen.indexOf('12 questions asked.'))
    .replaceAll(first ?? '', 'http://127.0.0.1:4010')
    .replaceAll(second ?? '', 'http://127.0.0.1:4020')
    .trim();
}

const SECONDS = 120_000;

describeTerminal('dovetail init in a terminal', (python) => {
  test(
    'goes from two addresses and their credentials to a first sync, as the page shows it',
    async () => {
      const started = performance.now();
      const ran = await inTerminal(python, [...addresses(), ...credentials, ...wishes], 'init', 'shop');
      expect(ran.failed).toBe('');
      expect(ran.exit).toBe(0);
      expect(performance.now() - started).toBeLessThan(5 * 60_000);
      for (const secret of [CRM_CLIENT_SECRET, ERP_KEY]) expect(ran.written).not.toContain(secret);
      await expect(`${settled(ran.screen)}\n`).toMatchFileSnapshot('../golden/cli/init/terminal.txt');
      const synced = await runIn(join(folder, 'shop'), ['sync']);
      expect([0, 4]).toContain(synced.exit);
    },
    SECONDS,
  );

  test(
    'goes on where it was left',
    async () => {
      const left = await inTerminal(python, [...addresses(), ...credentials, ['6. What is', STOP]], 'init', 'shop');
      expect(left.exit).toBe(1);
      expect(left.screen).toContain('The answers so far are kept.');
      const again: Step[] = [['Go on from there?', ENTER], ...wishes];
      const ran = await inTerminal(python, again, 'init', 'shop');
      expect(ran.failed).toBe('');
      expect(ran.screen).toContain('12 questions asked.');
      expect(ran.exit).toBe(0);
    },
    SECONDS,
  );
});

test('the page shows what the terminal showed', () => {
  const shown = readFileSync(path('../golden/cli/init/terminal.txt'), 'utf8');
  expect(readFileSync(path('../../docs/first-integration.md'), 'utf8')).toContain(shown.trim());
});
