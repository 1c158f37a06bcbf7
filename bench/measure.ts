import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';

/** What one run of a command took. CPU and memory are null where the operating system has no /proc. */
export interface Measure {
  /** Seconds. */
  wall: number;
  /** Seconds, user and system together. */
  cpu: number | null;
  /** Peak resident memory, MiB. */
  peak: number | null;
}

export interface Command {
  args: readonly string[];
  variables?: Record<string, string>;
}

const POLL_MS = 10;
const TICKS_PER_SECOND = 100;

/** Runs Node with these arguments to its end. Throws, with the end of what it said, when it fails. */
export async function measure({ args, variables = {} }: Command, accepted: readonly number[] = [0]): Promise<Measure> {
  const before = childrenCpu();
  const started = performance.now();
  const child = spawn(process.execPath, ['--no-warnings', ...args], {
    env: { ...process.env, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let peak: number | null = null;
  const timer = setInterval(() => {
    peak = peakOf(child) ?? peak;
  }, POLL_MS);
  const { code, said } = await ended(child);
  clearInterval(timer);
  const wall = (performance.now() - started) / 1000;
  const after = childrenCpu();
  if (code === null || !accepted.includes(code)) throw new Error(`${args.join(' ')} ended with ${code}:\n${said}`);
  return { wall, cpu: before === null || after === null ? null : after - before, peak };
}

function ended(child: ChildProcess): Promise<{ code: number | null; said: string }> {
  let said = '';
  const take = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-2000);
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, said }));
  });
}

/** Seconds of CPU of all children that have ended, from the kernel's own account. */
function childrenCpu(): number | null {
  const fields = textOf('/proc/self/stat')
    ?.replace(/^.*\) /, '')
    .split(' ');
  return fields ? (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND : null;
}

/** The high-water mark of resident memory, which only grows: the last one that could be read counts. */
function peakOf(child: ChildProcess): number | null {
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(textOf(`/proc/${child.pid}/status`) ?? '');
  return found ? Number(found[1]) / 1024 : null;
}

function textOf(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const [low, high] = [sorted[middle - 1] ?? 0, sorted[middle] ?? 0];
  return sorted.length % 2 === 1 ? high : (low + high) / 2;
}
