/**
 * Ids of several parts, of a composite id or of a record below another: the parts with slashes between them. A slash in a
 * part becomes %2F, and a percent sign %25, so that an id has one reading.
 */
export function joinId(parts: readonly string[]): string {
  return parts.map(escapedPart).join('/');
}

/** The parts of an id; null where it does not have so many. */
export function splitId(id: string, count: number): string[] | null {
  const parts = id.split('/');
  return parts.length === count ? parts.map(unescapedPart) : null;
}

export function escapedPart(part: string): string {
  return part.includes('/') || part.includes('%') ? part.replaceAll('%', '%25').replaceAll('/', '%2F') : part;
}

function unescapedPart(part: string): string {
  return part.includes('%') ? part.replaceAll('%2F', '/').replaceAll('%25', '%') : part;
}
