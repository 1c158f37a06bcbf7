import { isDeepStrictEqual } from 'node:util';
import { milliseconds } from '../connector/duration.ts';
import type { ObjectShape } from '../connector/shape.ts';
import type { Cursor, KnownShape } from '../store/port.ts';
import { commit } from './commit.ts';
import { optionsNow } from './live-shape.ts';
import type { MappingRun, SideRun } from './mapping-run.ts';

/** A minute beyond the lag: how far a system's answer clock and its stamps may differ. */
const CLOCK_MARGIN_MS = 60_000;

/**
 * Moves the cursors of a mapping, once everything that was read is durably accounted for. A side that was not read to
 * its declared end keeps its cursor.
 */
export async function moveCursors(run: MappingRun): Promise<void> {
  if (run.context.mode === 'plan' || run.context.stop || run.context.signal.aborted) return;
  const cursors: Cursor[] = [];
  for (const side of [run.a, run.b]) {
    const before = await run.context.store.cursor(run.key, side.side);
    const after = cursorAfter(run, side, before);
    if (after) cursors.push(after);
  }
  const shapes = run.shapes.map((shape) => shapeNow(run, shape));
  if (cursors.length === 0 && shapes.length === 0) return;
  // Pages that are no longer true are forgotten, new ones remembered, with the cursors that say the read was complete.
  const pages = cursors.flatMap(({ mapping, side }) => {
    const digests = run.spoiled[side] ? [] : (run.pages[side]?.digests() ?? null);
    return digests === null ? [] : [{ mapping, side, digests }];
  });
  await commit(run.context, { cursors, pages, shapes });
}

/**
 * With the options that this run added itself, and what a whole read counted, which stands until the next one. Where a list
 * is no longer what the run began on, the next run reads it at once, and tells of what is new.
 */
function shapeNow(run: MappingRun, shape: KnownShape): KnownShape {
  const options = optionsNow(run[shape.side].connection, Object.keys(shape.live.options));
  const isSame = isDeepStrictEqual(options, shape.live.options);
  const accepted = { ...shape.accepted, options: withOwn(run, shape, options) };
  const live = { ...shape.live, options };
  const read = run.reads[shape.side];
  const counted = read.whole && read.complete ? (run.counts.unmapped?.[shape.side] ?? {}) : shape.unmapped;
  return { ...shape, read: isSame ? shape.read : 0, accepted, live, unmapped: counted };
}

/** The accepted options, and those among the present ones that this run added. */
function withOwn({ context }: MappingRun, { side, accepted }: KnownShape, now: ObjectShape['options']) {
  const lists = Object.entries(accepted.options).map(([list, known]) => {
    const keys = new Set(known.map(({ key }) => key));
    const own = now[list]?.filter(({ key }) => !keys.has(key) && context.triedOptions.has(`${side} ${list} ${key}`));
    return [list, [...known, ...(own ?? [])]] as const;
  });
  return Object.fromEntries(lists);
}

function cursorAfter(run: MappingRun, side: SideRun, before: Cursor | null): Cursor | null {
  const read = run.reads[side.side];
  if (!read.complete || !side.can.list) return null;
  const now = run.context.platform.clock.now();
  const ids = run.present[side.side];
  const first = before === null;
  return {
    mapping: run.key,
    side: side.side,
    mark: markAfter(side, read, before, now),
    scanned: read.whole ? now : (before?.scanned ?? null),
    swept: ids || first ? now : before.swept,
    seen: read.whole ? read.count : (ids?.size ?? before?.seen ?? null),
    rules: run.rulesDigest,
  };
}

/**
 * The newest stamp in the data, never later than the server's own clock less the lag. Once the server's clock is well
 * past it, all with that stamp has been seen, and the mark moves beyond it, by as little as the filter can tell: else every
 * later run would read the last batch again. Further on may lie the next edit, where stamps come from another clock.
 */
function markAfter(side: SideRun, read: MappingRun['reads']['a'], before: Cursor | null, now: number): number | null {
  const { lagMs } = side.can;
  const mark = before?.mark ?? 0;
  const newest = Math.max(read.newest ?? 0, mark);
  if (newest === 0) return null;
  // Without the server's clock ours keeps a stamp from the future from hiding all that comes before it.
  if (read.serverTime === null) return Math.max(mark, Math.min(newest, now - lagMs));
  const settled = read.serverTime - newest > 3 * lagMs + CLOCK_MARGIN_MS;
  if (settled && read.newest !== null && read.newest >= mark) return newest + lagMs + grainOf(side);
  return Math.max(mark, Math.min(newest, read.serverTime - lagMs));
}

/** The grain of the stamps and of the filter, ms. */
const grainOf = ({ definition }: SideRun): number => milliseconds(definition.list?.since?.precision ?? '1ms');
