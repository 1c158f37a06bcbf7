/**
 * Names of two systems for the integration file, from those of their connectors: `sandbox-crm` and `sandbox-erp` are `crm`
 * and `erp`, two of one kind are told apart by a number.
 */
export function systemNames(first: string, second: string): [string, string] {
  const [one, other] = [first.split('-'), second.split('-')];
  let common = 0;
  while (common < Math.min(one.length, other.length) - 1 && one[common] === other[common]) common += 1;
  const name = (words: readonly string[]) => {
    const text = words
      .slice(common)
      .join('_')
      .replace(/[^a-z0-9_]/g, '_');
    return /^[a-z]/.test(text) ? text : `system_${text}`;
  };
  const names: [string, string] = [name(one), name(other)];
  return names[0] === names[1] ? [`${names[0]}_1`, `${names[1]}_2`] : names;
}
