import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CRM_CLIENT_ID, CRM_CLIENT_SECRET } from '../../sandbox/crm/access.ts';
import { type Crm, type CrmOptions, createCrm } from '../../sandbox/crm/crm.ts';
import { createErp, ERP_KEY, type Erp, type ErpOptions } from '../../sandbox/erp/erp.ts';
import { serve } from '../../sandbox/http.ts';
import type { SandboxRequest } from '../../sandbox/system.ts';
import { main } from '../../src/cli/main.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

/** What a command line wrote and how it ended. */
export interface Ran {
  exit: number;
  out: string;
  err: string;
  /** The lines of `out` as JSON. */
  lines: () => Record<string, unknown>[];
  /** The last of them. */
  last: () => Record<string, unknown>;
}

/** Both sandbox systems on sockets, and a folder with the example integration, as `init` writes it. */
export interface CliWorld {
  crm: Crm;
  erp: Erp;
  folder: string;
  run(...args: string[]): Promise<Ran>;
  /** As `run`, stopped as by Ctrl-C when the ERP gets such a request. */
  runUntil(when: (request: SandboxRequest) => boolean, ...args: string[]): Promise<Ran>;
  /** The same as a process of its own, which gets a SIGINT then. */
  spawnUntil(
    when: (request: SandboxRequest) => boolean,
    ...args: string[]
  ): Promise<{ exit: number | null; out: string }>;
  close(): Promise<void>;
}

export const LAUNCHER = fileURLToPath(new URL('../../bin/dovetail.js', import.meta.url));

/** Without options, both systems are empty, and the CRM has neither limit nor lag. */
export async function openCliWorld(options: { crm?: CrmOptions; erp?: ErpOptions } = {}): Promise<CliWorld> {
  const crm = createCrm(
    options.crm ?? {
      seed: 3,
      limit: null,
      indexLagMs: 0,
      sizes: { companies: 0, contacts: 0, deals: 0, products: 0, users: 1 },
    },
  );
  const erp = createErp(options.erp ?? { seed: 3, sizes: { customers: 0, articles: 0, orders: 0, price_lists: 0 } });
  const servers = [await serve(crm), await serve(erp)] as const;
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dovetail-cli-')));
  const world: CliWorld = {
    crm,
    erp,
    folder,
    run: (...args) => runIn(folder, args),
    async runUntil(when, ...args) {
      const stop = new AbortController();
      watch(erp, when, () => stop.abort());
      return runIn(folder, args, { signal: stop.signal });
    },
    async spawnUntil(when, ...args) {
      const child = spawn(process.execPath, [LAUNCHER, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
      watch(erp, when, () => child.kill('SIGINT'));
      let out = '';
      child.stdout.on('data', (chunk) => {
        out += String(chunk);
      });
      const [exit] = await once(child, 'close');
      return { exit: typeof exit === 'number' ? exit : null, out };
    },
    async close() {
      rmSync(folder, { recursive: true, force: true });
      for (const server of servers) await server.close();
    },
  };
  await world.run('init', '.', '--example', 'crm-erp');
  const variables = {
    CRM_URL: servers[0].url,
    CRM_CLIENT_ID,
    CRM_CLIENT_SECRET,
    ERP_URL: servers[1].url,
    ERP_API_KEY: ERP_KEY,
  };
  const text = Object.entries(variables).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(join(folder, '.env'), text.join(''));
  return world;
}

/** Tells of the first request that fits. */
function watch(erp: Erp, fits: (request: SandboxRequest) => boolean, tell: () => void): void {
  const handle = erp.handle;
  erp.handle = (request, now) => {
    if (fits(request)) {
      erp.handle = handle;
      tell();
    }
    return handle.call(erp, request, now);
  };
}

/** Runs one command line in this process, in a folder and, unless `more` says so, with nothing from the environment. */
export async function runIn(folder: string, args: string[], more: Partial<Terminal> = {}): Promise<Ran> {
  let out = '';
  let err = '';
  const exit = await main(args, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    interactive: false,
    colour: false,
    width: 100,
    folder,
    variables: {},
    signal: new AbortController().signal,
    nodeVersion: process.version,
    ...more,
  });
  const lines = () =>
    out
      .trimEnd()
      .split('\n')
      .map((line): Record<string, unknown> => JSON.parse(line));
  return { exit, out, err, lines, last: () => lines().at(-1) ?? {} };
}
