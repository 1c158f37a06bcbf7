import type { Connection } from '../connector/port.ts';
import type { RunEvent } from '../engine/mapping-run.ts';
import type { Clock } from '../platform/clock.ts';
import type { Side } from '../record/side.ts';
import type { MappingCounts } from '../store/port.ts';
import type { Runtime } from './open.ts';
import type { Output } from './output.ts';
import { type ProgressReport, writesOf } from './progress-report.ts';
import type { Terminal } from './terminal.ts';
import { progressText } from './views/progress.ts';

/** Shows a run while it goes on. */
export interface Progress {
  take(event: RunEvent): void;
  /** Nothing more is shown. */
  end(): void;
}

/** Between two looks of a line that is written over, and between two lines of their own, ms. */
const PERIOD_MS = { live: 100, plain: 5000 };

/**
 * Live progress of a run: one line that is written over on a terminal, a line every few seconds elsewhere, a line of
 * JSON with `--json`.
 */
export function openProgress(
  terminal: Terminal,
  output: Output,
  runtime: Runtime,
  connections: Record<Side, Connection>,
): Progress {
  const { integration, platform } = runtime;
  const systems = () =>
    (['a', 'b'] as const).map((side) => {
      const { reads, writes, auth } = connections[side].calls();
      return { name: integration[side].name, calls: reads + writes + auth, quota: connections[side].quota() };
    });
  return new LiveProgress(terminal, output, platform.clock, systems);
}

/** The same over any clock and count of calls. */
export class LiveProgress implements Progress {
  readonly #terminal: Terminal;
  readonly #output: Output;
  readonly #clock: Clock;
  readonly #systems: () => ProgressReport['systems'];
  readonly #period: number;
  #began = new Map<string, number>();
  #last: ProgressReport | null = null;
  #shown = 0;
  #open = false;

  constructor(terminal: Terminal, output: Output, clock: Clock, systems: () => ProgressReport['systems']) {
    this.#terminal = terminal;
    this.#output = output;
    this.#clock = clock;
    this.#systems = systems;
    this.#period = terminal.interactive && !output.json ? PERIOD_MS.live : PERIOD_MS.plain;
  }

  take(event: RunEvent): void {
    if (event.type === 'mapping') this.#phase(event.mapping, event.phase);
    else if (event.type === 'progress') this.#counts(event.mapping, event.counts);
  }

  end(): void {
    this.#closeLine();
    if (this.#last && this.#terminal.interactive && !this.#output.json) this.#terminal.err('\n');
  }

  #phase(mapping: string, phase: ProgressReport['phase']): void {
    if (!this.#began.has(mapping)) this.#began.set(mapping, this.#clock.now());
    if (this.#last?.mapping !== mapping) this.#closeLine();
    const before = this.#last?.mapping === mapping ? this.#last : { read: 0, written: 0, perSecond: 0 };
    this.#last = { ...before, mapping, phase, systems: this.#systems() };
    this.#show();
    if (phase === 'done') this.#closeLine();
  }

  #counts(mapping: string, counts: MappingCounts): void {
    const now = this.#clock.now();
    const read = counts.a.read + counts.b.read;
    const written = writesOf(counts);
    const seconds = Math.max(1, now - (this.#began.get(mapping) ?? now)) / 1000;
    const phase = this.#last?.mapping === mapping ? this.#last.phase : 'read';
    this.#last = { mapping, phase, read, written, perSecond: Math.round((read + written) / seconds), systems: [] };
    if (now - this.#shown < this.#period) return;
    this.#last.systems = this.#systems();
    this.#show();
  }

  #show(): void {
    if (!this.#last) return;
    this.#shown = this.#clock.now();
    if (this.#output.json) {
      this.#output.line({ type: 'progress', ...this.#last });
      return;
    }
    const text = progressText(this.#last, this.#output.style);
    if (this.#terminal.interactive) {
      this.#terminal.err(`\r\u001b[2K${text}`);
      this.#open = true;
    } else if (this.#last.phase !== 'read' || this.#last.read > 0) this.#terminal.err(`${text}\n`);
  }

  #closeLine(): void {
    if (this.#open) this.#terminal.err('\n');
    this.#open = false;
  }
}

/** A line of text that is written over on a terminal, and shown every few seconds elsewhere; nothing of it with `--json`. */
export class LineOver {
  readonly #terminal: Terminal;
  readonly #output: Output;
  readonly #clock: Clock;
  #shown = 0;
  #open = false;

  constructor(terminal: Terminal, output: Output, clock: Clock) {
    this.#terminal = terminal;
    this.#output = output;
    this.#clock = clock;
  }

  show(text: string): void {
    const now = this.#clock.now();
    const { interactive } = this.#terminal;
    if (this.#output.json || now - this.#shown < PERIOD_MS[interactive ? 'live' : 'plain']) return;
    this.#terminal.err(interactive ? `\r\u001b[2K${text}` : `${text}\n`);
    this.#shown = now;
    this.#open = interactive;
  }

  end(): void {
    if (this.#open) this.#terminal.err('\r\u001b[2K');
    this.#open = false;
  }
}
