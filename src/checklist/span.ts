const UNITS: [string, number][] = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
];

/** A declared duration after "every": `5 minutes`, `day`, `90 seconds`; in the largest unit that fits exactly. */
export function everyText(ms: number): string {
  const [unit, length] = UNITS.find(([, size]) => ms >= size && ms % size === 0) ?? ['ms', 1];
  const count = ms / length;
  if (unit === 'ms') return `${count} ms`;
  return count === 1 ? unit : `${count} ${unit}s`;
}
