/** One link: its address, and its parameters up to the comma before the next. */
const LINK = /<([^<>]*)>((?:\s*;\s*[^\s=;,"]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s;,"]*))?)*)/g;
const PARAMETER = /;\s*([^\s=;,"]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;,"]*)))?/g;

const NO_RESULTS = /;\s*results\s*=\s*"?false\b/i;

/** The address that a Link header (RFC 8288) gives for a relation, as it stands there; undefined where it gives none. */
export function linkTo(relation: string, header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  for (const [, address, parameters = ''] of header.matchAll(LINK)) {
    // Some (Sentry) name a next page also where there is none, and say so.
    if (NO_RESULTS.test(parameters)) continue;
    for (const [, name = '', quoted, plain] of parameters.matchAll(PARAMETER)) {
      if (name.toLowerCase() !== 'rel') continue;
      const relations = (quoted ?? plain ?? '').toLowerCase().split(/\s+/);
      if (relations.includes(relation)) return address;
      // A second rel of one link does not count.
      break;
    }
  }
  return undefined;
}
