import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CapWindows } from './cap-windows.ts';
import type { Pagination } from './definition.ts';
import type { PageAnswer, PageRequest } from './page-walk.ts';
import { createPageWalk } from './pagination.ts';

type Facts = 'total' | 'pages' | 'more' | 'nothing';

/** A list on a server, in the order of its numbers. */
interface Server {
  ids: number[];
  clamp: number;
  tells: Facts;
  style: 'page' | 'offset';
  /** Each page holds its first record so many times more. */
  copies?: number;
  /** Each page but the first also holds the first record of the list. */
  repeats?: boolean;
  /** How often each record was edited, where the server tells. */
  versions?: Map<string, number>;
}

function answer(server: Server, request: PageRequest): PageAnswer {
  const size = Math.min(Number(request.query.size ?? server.clamp), server.clamp);
  const from = server.style === 'page' ? (Number(request.query.at) - 1) * size : Number(request.query.at);
  const page = server.ids.slice(from, from + size).map(String);
  const ids = [...page.slice(0, 1).flatMap((id) => Array.from({ length: server.copies ?? 0 }, () => id)), ...page];
  if (server.repeats && from > 0) ids.push(String(server.ids[0]));
  const { tells, versions } = server;
  return {
    ids,
    ...(versions ? { versions: new Map(ids.map((id) => [id, versions.get(id) ?? 0])) } : {}),
    next: null,
    total: tells === 'total' ? server.ids.length : null,
    pages: tells === 'pages' ? Math.ceil(server.ids.length / size) : null,
    more: tells === 'more' ? from + size < server.ids.length : null,
  };
}

function numbered(style: 'page' | 'offset', size: number, shifts: boolean): Pagination {
  const rest = { param: 'at', size_param: 'size', size, shifts };
  return style === 'page' ? { style, first: 1, ...rest } : { style, ...rest };
}

/**
 * Walks to the end with several pages in flight. The server answers when it is asked; where `isLate` says so of a call,
 * only when the answer is taken, as it does one that had to be sent again.
 */
function walk(server: Server, pagination: Pagination, edit: () => void, ahead = 3, isLate = (_: number) => false) {
  const steps = createPageWalk(pagination);
  let inFlight: { request: PageRequest; answer: PageAnswer | null }[] = [];
  const read: string[] = [];
  for (let calls = 0; calls < 20_000; ) {
    for (let request = steps.ask(); request; request = inFlight.length < ahead ? steps.ask() : null) {
      calls++;
      inFlight.push({ request, answer: isLate(calls) ? null : answer(server, request) });
      edit();
    }
    const next = inFlight.shift();
    if (!next) throw new Error('The walk asks for nothing and has not ended');
    const given = next.answer ?? answer(server, next.request);
    const step = steps.accept(next.request, given);
    read.push(...given.ids.filter((_, place) => step.fresh(place)));
    if (step.kind === 'end') return { read, complete: step.complete, calls };
    if (step.discard) inFlight = [];
  }
  throw new Error('The walk did not end');
}

const count = (most: number) => Array.from({ length: most }, (_, i) => i);
const style = fc.constantFrom('page' as const, 'offset' as const);
const tells = fc.constantFrom<Facts[]>('total', 'pages', 'more', 'nothing');

describe('numbered pages', () => {
  it('read a still list whole and once, however it tells its end and clamps its size', () => {
    fc.assert(
      fc.property(
        style,
        tells,
        fc.nat(230),
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        (how, what, n, clamp, shifts) => {
          // A list that tells nothing can not tell a clamped size from its end either, unless it is read by offset.
          const size = what === 'nothing' ? clamp : 40;
          fc.pre(!shifts || (clamp >= 15 && !(how === 'offset' && what === 'pages')));
          const server: Server = {
            ids: count(n),
            clamp,
            tells: how === 'offset' && what === 'pages' ? 'total' : what,
            style: how,
          };
          const { read, complete } = walk(server, numbered(how, size, shifts), () => {});
          expect(complete).toBe(true);
          expect(read).toEqual(server.ids.map(String));
        },
      ),
      { numRuns: 500 },
    );
  });

  // Simulation seed 400864.
  it('miss nothing where a page holds copies of a record that take no place', () => {
    fc.assert(
      fc.property(
        style,
        fc.constantFrom<Facts[]>('total', 'more'),
        fc.nat(100),
        fc.integer({ min: 15, max: 40 }),
        fc.integer({ min: 1, max: 3 }),
        fc.boolean(),
        (how, what, n, clamp, copies, shifts) => {
          const server: Server = { ids: count(n), clamp, tells: what, style: how, copies };
          const { read, complete } = walk(server, numbered(how, 40, shifts), () => {});
          expect(complete).toBe(true);
          expect([...new Set(read)]).toEqual(server.ids.map(String));
        },
      ),
      { numRuns: 300 },
    );
  });

  // Simulation seed 111524.
  it('are in doubt, or miss nothing, where a page holds a record of an earlier one once more', () => {
    fc.assert(
      fc.property(
        style,
        fc.constantFrom<Facts[]>('total', 'more'),
        fc.nat(100),
        fc.integer({ min: 2, max: 40 }),
        fc.boolean(),
        (how, what, n, clamp, shifts) => {
          const server: Server = { ids: count(n), clamp, tells: what, style: how, repeats: true };
          const { read, complete } = walk(server, numbered(how, 40, shifts), () => {});
          if (complete) expect([...new Set(read)]).toEqual(server.ids.map(String));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('that shift miss nothing that was there all the time', () => {
    const edits = fc.array(
      fc.record({ at: fc.nat(400), remove: fc.boolean(), where: fc.double({ min: 0, max: 1, noNaN: true }) }),
      {
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(
        style,
        tells,
        fc.nat(300),
        fc.integer({ min: 15, max: 40 }),
        edits,
        fc.integer({ min: 1, max: 4 }),
        (how, what, n, size, list, ahead) => {
          const server: Server = {
            ids: count(n),
            clamp: size,
            tells: how === 'offset' && what === 'pages' ? 'more' : what,
            style: how,
          };
          const touched = new Set<number>();
          let clock = 0;
          const edit = () => {
            clock++;
            for (const { at, remove, where } of list) {
              if (at !== clock) continue;
              const place = Math.floor(where * server.ids.length);
              if (remove && server.ids.length > 0) touched.add(server.ids.splice(place, 1)[0]!);
              else if (!remove) server.ids.splice(place, 0, 1000 + clock);
            }
          };
          const { read, complete } = walk(server, numbered(how, size, true), edit, ahead);
          const seen = new Set(read);
          const missed = count(n).filter((id) => !touched.has(id) && !seen.has(String(id)));
          expect(complete ? missed : []).toEqual([]);
        },
      ),
      { numRuns: 2000 },
    );
  });

  describe('of a list that shows what was changed last first', () => {
    /** Edits record `id` when the walk has asked for `calls` pages. */
    const editing = (server: Server, edits: { id: number; calls: number }[]) => {
      let calls = 0;
      return () => {
        calls++;
        for (const edit of edits) if (edit.calls === calls) first(server, edit.id);
      };
    };
    const first = (server: Server, id: number) => {
      server.ids = [id, ...server.ids.filter((one) => one !== id)];
      server.versions?.set(String(id), (server.versions.get(String(id)) ?? 0) + 1);
    };

    // Simulation seed 6011.
    it.each([
      ['a record of an earlier page once more', { repeats: true }],
      ['a record twice', { copies: 1 }],
      ['nothing but its own', {}],
    ])('read one that moved before those that were read, where a page holds %s', (_, habit) => {
      const server: Server = { ids: count(8), clamp: 4, tells: 'total', style: 'offset', ...habit };
      const { read, complete, calls } = walk(
        server,
        numbered('offset', 4, true),
        editing(server, [{ id: 7, calls: 1 }]),
        1,
      );
      expect(new Set(read)).toEqual(new Set(count(8).map(String)));
      expect({ complete, calls }).toEqual({ complete: true, calls: 4 });
    });

    it('read no more of the first pages than it takes, with others asked for ahead', () => {
      const server: Server = { ids: count(30), clamp: 4, tells: 'total', style: 'offset' };
      const still = walk({ ...server }, numbered('offset', 4, true), () => {}, 3);
      const { complete, calls } = walk(server, numbered('offset', 4, true), editing(server, [{ id: 29, calls: 1 }]), 3);
      expect({ complete, calls }).toEqual({ complete: true, calls: still.calls + 1 });
    });

    it('read one that others moved before, which were read', () => {
      const server: Server = { ids: count(20), clamp: 4, tells: 'more', style: 'offset' };
      const others = [4, 5, 6, 7].map((id) => ({ id, calls: 5 }));
      const edit = editing(server, [{ id: 19, calls: 1 }, ...others]);
      const { read, complete } = walk(server, numbered('offset', 4, true), edit, 1);
      expect(new Set(read)).toEqual(new Set(count(20).map(String)));
      expect(complete).toBe(true);
    });

    it('miss none that moved while they were read', () => {
      const edits = fc.array(fc.record({ id: fc.nat(320), calls: fc.integer({ min: 1, max: 30 }) }), { maxLength: 7 });
      fc.assert(
        fc.property(
          style,
          tells,
          fc.nat(300),
          fc.integer({ min: 15, max: 40 }),
          edits,
          fc.integer({ min: 1, max: 4 }),
          fc.boolean(),
          fc.uniqueArray(fc.integer({ min: 2, max: 30 }), { maxLength: 6 }),
          (how, what, n, size, list, ahead, repeats, late) => {
            const facts = what === 'nothing' || (how === 'offset' && what === 'pages') ? 'more' : what;
            const server: Server = { ids: count(n), clamp: size, tells: facts, style: how, repeats };
            const edit = editing(server, list);
            const isLate = (call: number) => late.includes(call);
            const { read, complete } = walk(server, numbered(how, size, true), edit, ahead, isLate);
            const seen = new Set(read);
            expect(complete ? count(n).filter((id) => !seen.has(String(id))) : []).toEqual([]);
            if (!repeats) expect(complete).toBe(true);
          },
        ),
        { numRuns: 2000 },
      );
    });

    // Simulation seed 18582.
    it('miss none before one that moved, where a page asked for ahead was made before the one before it', () => {
      const server: Server = { ids: count(10), clamp: 4, tells: 'total', style: 'offset' };
      const movedAndCreated = [6, 20, 21, 22];
      const edit = editing(
        server,
        movedAndCreated.map((id) => ({ id, calls: 3 })),
      );
      const { read, complete } = walk(server, numbered('offset', 4, true), edit, 2, (call) => call === 2);
      expect(complete).toBe(true);
      expect(count(10).filter((id) => !read.includes(String(id)))).toEqual([]);
    });

    it.each<[string, number, number[], number, Partial<Server>]>([
      ['with all of the first page, which so is seen again too early', 8, [7, 2, 1, 0, 3], 2, { versions: new Map() }],
      ['with all of the page before, which so seems to join', 14, [13, 9, 10, 11], 4, {}],
    ])('read one that moved %s', (_, n, moved, calls, more) => {
      const server: Server = { ids: count(n), clamp: 4, tells: 'more', style: 'offset', ...more };
      const edits = moved.map((id) => ({ id, calls }));
      const { read, complete } = walk(server, numbered('offset', 4, true), editing(server, edits), 2);
      expect(complete).toBe(true);
      expect(count(n).filter((id) => !read.includes(String(id)))).toEqual([]);
    });

    it('come to an end after an edit at every page, for a page or two more', () => {
      const server: Server = { ids: count(10_000), clamp: 50, tells: 'total', style: 'offset' };
      const edit = () => first(server, server.ids.at(-1) ?? 0);
      const { read, complete, calls } = walk(server, numbered('offset', 50, true), edit, 1);
      expect(complete).toBe(true);
      expect(new Set(read).size).toBe(10_000);
      expect(calls).toBeLessThan(230);
    });

    it('are not complete where the list never begins twice as it did', () => {
      const server: Server = { ids: count(400), clamp: 20, tells: 'total', style: 'offset' };
      const edit = () => {
        for (let i = 0; i < 15; i++) first(server, server.ids.at(-1) ?? 0);
      };
      const { complete, calls } = walk(server, numbered('offset', 20, true), edit, 1);
      expect(complete).toBe(false);
      expect(calls).toBeLessThan(200);
    });
  });

  it('are not complete where a record moved among those that were read, and not to the first', () => {
    const server: Server = { ids: count(60), clamp: 10, tells: 'total', style: 'offset', copies: 1 };
    let calls = 0;
    const edit = () => {
      calls++;
      if (calls === 3) server.ids = [...count(15), 59, ...count(59).slice(15)];
    };
    const { read, complete } = walk(server, numbered('offset', 10, true), edit, 1);
    expect(read).not.toContain('59');
    expect(complete).toBe(false);
  });

  it('that shift come to an end after a deletion at every page', () => {
    const server: Server = { ids: count(2000), clamp: 50, tells: 'total', style: 'offset' };
    const { complete, calls } = walk(server, numbered('offset', 50, true), () => server.ids.splice(0, 1));
    expect(complete).toBe(true);
    expect(calls).toBeLessThan(250);
  });

  it('cost few calls more when they overlap', () => {
    const server: Server = { ids: count(10_000), clamp: 50, tells: 'total', style: 'offset' };
    expect(walk(server, numbered('offset', 50, true), () => {}).calls).toBeLessThanOrEqual(206);
    expect(walk({ ...server, style: 'page' }, numbered('page', 50, true), () => {}).calls).toBeLessThanOrEqual(250);
  });

  it.each([
    ['a server that ignores the page', () => ['1', '2'], false],
    ['an empty page before the total is reached', (at: number) => (at === 1 ? ['1', '2'] : []), false],
  ])('are not complete with %s', (_, ids, complete) => {
    const steps = createPageWalk(numbered('page', 2, false));
    for (;;) {
      const request = steps.ask()!;
      const page: PageAnswer = { ids: ids(Number(request.query.at)), next: null, total: 7, pages: null, more: null };
      const step = steps.accept(request, page);
      if (step.kind === 'end') {
        expect(step.complete).toBe(complete);
        return;
      }
    }
  });
});

describe('cursor pages', () => {
  const pagination: Pagination = {
    style: 'cursor',
    param: 'cursor',
    next: 'next',
    last_id: false,
    size_param: 'limit',
    size: 2,
    may_end_full: false,
  };
  const page = (ids: string[], next: string | null, total: number | null = null): PageAnswer => ({
    ids,
    next,
    total,
    pages: null,
    more: null,
  });

  it.each([
    ['the declared end', [page(['1', '2'], 'b'), page(['3'], null)], true, undefined],
    ['an empty list', [page([], null)], true, undefined],
    ['a cursor that comes again', [page(['1', '2'], 'b'), page(['3', '4'], 'b')], false, 'page-repeated'],
    ['a page that comes again', [page(['1', '2'], 'b'), page(['1', '2'], 'c')], false, 'page-repeated'],
    ['fewer records than the total', [page(['1', '2'], 'b', 4), page(['3'], null, 4)], false, 'total-differs'],
    ['a total that fell meanwhile', [page(['1', '2'], 'b', 4), page(['3'], null, 3)], true, undefined],
  ])('end by %s', (_, pages, complete, code) => {
    const steps = createPageWalk(pagination);
    for (const answered of pages) {
      const step = steps.accept(steps.ask()!, answered);
      if (step.kind === 'end') expect([step.complete, step.diagnostic?.code]).toEqual([complete, code]);
      else expect(steps.ask.length).toBe(0);
    }
  });

  it('ask for the next page as soon as its cursor is known', () => {
    const steps = createPageWalk(pagination);
    expect(steps.ask()?.query).toEqual({ limit: 2 });
    expect(steps.ask()).toBeNull();
    steps.accept({ query: {}, start: 0, size: 2 }, page(['1', '2'], 'b'));
    expect(steps.ask()?.query).toEqual({ limit: 2, cursor: 'b' });
  });
});

describe('windows past a cap', () => {
  /** Reads a list sorted by stamp, `cap` rows at a time. */
  function readCapped(rows: { id: string; modified: number }[], cap: number, grain: number, inclusive: boolean) {
    const windows = new CapWindows(null, grain, inclusive);
    const read: string[] = [];
    for (let since: number | null = null; ; ) {
      const from = since;
      const floor = (ms: number) => Math.floor(ms / grain) * grain;
      const found = rows.filter(
        (row) => from === null || (inclusive ? row.modified >= from : floor(row.modified) > from),
      );
      for (const row of found.slice(0, cap)) if (windows.take(row)) read.push(row.id);
      if (found.length <= cap) return { read, complete: true };
      const next = windows.next();
      if (!next.ok) return { read, complete: false };
      since = next.value;
    }
  }

  it('read every row once, or say that they can not', () => {
    const gaps = fc.array(fc.nat(5), { maxLength: 120 });
    fc.assert(
      fc.property(
        gaps,
        fc.integer({ min: 1, max: 30 }),
        fc.constantFrom(1, 4),
        fc.boolean(),
        (drawn, cap, grain, inclusive) => {
          let modified = 1000;
          const rows = drawn.map((gap, i) => {
            modified += gap;
            return { id: String(i), modified };
          });
          const { read, complete } = readCapped(rows, cap, grain, inclusive);
          expect(new Set(read).size).toBe(read.length);
          if (complete) expect(read).toEqual(rows.map((row) => row.id));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('refuse a list that is not sorted', () => {
    const windows = new CapWindows(null, 1, true);
    for (const modified of [5, 9, 7]) windows.take({ id: String(modified), modified });
    const next = windows.next();
    expect(next.ok ? '' : next.error.code).toBe('list-unsorted');
  });
});
