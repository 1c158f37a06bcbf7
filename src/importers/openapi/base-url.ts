import type { VariableDraft } from './access.ts';
import { variableName } from './access.ts';
import type { Description } from './description.ts';
import { assumed, declared, type Finding, inferred } from './finding.ts';
import { isTree, listAt, own, textAt, treeAt } from './tree.ts';

export interface BasePart {
  baseUrl: Finding<string>;
  variables: Record<string, VariableDraft>;
}

interface Server {
  url: string;
  about: string;
  variables: Record<string, { default?: string; about: string }>;
}

/** Hosts that stand for another one. */
const PLACEHOLDER =
  /^(localhost|127\.|0\.0\.0\.0|.*\bexample\.(com|org|net)$|.*\.local(host)?$|.*\byour[-_]|.*your-?(domain|host|server|company|instance))/i;

/**
 * Where the API is: a variable with the address that the document states, so that another environment is one setting.
 * `source`: where the document was read from; an address that it leaves out is relative to that (OpenAPI 3.1, section
 * 4.8.1: the default server is `/`).
 */
export function baseUrlOf(description: Description, source: string): BasePart {
  const servers = (description.format === 'swagger' ? swaggerServer(description) : openapiServers(description)).filter(
    (server) => server.url !== '',
  );
  const server =
    servers.find(
      (one) => !/\b(sandbox|staging|test(ing)?|mock|dev(elopment)?|demo)\b/i.test(`${one.url} ${one.about}`),
    ) ?? servers[0];
  const beside = besideDocument(server?.url ?? '/', source);
  if (beside !== null) return beside;
  if (!server) return unknownBase('', 'the document names no server');
  if (!/^https?:\/\//i.test(server.url)) {
    return unknownBase(server.url.startsWith('/') ? server.url : '', 'the document names a path only');
  }
  const variables: Record<string, VariableDraft> = {};
  const url = server.url.replace(/\{([^{}]+)\}/g, (_, name: string) => {
    const key = variableName(name, 'host');
    const known = server.variables[name];
    variables[key] = {
      ...(known?.default === undefined || known.default === '' ? {} : { default: known.default }),
      ...(known?.about ? { describe: oneLine(known.about) } : {}),
    };
    return `\${${key}}`;
  });
  if (Object.keys(variables).length > 0) return { baseUrl: declared(url, 'a server with variables'), variables };
  const host = hostOf(url);
  if (host === null || PLACEHOLDER.test(host))
    return unknownBase(host === null ? '' : pathOf(url), `${host ?? 'the server'} is a placeholder`);
  const others = servers.filter((one) => one !== server).map((one) => one.url);
  const about = others.length > 0 ? { describe: `Also: ${others.slice(0, 4).join(', ')}` } : {};
  return {
    baseUrl: declared('${base_url}', servers.length > 1 ? `one of ${servers.length} servers` : 'the only server'),
    variables: { base_url: { default: url.replace(/\/+$/, ''), ...about } },
  };
}

/** A relative address, where the document itself has one; null for any other. */
function besideDocument(url: string, source: string): BasePart | null {
  if (/^[a-z][a-z0-9+.-]*:|[{}]/i.test(url) || !/^https?:/i.test(source) || !URL.canParse(url, source)) return null;
  const { origin, pathname } = new URL(url, source);
  const address = `${origin}${pathname}`.replace(/\/+$/, '');
  return {
    baseUrl: inferred('${base_url}', 'the document names no server: beside the document itself'),
    variables: { base_url: { default: address } },
  };
}

const unknownBase = (path: string, because: string): BasePart => ({
  baseUrl: assumed(`\${base_url}${path.replace(/\/+$/, '')}`, because),
  variables: { base_url: { describe: 'The address of the API, with https://; the document does not say it' } },
});

function swaggerServer({ root }: Description): Server[] {
  const host = textAt(root, 'host') ?? '';
  const path = (textAt(root, 'basePath') ?? '').replace(/\/+$/, '');
  const schemes = listAt(root, 'schemes');
  const scheme = schemes.length === 0 || schemes.includes('https') ? 'https' : String(schemes[0]);
  const slash = path === '' || path.startsWith('/') ? '' : '/';
  return [{ url: host === '' ? path : `${scheme}://${host}${slash}${path}`, about: '', variables: {} }];
}

function openapiServers({ root }: Description): Server[] {
  return listAt(root, 'servers').flatMap((one) => {
    if (!isTree(one)) return [];
    const variables = Object.entries(treeAt(one, 'variables')).flatMap(([name, variable]) => {
      if (!isTree(variable)) return [];
      const fallback = own(variable, 'default');
      const about = textAt(variable, 'description') ?? '';
      return [[name, { ...(fallback === undefined ? {} : { default: String(fallback) }), about }] as const];
    });
    return [
      {
        url: (textAt(one, 'url') ?? '').trim().split(/[?#]/)[0] ?? '',
        about: textAt(one, 'description') ?? '',
        variables: Object.fromEntries(variables),
      },
    ];
  });
}

const hostOf = (url: string): string | null => (URL.canParse(url) ? new URL(url).hostname : null);
const pathOf = (url: string): string => new URL(url).pathname;

export const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 200);
