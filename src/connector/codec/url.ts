import type { FieldDefinition } from '../field.ts';
import type { FieldCodec } from './field-codec.ts';
import { textCodec } from './text-codec.ts';

/** URLs, canonical with scheme and host in lower case and without the slash of an empty path (RFC 3986 section 6.2). */
export function urlCodec(definition: FieldDefinition): FieldCodec {
  const { default_scheme: scheme } = definition;
  return textCodec(definition, (text) => normalUrl(text, scheme), 'a text');
}

const PARTS = /^([a-z][a-z0-9+.-]*):(\/\/)([^/?#\s]+)([^\s]*)$/i;
const WITHOUT_SCHEME = /^[^\s:/?#@]+\.[^\s:/?#@]+(?::\d+)?(?:[/?#]|$)/;

/**
 * The normal form of a URL: trimmed, scheme and host in lower case, `/` alone left out; user, path, query and fragment
 * are their server's business and stay. What is no URL with a host stays as it is but for blanks around it.
 */
export function normalUrl(text: string, defaultScheme?: string): string {
  const trimmed = text.trim();
  const whole = defaultScheme !== undefined && WITHOUT_SCHEME.test(trimmed) ? `${defaultScheme}://${trimmed}` : trimmed;
  const [, scheme, slashes, authority, rest] = PARTS.exec(whole) ?? [];
  if (scheme === undefined || authority === undefined) return trimmed;
  const at = authority.lastIndexOf('@') + 1;
  const host = authority.slice(0, at) + authority.slice(at).toLowerCase();
  return `${scheme.toLowerCase()}:${slashes}${host}${rest === '/' ? '' : rest}`;
}
