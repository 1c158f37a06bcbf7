/** The base URL that streams share, and each stream's path after it; null for a stream of another host. */
export interface Bases {
  base: string;
  paths: (string | null)[];
}

/** Takes the base that most streams state, or of it what the others have in common with it, down to the host. */
export function basesOf(requests: readonly { url: string; base: string }[]): Bases {
  const counts = new Map<string, number>();
  for (const { base } of requests) counts.set(usable(base), (counts.get(usable(base)) ?? 0) + 1);
  const [[most] = ['']] = [...counts].sort((a, b) => b[1] - a[1]);
  let base = most;
  for (const { url } of requests) {
    if (pathAfter(base, url) !== null) continue;
    const common = commonStart(base, url);
    if (common !== null) base = common;
  }
  return { base, paths: requests.map(({ url }) => pathAfter(base, url)) };
}

/** The part that may be a base URL: without a query, and without what only a read knows. */
function usable(base: string): string {
  const [start = ''] = base.split('?');
  const name = /(?<!\$)\{/.exec(start);
  const cut = name ? start.slice(0, start.lastIndexOf('/', name.index)) : start;
  return cut.replace(/\/+$/, '');
}

function pathAfter(base: string, url: string): string | null {
  if (url === base) return '';
  const rest = url.startsWith(base) ? url.slice(base.length) : null;
  return rest !== null && /^[/?]/.test(rest) ? rest : null;
}

/** Whole segments at the start of both, the host at least. */
function commonStart(a: string, b: string): string | null {
  const [left, right] = [a.split('/'), b.split('/')];
  let same = 0;
  while (same < left.length && left[same] === right[same]) same++;
  const host = /^[a-z]+:\/\//i.test(a) ? 3 : 1;
  return same < host ? null : left.slice(0, same).join('/');
}
