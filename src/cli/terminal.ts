import process from 'node:process';
import { openBrowser } from './browser.ts';
import type { VariableQuestion } from './connect-variables.ts';
import type { Prompts } from './interview/prompts.ts';

/** Where a command line runs: what it writes to, and what surrounds it. Tests pass their own. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** Whether stderr is a terminal, where a line can be written over. */
  interactive: boolean;
  colour: boolean;
  /** Characters per line. */
  width: number;
  /** The folder that relative paths start from. */
  folder: string;
  /** The environment of the process. */
  variables: Readonly<Record<string, string | undefined>>;
  /** Aborts when the user wants to stop. */
  signal: AbortSignal;
  /** `v26.1.0` */
  nodeVersion: string;
  /** Asks the person for a variable; null where they leave. Absent where nobody can answer. */
  ask?: (question: VariableQuestion) => Promise<string | null>;
  /** Whoever answers an interview. Absent where nobody can. */
  prompts?: () => Promise<Prompts>;
  /** All of stdin. */
  input?: () => Promise<string>;
  /** Shows an address in the person's browser. */
  browse?: (url: string) => void;
}

const WIDTH = 100;
const INTERRUPTED = 130;

/** The terminal of this process. The first Ctrl-C stops cleanly, the second at once. */
export function processTerminal(): Terminal {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) process.exit(INTERRUPTED);
      stop.abort();
    });
  }
  // A reader that went away, as `| head` does, is no fault.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    interactive: process.stderr.isTTY === true && process.env.TERM !== 'dumb',
    colour: wantsColour(process.env, process.stdout.isTTY === true),
    width: process.stdout.columns ?? WIDTH,
    folder: process.cwd(),
    variables: process.env,
    signal: stop.signal,
    nodeVersion: process.version,
    ...(process.stdin.isTTY && process.stderr.isTTY ? { ask: askHere, prompts: promptsHere } : {}),
    input: readInput,
    browse: openBrowser,
  };
}

/** The prompts are loaded where somebody is asked. */
async function askHere(question: VariableQuestion): Promise<string | null> {
  return (await import('./ask.ts')).askVariable(question);
}

async function promptsHere(): Promise<Prompts> {
  return (await import('./interview/prompts.ts')).terminalPrompts;
}

async function readInput(): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}

/** Colour on a terminal only; `FORCE_COLOR` asks for it anywhere, `NO_COLOR` forbids it. */
export function wantsColour(variables: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = variables;
  if (NO_COLOR) return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return isTerminal && TERM !== 'dumb';
}
