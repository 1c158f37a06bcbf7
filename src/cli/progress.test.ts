import { describe, expect, it } from 'vitest';
import type { MappingCounts } from '../store/port.ts';
import { openOutput } from './output.ts';
import { LiveProgress } from './progress.ts';
import type { Terminal } from './terminal.ts';

function start({ interactive = false, json = false } = {}) {
  const written = { out: '', err: '' };
  const terminal: Terminal = {
    out: (text) => {
      written.out += text;
    },
    err: (text) => {
      written.err += text;
    },
    interactive,
    colour: false,
    width: 80,
    folder: '/',
    variables: {},
    signal: new AbortController().signal,
    nodeVersion: 'v26.0.0',
  };
  const time = { now: 0 };
  const clock = { now: () => time.now, sleep: async () => undefined };
  const systems = () => [
    { name: 'crm', calls: 3, quota: 97 },
    { name: 'erp', calls: 1, quota: null },
  ];
  const progress = new LiveProgress(terminal, openOutput(terminal, json), clock, systems);
  const counts = (read: number): MappingCounts => {
    const side = { read, unchanged: read, applied: 0, filtered: 0, parked: 0, held: 0, failed: 0 };
    const none = { create: 0, update: 0, delete: 0, archive: 0 };
    return { a: side, b: { ...side, read: 0 }, wrote: { a: none, b: { ...none, create: 2 } }, linked: 0 };
  };
  const play = () => {
    progress.take({ type: 'mapping', mapping: 'companies', phase: 'read' });
    for (const [at, read] of [
      [20, 100],
      [200, 500],
      [7000, 14_000],
    ] as const) {
      time.now = at;
      progress.take({ type: 'progress', mapping: 'companies', counts: counts(read) });
    }
    progress.take({ type: 'mapping', mapping: 'companies', phase: 'done' });
    progress.take({ type: 'mapping', mapping: 'deals', phase: 'read' });
    progress.end();
  };
  return { written, play };
}

describe('progress of a run', () => {
  it('is one line that is written over, on a terminal', () => {
    const { written, play } = start({ interactive: true });
    play();
    const shown = written.err.split('\r\u001b[2K');
    expect(shown).toEqual([
      '',
      '· companies  read  0 read  0 written  0/s  crm 3 calls, 97 left  erp 1 call',
      '· companies  read  500 read  2 written  2,510/s  crm 3 calls, 97 left  erp 1 c…',
      '· companies  read  14,000 read  2 written  2,000/s  crm 3 calls, 97 left  erp …',
      '✓ companies  14,000 read  2 written  2,000/s  crm 3 calls, 97 left  erp 1 call\n',
      '· deals  read  0 read  0 written  0/s  crm 3 calls, 97 left  erp 1 call\n\n',
    ]);
    expect(written.out).toBe('');
  });

  it('is a line every five seconds elsewhere', () => {
    const { written, play } = start();
    play();
    expect(written.err).toBe(
      '· companies  read  14,000 read  2 written  2,000/s  crm 3 calls, 97 left  erp …\n' +
        '✓ companies  14,000 read  2 written  2,000/s  crm 3 calls, 97 left  erp 1 call\n',
    );
  });

  it('is lines of JSON with --json', () => {
    const { written, play } = start({ interactive: true, json: true });
    play();
    expect(written.err).toBe('');
    const lines = written.out.trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { type: 'progress', mapping: 'companies', phase: 'read', read: 0 },
      { type: 'progress', mapping: 'companies', phase: 'read', read: 14_000, written: 2, perSecond: 2000 },
      { type: 'progress', mapping: 'companies', phase: 'done', systems: [{ calls: 3, quota: 97 }, { quota: null }] },
      { type: 'progress', mapping: 'deals', phase: 'read', read: 0 },
    ]);
  });
});
