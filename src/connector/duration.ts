const UNITS: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of a declared duration: `500ms`, `3s`, `5m`, `24h`, `7d`. The schema has checked its form. */
export function milliseconds(duration: string): number {
  const unit = /[a-z]+$/.exec(duration)?.[0] ?? '';
  return Number.parseInt(duration, 10) * (UNITS[unit] ?? Number.NaN);
}
