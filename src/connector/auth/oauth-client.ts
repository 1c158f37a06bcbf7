import { createHash } from 'node:crypto';
import { fail, ok, problem, type Result } from '../../record/diagnostic.ts';
import type { AuthDefinition } from '../definition.ts';
import { fillVariables, type Variables } from '../template.ts';
import type { TokenRequest } from './auth-parts.ts';

type OAuthDefinition = Extract<AuthDefinition, { type: 'oauth2' }>;

/** What a connection is to an authorization server, with its variables filled in. */
export interface OAuthClient {
  /** Null where the server needs none. */
  id: string | null;
  /** Where the browser is sent; after the base URL, or absolute. Null where no grant needs it. */
  authorizeUrl: string | null;
  /** What every request for tokens, and the browser's, carries besides. */
  parameters: Readonly<Record<string, string>>;
  /** Joined as the server wants it; empty: what it gives by itself. */
  scope: string;
  username: string;
  password: string;
  /** The one that the connection came with; null: there is none. */
  firstRefreshToken: string | null;
  /** Digest of what tokens are got for: other credentials make kept ones worthless. A new client secret does not. */
  account: string;
  /** A request to the token endpoint, with the client's credentials. */
  request(form: Readonly<Record<string, string>>): TokenRequest;
}

export function oauthClient(definition: OAuthDefinition, variables: Variables): Result<OAuthClient> {
  const missing = lacking(definition);
  if (missing) return fail(problem('auth-incomplete', `The grant ${definition.grant} needs ${missing}`));
  const { token_url, authorize_url, client_id, client_secret, refresh_token, username, password } = definition;
  const texts = { token_url, authorize_url, client_id, client_secret, refresh_token, username, password };
  const filled = fillAll(texts, variables);
  if (!filled.ok) return filled;
  const parameters = fillAll(definition.parameters, variables);
  if (!parameters.ok) return parameters;
  const headers = fillAll(definition.headers, variables);
  if (!headers.ok) return headers;
  const further = Object.entries(headers.value).map(([name, value]) => [name.toLowerCase(), value]);
  const scopes = fillVariables(definition.scopes.join(definition.scope_separator), variables);
  if (!scopes.ok) return scopes;
  const id = filled.value.client_id ?? null;
  const secret = filled.value.client_secret ?? null;
  const { issuer = '', subject = '' } = definition.assertion ?? {};
  const signer = fillVariables(`${issuer} ${subject}`, variables);
  if (!signer.ok) return signer;
  const first = filled.value.refresh_token ?? null;
  const user = filled.value.username ?? '';
  const url = filled.value.token_url ?? '';
  return ok({
    id,
    authorizeUrl: filled.value.authorize_url ?? null,
    parameters: parameters.value,
    scope: scopes.value,
    username: user,
    password: filled.value.password ?? '',
    firstRefreshToken: first,
    account: digest([definition.grant, url, id, user, scopes.value, signer.value, parameters.value, first]),
    request(form) {
      const basic = definition.client_auth === 'basic' && id !== null;
      const own = id === null || basic ? {} : { client_id: id, ...(secret === null ? {} : { client_secret: secret }) };
      const values = { ...parameters.value, ...form, ...own };
      return {
        method: 'POST',
        url,
        headers: {
          'content-type': definition.json ? 'application/json' : 'application/x-www-form-urlencoded',
          accept: 'application/json',
          ...Object.fromEntries(further),
          ...(basic ? { authorization: basicOf(id, secret ?? '') } : {}),
        },
        body: definition.json ? JSON.stringify(values) : new URLSearchParams(values).toString(),
      };
    },
  });
}

function lacking({ grant, client_id, username, assertion, refresh_token, authorize_url }: OAuthDefinition) {
  if (grant === 'client_credentials' && client_id === undefined) return 'client_id';
  if (grant === 'authorization_code' && client_id === undefined) return 'client_id';
  if (grant === 'authorization_code' && authorize_url === undefined) return 'authorize_url';
  if (grant === 'password' && username === undefined) return 'username';
  if (grant === 'jwt_bearer' && assertion === undefined) return 'assertion';
  return grant === 'refresh_token' && refresh_token === undefined ? 'refresh_token' : null;
}

function fillAll(
  templates: Readonly<Record<string, string | undefined>>,
  variables: Variables,
): Result<Record<string, string>> {
  const filled: Record<string, string> = {};
  for (const [name, template] of Object.entries(templates)) {
    if (template === undefined) continue;
    const value = fillVariables(template, variables);
    if (!value.ok) return value;
    filled[name] = value.value;
  }
  return ok(filled);
}

/** RFC 6749, 2.3.1: both are form-encoded first. */
function basicOf(id: string, secret: string): string {
  const encoded = [id, secret].map((text) => new URLSearchParams({ '': text }).toString().slice(1));
  return `Basic ${Buffer.from(encoded.join(':'), 'utf8').toString('base64')}`;
}

const digest = (parts: unknown[]) => createHash('sha256').update(JSON.stringify(parts)).digest('hex');
