import type { ConnectorDefinition } from './definition.ts';

type Cost = ConnectorDefinition['limits']['costs'][number];

/** How many requests one counts for, by its method and its path after the base URL; null where each counts for one. */
export function compileCosts(costs: readonly Cost[]): ((method: string, path: string) => number) | null {
  if (costs.length === 0) return null;
  const rules = costs.map(({ method, path, cost }) => {
    const fits = new RegExp(`^${path.split('*').map(RegExp.escape).join('.*')}$`, 's');
    return { method: method?.toUpperCase(), fits, cost };
  });
  return (method, path) => {
    const bare = path.split('?')[0] ?? '';
    const rule = rules.find((one) => (one.method === undefined || one.method === method) && one.fits.test(bare));
    return rule?.cost ?? 1;
  };
}
