import { readFileSync } from 'node:fs';

/** Of the package, which stands above this folder in the sources and in dist/. */
export function version(): string {
  for (const path of ['../../package.json', '../../../package.json']) {
    try {
      const data: unknown = JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
      if (typeof data === 'object' && data !== null && 'version' in data) return String(data.version);
    } catch {
      // Not there: it is in the other place.
    }
  }
  return 'unknown';
}
