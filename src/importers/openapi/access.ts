import type { Description, Operation } from './description.ts';
import { assumed, declared, type Finding, inferred } from './finding.ts';
import { isTree, listAt, own, type Tree, textAt, treeAt } from './tree.ts';

export interface VariableDraft {
  label?: string;
  secret?: true;
  default?: string;
  describe?: string;
}

/** How requests are allowed: as it stands in the file, and what else has to be sent. */
export interface AccessPart {
  auth: Finding<Record<string, unknown>>;
  headers: Record<string, string>;
  query: Record<string, string>;
  variables: Record<string, VariableDraft>;
  /** The least scopes that the operations need, by OAuth 2 scheme, whether or not it is the chosen one. */
  scopes: string[];
  /** Names of schemes that are declared but not used here. */
  others: string[];
}

/** The way in that most of the operations allow; of several, the one that needs no browser. */
export function accessOf(description: Description, operations: readonly Operation[]): AccessPart {
  const part: AccessPart = { auth: none(), headers: {}, query: {}, variables: {}, scopes: [], others: [] };
  const { schemes } = description;
  const requirement = chooseRequirement(description, operations);
  const names = requirement.length > 0 ? requirement : firstScheme(schemes);
  part.scopes = scopesOf(description, operations);
  const sorted = [...names].sort((a, b) => mainness(schemes[b]) - mainness(schemes[a]));
  const [main, ...beside] = sorted;
  if (main === undefined) {
    undeclared(description, operations, part);
    return part;
  }
  part.auth = authOf(main, schemes[main] ?? {}, description, part);
  for (const name of beside) sendBeside(schemes[name] ?? {}, part);
  part.others = Object.keys(schemes).filter((name) => !names.includes(name));
  return part;
}

const none = () => inferred<Record<string, unknown>>({ type: 'none' }, 'no operation asks for credentials');

/** Names of the schemes of the alternative that the most operations allow. */
function chooseRequirement({ schemes, security }: Description, operations: readonly Operation[]): string[] {
  const votes = new Map<string, { names: string[]; count: number }>();
  for (const operation of operations) {
    for (const alternative of operation.security ?? security) {
      const names = Object.keys(alternative).filter((name) => schemes[name]);
      if (names.length === 0) continue;
      const key = names.join(' ');
      const vote = votes.get(key) ?? { names, count: 0 };
      vote.count++;
      votes.set(key, vote);
    }
  }
  const rank = ({ names }: { names: string[] }) => Math.min(...names.map((name) => easeOf(schemes[name])));
  return (
    [...votes.values()].sort(
      (a, b) =>
        Math.sign(b.count * 2 - operations.length) - Math.sign(a.count * 2 - operations.length) ||
        rank(b) - rank(a) ||
        b.count - a.count,
    )[0]?.names ?? []
  );
}

function firstScheme(schemes: Record<string, Tree>): string[] {
  const [best] = Object.keys(schemes).sort((a, b) => easeOf(schemes[b]) - easeOf(schemes[a]));
  return best === undefined ? [] : [best];
}

/** How well a scheme serves a program that runs by itself. */
function easeOf(scheme: Tree = {}): number {
  const type = textAt(scheme, 'type');
  if (type === 'http') return textAt(scheme, 'scheme')?.toLowerCase() === 'basic' ? 5 : 6;
  if (type === 'basic') return 5;
  if (type === 'apiKey') return own(scheme, 'in') === 'header' ? 5 : 3;
  if (type === 'oauth2') return flowOf(scheme)?.kind === 'client_credentials' ? 4 : 2;
  return 1;
}

/** Of schemes that are needed together, the one that is the user's; the others are sent beside it. */
const mainness = (scheme: Tree = {}): number => {
  const type = textAt(scheme, 'type');
  if (type === 'oauth2') return 4;
  if (type === 'http' || type === 'basic') return 3;
  return type === 'apiKey' && /secret|token|auth/i.test(textAt(scheme, 'name') ?? '') ? 2 : 1;
};

function authOf(
  name: string,
  scheme: Tree,
  description: Description,
  part: AccessPart,
): Finding<Record<string, unknown>> {
  const type = textAt(scheme, 'type');
  const says = `scheme ${name}`;
  if (type === 'basic') return basic(part, declared('', says));
  if (type === 'http') {
    const kind = textAt(scheme, 'scheme')?.toLowerCase();
    if (kind === 'basic') return basic(part, declared('', says));
    if (kind === 'bearer') return bearer(part, declared('', says));
    return bearer(part, assumed('', `${says} of kind ${kind ?? 'unknown'} is not known here`));
  }
  if (type === 'apiKey') return apiKey(scheme, description, part, says);
  if (type === 'oauth2') return oauth(scheme, part, says);
  if (type === 'openIdConnect') return oauth({ ...scheme, flows: { authorizationCode: {} } }, part, says);
  if (type === 'mutualTLS') return assumed({ type: 'none' }, `${says}: mutual TLS; put certificate and key under tls`);
  return assumed({ type: 'none' }, `${says} is of a kind that is not known here`);
}

function secret(part: AccessPart, name: string, describe?: string): string {
  part.variables[name] = { secret: true, ...(describe ? { describe } : {}) };
  return `\${${name}}`;
}

type Grounded = Finding<string>;

const bearer = (part: AccessPart, { ground, because }: Grounded) => ({
  value: { type: 'bearer', token: secret(part, 'token') },
  ground,
  because,
});

function basic(part: AccessPart, { ground, because }: Grounded): Finding<Record<string, unknown>> {
  part.variables.user = {};
  return { value: { type: 'basic', user: '${user}', password: secret(part, 'password') }, ground, because };
}

/** A key in a header, query or cookie; one called Authorization is mostly a token in disguise. */
function apiKey(
  scheme: Tree,
  description: Description,
  part: AccessPart,
  says: string,
): Finding<Record<string, unknown>> {
  const where = textAt(scheme, 'in') ?? 'header';
  const name = textAt(scheme, 'name') ?? 'Authorization';
  if (where === 'header' && name.toLowerCase() === 'authorization') {
    return disguised(
      `${textAt(scheme, 'description') ?? ''}\n${textAt(scheme, 'x-amazon-apigateway-authtype') ?? ''}`,
      description.about,
      part,
      says,
    );
  }
  return declared({ type: 'api_key', [where]: name, value: secret(part, variableName(name, 'api_key')) }, says);
}

/** What stands before the token in the header Authorization, from what is said of the scheme, then of the API. */
function disguised(said: string, about: string, part: AccessPart, says: string): Finding<Record<string, unknown>> {
  for (const [text, where] of [
    [said, 'its description'],
    [authorizationLines(about), 'the description of the API'],
  ] as const) {
    if (/\bbearer\b/i.test(text))
      return bearer(part, inferred('', `${says} is called Authorization; ${where} says Bearer`));
    if (/\bbasic\b/i.test(text))
      return basic(part, inferred('', `${says} is called Authorization; ${where} says Basic`));
    const word =
      /authorization["'`]?\s*[:=]\s*["'`]?([A-Za-z][A-Za-z-]{2,20}(?: token=)?)(?: |(?<==))["'`]?[<{[$\w]/i.exec(
        text,
      )?.[1];
    if (word) {
      const space = word.endsWith('=') ? '' : ' ';
      const value = `${word}${space}${secret(part, 'token')}`;
      return inferred(
        { type: 'api_key', header: 'Authorization', value },
        `${says} is called Authorization; ${where} says ${word}`,
      );
    }
    const prefix =
      /\b(Token|Zoho-oauthtoken|ApiKey|Api-Key|QB-USER-TOKEN|OAuth|SSWS|Klaviyo-API-Key)\b(?=[ =:<{])/.exec(text)?.[1];
    if (prefix) {
      const value = `${prefix} ${secret(part, 'token')}`;
      return inferred(
        { type: 'api_key', header: 'Authorization', value },
        `${says} is called Authorization; ${where} says ${prefix}`,
      );
    }
  }
  return bearer(
    part,
    assumed('', `${says} is called Authorization, which mostly is a bearer token; no prefix is described`),
  );
}

const authorizationLines = (about: string): string =>
  about
    .split('\n')
    .filter((line) => /authori[sz]ation|bearer|basic auth/i.test(line))
    .join('\n')
    .slice(0, 5000);

interface Flow {
  kind: 'client_credentials' | 'authorization_code' | 'password' | 'implicit';
  tree: Tree;
}

const FLOWS: readonly [string, Flow['kind']][] = [
  ['clientCredentials', 'client_credentials'],
  ['application', 'client_credentials'],
  ['authorizationCode', 'authorization_code'],
  ['accessCode', 'authorization_code'],
  ['password', 'password'],
  ['implicit', 'implicit'],
];

function flowOf(scheme: Tree): Flow | null {
  const flows = treeAt(scheme, 'flows');
  for (const [name, kind] of FLOWS) {
    const tree = own(flows, name);
    if (isTree(tree)) return { kind, tree };
    if (own(scheme, 'flow') === name) return { kind, tree: scheme };
  }
  return null;
}

function oauth(scheme: Tree, part: AccessPart, says: string): Finding<Record<string, unknown>> {
  const flow = flowOf(scheme);
  const kind = flow?.kind ?? 'authorization_code';
  const stated = flow ? textAt(flow.tree, 'tokenUrl') : undefined;
  const authorize = flow ? textAt(flow.tree, 'authorizationUrl') : undefined;
  const guessed = authorize?.replace(/authori[sz]e\b|\bauth$/i, 'token');
  const tokenUrl = withoutPlaceholder(stated || (guessed !== authorize ? guessed : undefined));
  if (!tokenUrl)
    part.variables.token_url = { describe: 'The address where tokens are given; the document does not say it' };
  part.variables.client_id = {};
  const base = {
    type: 'oauth2',
    grant: kind === 'implicit' ? 'authorization_code' : kind,
    token_url: tokenUrl ?? '${token_url}',
    ...(authorize && kind !== 'client_credentials' ? { authorize_url: authorize } : {}),
    client_id: '${client_id}',
    client_secret: secret(part, 'client_secret'),
    ...(part.scopes.length > 0 ? { scopes: part.scopes } : {}),
    ...(kind === 'client_credentials' ? {} : { refresh: 'reusable' }),
  };
  if (kind === 'password') {
    part.variables.user = {};
    return declared({ ...base, username: '${user}', password: secret(part, 'password') }, says);
  }
  if (kind === 'implicit')
    return assumed(base, `${says} declares the implicit flow only; the code flow of the same server is taken`);
  return stated ? declared(base, says) : assumed(base, `${says} does not say the address of its tokens`);
}

/** An address on a developer's own machine means the path on the real one. */
const withoutPlaceholder = (url: string | undefined): string | undefined =>
  url?.replace(/^https?:\/\/(localhost|127\.0\.0\.1|[^/]*\bexample\.(?:com|org|net))(:\d+)?(?=\/)/i, '');

/** Keys that are needed beside the main credentials: an application key, a tenant. */
function sendBeside(scheme: Tree, part: AccessPart): void {
  if (textAt(scheme, 'type') !== 'apiKey') return;
  const name = textAt(scheme, 'name') ?? 'key';
  const value = secret(part, variableName(name, 'key'));
  if (own(scheme, 'in') === 'query') part.query[name] = value;
  else if (own(scheme, 'in') === 'cookie') part.headers.Cookie = `${name}=${value}`;
  else part.headers[name] = value;
}

/** Nothing is declared: a header parameter or the words of the description may still tell. */
function undeclared(description: Description, operations: readonly Operation[], part: AccessPart): void {
  const headers = operations
    .flatMap((one) => one.parameters)
    .filter((one) => one.in === 'header' || one.in === 'query');
  const authorization = headers.find((one) => one.in === 'header' && /^authorization$/i.test(one.name));
  if (authorization) {
    part.auth = disguised(authorization.description, description.about, part, 'a header parameter');
    return;
  }
  const key = headers.find((one) =>
    /^(x-)?(api|auth|access|app)[-_]?(key|token)$|^(x-)?api[-_]?(secret|password)$/i.test(one.name),
  );
  if (key) {
    const value = { type: 'api_key', [key.in]: key.name, value: secret(part, variableName(key.name, 'api_key')) };
    part.auth = inferred(value, `a ${key.in} parameter is called ${key.name}`);
    return;
  }
  const about = authorizationLines(description.about);
  if (/\bbearer\b/i.test(about)) part.auth = bearer(part, inferred('', 'the description of the API says Bearer'));
  else if (/basic auth/i.test(about)) part.auth = basic(part, inferred('', 'the description of the API says Basic'));
  else part.auth = assumed({ type: 'none' }, 'the document says nothing of authentication');
}

/** The scopes that the operations name, each operation with the alternative that names the fewest. */
function scopesOf({ schemes, security }: Description, operations: readonly Operation[]): string[] {
  const scopes = new Set<string>();
  for (const operation of operations) {
    const alternatives = (operation.security ?? security).flatMap((alternative) =>
      Object.entries(alternative)
        .filter(([name]) => ['oauth2', 'openIdConnect'].includes(textAt(schemes[name] ?? {}, 'type') ?? ''))
        .map(([name]) => listAt(alternative, name).filter((scope) => typeof scope === 'string')),
    );
    const [least] = alternatives.sort((a, b) => a.length - b.length);
    const reads = operation.method === 'get';
    for (const scope of least ?? []) {
      const other = reads
        ? (least ?? []).some((one) => one !== scope && one.startsWith(scope) && isReadOf(one, scope))
        : false;
      if (!other) scopes.add(scope);
    }
  }
  return [...scopes].filter((scope) => ![...scopes].some((whole) => isReadOf(scope, whole))).sort();
}

/** `projects.read` is a part of `projects`: documents that list both for a read mean either. */
const isReadOf = (part: string, whole: string): boolean =>
  part.length > whole.length && part.startsWith(whole) && /^[.:_-]?read(_?only)?$/i.test(part.slice(whole.length));

/** `X-VTEX-API-AppKey` → `x_vtex_api_app_key`; the usual names of keys become the usual variable. */
export function variableName(name: string, usual: string): string {
  if (/^(x-)?(api[-_]?key|apikey|key|authorization)$/i.test(name)) return usual;
  const plain = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase();
  if (plain === '') return usual;
  return /^\d/.test(plain) ? `_${plain}` : plain;
}
