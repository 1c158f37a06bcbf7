import { play } from './play.ts';
import { drawWorld } from './spec.ts';

const [from = '1', count = '20', log] = process.argv.slice(2);
const start = performance.now();
const by = new Map<string, string[]>();
for (let n = 0; n < Number(count); n += 1) {
  const seed = String(Number(from) + n);
  try {
    const outcome = await play(drawWorld(seed), { keepLog: log !== undefined });
    if (log) console.log(outcome.log.join('\n'));
    for (const v of outcome.violations) {
      const kind = `${v.invariant}: ${v.what.replace(/[0-9]{3,}|[a-z]{2}_[0-9a-f]{7}/g, '#').slice(0, 260)}`;
      by.set(kind, [...(by.get(kind) ?? []), seed]);
    }
    if (log) console.log(JSON.stringify({ ...outcome, log: 0, struck: 0 }, null, 1));
  } catch (error) {
    const kind = `threw ${error instanceof Error ? error.stack : error}`;
    by.set(kind, [...(by.get(kind) ?? []), seed]);
  }
}
for (const [kind, seeds] of [...by].sort((a, b) => b[1].length - a[1].length))
  console.log(seeds.length, kind, seeds.slice(0, 5).join(' '));
console.log(`${((performance.now() - start) / Number(count)).toFixed(1)} ms per world`);
