import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** A folder for the time of the benchmark, with a copy of the bench kit that finds this project's modules. */
export interface Kit {
  folder: string;
  script(name: string): string;
  path(name: string): string;
  remove(): void;
}

/** Null, with a word to the user, where the bench kit is not there. */
export function openKit(): Kit | null {
  const source = resolve(PROJECT, process.env.DOVETAIL_BENCH_KIT ?? '../shared/bench');
  if (!existsSync(join(source, 'server.mjs'))) {
    console.error(`The bench kit, with its server and the baselines, is not at ${source}.`);
    console.error('Set DOVETAIL_BENCH_KIT to its folder.');
    return null;
  }
  const folder = mkdtempSync(join(tmpdir(), 'dovetail-bench-'));
  // A copy, because the scripts look for their modules (undici, pg) beside themselves.
  cpSync(source, join(folder, 'kit'), { recursive: true, filter: (path) => !path.includes('node_modules') });
  symlinkSync(join(PROJECT, 'node_modules'), join(folder, 'node_modules'), 'junction');
  return {
    folder,
    script: (name) => join(folder, 'kit', name),
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The workload server: a REST system with `records` contacts, and its own count of requests. */
export class WorkloadServer {
  readonly url: string;
  readonly #process: ChildProcess;

  constructor(url: string, process: ChildProcess) {
    this.url = url;
    this.#process = process;
  }

  static async start(kit: Kit, records: number): Promise<WorkloadServer> {
    const port = await freePort();
    const args = [kit.script('server.mjs'), '--port', String(port), '--n', String(records)];
    // A million records, prepared as pages of two sizes, outgrow the default heap.
    const child = spawn(process.execPath, ['--max-old-space-size=8192', ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise<void>((listening, failed) => {
      child.stdout?.once('data', () => listening());
      child.once('exit', (code) => failed(new Error(`The workload server ended with ${code}`)));
    });
    return new WorkloadServer(`http://127.0.0.1:${port}`, child);
  }

  /** Zeroes the counters and forgets what was written. */
  async reset(): Promise<void> {
    await fetch(`${this.url}/__reset`, { method: 'POST' });
  }

  async stats(): Promise<{ requests: number; written: number }> {
    const data: unknown = await (await fetch(`${this.url}/__stats`)).json();
    const count = (name: string) =>
      typeof data === 'object' && data !== null
        ? Number(Object.getOwnPropertyDescriptor(data, name)?.value)
        : Number.NaN;
    return { requests: count('requests'), written: count('written') };
  }

  stop(): void {
    this.#process.removeAllListeners('exit');
    this.#process.kill();
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
