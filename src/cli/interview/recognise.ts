import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { didYouMean } from '../../connector/closest-word.ts';
import type { ConnectorDefinition } from '../../connector/definition.ts';
import { connectorOf, type OpenapiImport, readOpenapi } from '../../importers/openapi/import-openapi.ts';
import { LIMITS, tooLarge } from '../../importers/openapi/read-description.ts';
import { fetchDescription, isAddress } from '../../importers/openapi/source.ts';
import { catalogue, findConnector } from '../../integration/files.ts';
import { isPrivateHost } from '../../platform/address-guard.ts';
import { undiciHttp } from '../../platform/http-undici.ts';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';

/** Where a connector for a system was found. */
export type Recognised =
  | { kind: 'catalogue'; definition: ConnectorDefinition; file: string; baseUrl: string | null; found: string }
  | { kind: 'file'; reference: string; definition: ConnectorDefinition; file: string; baseUrl: string | null }
  | { kind: 'description'; read: OpenapiImport; definition: ConnectorDefinition; source: string; baseUrl: string };

/** Where systems commonly serve their OpenAPI document, from the base URL. */
const USUAL_PLACES = [
  'openapi.json',
  'openapi.yaml',
  'swagger.json',
  'swagger.yaml',
  'v3/api-docs',
  'v2/api-docs',
  'api-docs',
  'swagger/v1/swagger.json',
  'api/openapi.json',
  'api/swagger.json',
  'api/schema/',
  '.well-known/openapi.json',
] as const;

export interface Recognising {
  folder: string;
  signal: AbortSignal;
}

/**
 * Which connector talks to the system at an address: one of the catalogue, by the host or by what its OpenAPI document says
 * it is; else one that is made of that document. Reads descriptions only, and sends no credentials.
 */
export async function recognise(address: string, where: Recognising): Promise<Result<Recognised>> {
  const named = inCatalogue(address);
  if (named) return ok({ kind: 'catalogue', ...named, baseUrl: null, found: 'named' });
  if (/\.ya?ml$/.test(address) && !isAddress(address)) return ownConnector(address, null, where);
  const base = baseUrlOf(address);
  const byHost = catalogueByHost(base);
  if (byHost) return ok({ kind: 'catalogue', ...byHost, baseUrl: null, found: `by its address ${new URL(base).host}` });
  for (const source of sourcesOf(base)) {
    if (where.signal.aborted) break;
    const text = await fetched(source, where);
    if (!text.ok && isUnreachable(text.error.code)) return text;
    const read = text.ok ? readOpenapi(text.value, source) : text;
    if (read.ok && read.value.resources.length > 0) return described(read.value, source, base);
  }
  return fail(unrecognised(base));
}

/** The same for a person's word for it: a name of the catalogue, or where the OpenAPI document or a connector file is. */
export async function recogniseBy(word: string, address: string, where: Recognising): Promise<Result<Recognised>> {
  const base = baseUrlOf(address);
  const named = inCatalogue(word);
  if (named) return ok({ kind: 'catalogue', ...named, baseUrl: base, found: 'named' });
  const file = resolve(where.folder, word);
  if (!isAddress(word) && !existsSync(file)) {
    const next = didYouMean(word, catalogue()) ?? '`dovetail connectors` lists the catalogue';
    return fail(problem('connector-unknown', `There is no connector and no file "${word}"`, { next }));
  }
  if (isAddress(word)) {
    const text = await fetched(word, where);
    const read = text.ok ? readOpenapi(text.value, word) : text;
    return read.ok ? described(read.value, word, base) : read;
  }
  const { size } = statSync(file);
  if (size > LIMITS.bytes) return fail(tooLarge(file, size));
  const read = readOpenapi(readFileSync(file, 'utf8'), file);
  if (read.ok) return described(read.value, word, base);
  return ownConnector(word, base, where);
}

const baseUrlOf = (address: string): string =>
  (isAddress(address) ? address : `https://${address}`).replace(/[?#].*$/, '').replace(/\/+$/, '');

function inCatalogue(name: string): { definition: ConnectorDefinition; file: string } | null {
  if (!catalogue().includes(name)) return null;
  const found = findConnector(name, '');
  return found.ok ? found.value : null;
}

/** Connectors of systems that have one address for all their customers. */
function catalogueByHost(base: string): { definition: ConnectorDefinition; file: string } | null {
  const { host } = new URL(base);
  for (const name of catalogue()) {
    const found = inCatalogue(name);
    const url = found?.definition.base_url ?? '';
    if (found && URL.canParse(url) && new URL(url).host === host) return found;
  }
  return null;
}

function sourcesOf(base: string): string[] {
  const { origin } = new URL(base);
  const places = USUAL_PLACES.map((place) => `${base}/${place}`);
  return [...new Set([...places, ...(origin === base ? [] : USUAL_PLACES.map((place) => `${origin}/${place}`))])];
}

/** An address of this machine or its network was typed by the person who sits there: only others may not lead to it. */
async function fetched(source: string, { signal }: Recognising): Promise<Result<string>> {
  const isPrivate = await isPrivateHost(new URL(source).hostname.replace(/^\[|\]$/g, ''));
  const http = undiciHttp({ maxBodyBytes: LIMITS.bytes, publicOnly: !isPrivate });
  try {
    return await fetchDescription(source, { http, isPrivate: isPrivate ? null : isPrivateHost, signal });
  } finally {
    await http.close();
  }
}

/** Nobody answers there at all: another path would not help. */
const isUnreachable = (code: string): boolean => /^http-(refused|dns|tls|timeout|unsendable|aborted)$/.test(code);

/** A system that says it is one of the catalogue, and offers most of its objects, is that one. */
function described(read: OpenapiImport, source: string, base: string): Result<Recognised> {
  const made = connectorOf(read, null, source);
  if (!made.ok) return made;
  const known = inCatalogue(made.value.definition.connector);
  if (known && sharesObjects(known.definition, made.value.definition)) {
    return ok({ kind: 'catalogue', ...known, baseUrl: base, found: `by its OpenAPI document ${source}` });
  }
  return ok({ kind: 'description', read, definition: made.value.definition, source, baseUrl: base });
}

function sharesObjects(known: ConnectorDefinition, offered: ConnectorDefinition): boolean {
  const listed = Object.entries(known.objects).filter(([, { list }]) => list !== undefined);
  const both = listed.filter(([name]) => Object.hasOwn(offered.objects, name));
  return both.length * 2 > listed.length;
}

function ownConnector(path: string, baseUrl: string | null, { folder }: Recognising): Result<Recognised> {
  const reference = /^[./]/.test(path) ? path : `./${path}`;
  const found = findConnector(reference, resolve(folder, 'integration.yaml'));
  if (found.ok) return ok({ kind: 'file', reference, ...found.value, baseUrl });
  const [first] = found.error;
  return fail(first ?? problem('connector-unknown', `There is no connector ${path}`));
}

const unrecognised = (base: string) =>
  problem('system-unrecognised', `${new URL(base).host} does not say which system it is`, {
    detail: 'No connector of the catalogue has this address, and no OpenAPI document stands at the usual places.',
    next: 'Name a connector of the catalogue, or where the OpenAPI document is',
  });
