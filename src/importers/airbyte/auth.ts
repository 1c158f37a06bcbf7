import type { z } from 'zod';
import type { authSchema } from '../../connector/definition-auth.ts';
import type { Context } from './context.ts';
import { textOf } from './meaning.ts';
import { dotted, isNode, type Node, nodeAt, scalarAt, textAt, textsAt, typeOf } from './node.ts';
import { optionPlace } from './request.ts';
import { durationMs, durationText } from './strftime.ts';

export type AuthInput = z.input<typeof authSchema>;

/** The authentication in our words, and what could not be said of it. */
export interface AuthPart {
  auth: AuthInput;
  losses: string[];
}

/** Null where it can't be said at all. */
export function readAuth(authenticator: Node | undefined, context: Context): AuthPart | null {
  const losses: string[] = [];
  const auth = authOf(authenticator, context, losses);
  return auth === null ? null : { auth, losses };
}

function authOf(authenticator: Node | undefined, context: Context, losses: string[]): AuthInput | null {
  if (authenticator === undefined) return { type: 'none' };
  switch (typeOf(authenticator)) {
    case 'NoAuth':
      return { type: 'none' };
    case 'ApiKeyAuthenticator':
      return apiKey(authenticator, context);
    case 'BearerAuthenticator': {
      const token = secret(authenticator, 'api_token', context);
      return token === null ? null : { type: 'bearer', token };
    }
    case 'BasicHttpAuthenticator': {
      const user = secret(authenticator, 'username', context);
      return user === null ? null : { type: 'basic', user, password: secret(authenticator, 'password', context) ?? '' };
    }
    case 'OAuthAuthenticator':
      return oauth(authenticator, context, losses);
    case 'SessionTokenAuthenticator':
      return session(authenticator, context, losses);
    case 'SelectiveAuthenticator':
      return selected(authenticator, context, losses);
    case 'JwtAuthenticator':
      losses.push('JwtAuthenticator: the signed token is to be given as ${jwt}');
      return { type: 'bearer', token: context.variables.derived('jwt', 'jwt', undefined, 'A signed JSON web token') };
    default:
      return null;
  }
}

function secret(node: Node, key: string, context: Context): string | null {
  const source = scalarAt(node, key);
  if (source === undefined) return null;
  const text = context.render(source, key);
  return 'open' in text ? null : text.text;
}

function apiKey(authenticator: Node, context: Context): AuthInput | null {
  const value = secret(authenticator, 'api_token', context);
  if (value === null) return null;
  const header = secret(authenticator, 'header', context);
  const option = optionPlace(nodeAt(authenticator, 'inject_into'));
  if (option === null) return header === null ? null : { type: 'api_key', header, value };
  const name = context.render(option.param, 'key');
  if ('open' in name) return null;
  if (option.place === 'header') return { type: 'api_key', header: name.text, value };
  return option.place === 'query' ? { type: 'api_key', query: name.text, value } : null;
}

function oauth(authenticator: Node, context: Context, losses: string[]): AuthInput | null {
  const token_url = secret(authenticator, 'token_refresh_endpoint', context);
  if (token_url === null) return null;
  const grant = (secret(authenticator, 'grant_type', context) ?? 'refresh_token').trim();
  const client_id = secret(authenticator, 'client_id', context);
  const client_secret = secret(authenticator, 'client_secret', context);
  const parameters: Record<string, string> = {};
  for (const [name, value] of Object.entries(nodeAt(authenticator, 'refresh_request_body') ?? {})) {
    const text = context.render(textOf(value), name);
    if (!('open' in text)) parameters[name] = text.text;
  }
  const { username, password, scope, ...rest } = parameters;
  const scopes = [...textsAt(authenticator, 'scopes'), ...(scope?.split(' ') ?? [])];
  const basic = /basic/i.test(JSON.stringify(nodeAt(authenticator, 'refresh_request_headers') ?? {}));
  if (nodeAt(authenticator, 'refresh_request_headers') !== undefined && !basic)
    losses.push('headers of the token request');
  const token = secret(authenticator, 'access_token_name', context) ?? 'access_token';
  if (token !== 'access_token') losses.push(`the name ${token} of the token in the answer`);
  const common = {
    type: 'oauth2' as const,
    token_url,
    ...(client_id === null ? {} : { client_id }),
    ...(client_secret === null ? {} : { client_secret }),
    ...(basic ? { client_auth: 'basic' as const } : {}),
    ...(scopes.length > 0 ? { scopes } : {}),
    ...(Object.keys(rest).length > 0 ? { parameters: rest } : {}),
  };
  if (grant === 'password' && username !== undefined && password !== undefined) {
    return { ...common, grant: 'password', username, password };
  }
  if (grant === 'client_credentials') return { ...common, grant };
  const refresh_token = secret(authenticator, 'refresh_token', context);
  if (grant !== 'refresh_token') losses.push(`grant ${grant}, taken as refresh_token`);
  if (refresh_token === null || refresh_token === '') return { ...common, grant: 'client_credentials' };
  const refresh = nodeAt(authenticator, 'refresh_token_updater') ? 'single_use' : 'reusable';
  return { ...common, grant: 'refresh_token', refresh, refresh_token };
}

function session(authenticator: Node, context: Context, losses: string[]): AuthInput | null {
  const login = nodeAt(authenticator, 'login_requester');
  const path = dotted(textsAt(authenticator, 'session_token_path'));
  const use = nodeAt(authenticator, 'request_authentication');
  if (login === undefined || use === undefined || path === '') return null;
  const base = secret(login, 'url_base', context);
  if (base === null) return null;
  const tail = secret(login, 'path', context) ?? '';
  const url = tail === '' ? base : `${base.replace(/\/+$/, '')}/${tail.replace(/^\/+/, '')}`;
  const headers = textsOf(nodeAt(login, 'request_headers'), context);
  if (!addLoginAuth(nodeAt(login, 'authenticator'), headers, context, losses)) return null;
  const json = textsOf(nodeAt(login, 'request_body_json'), context);
  const form = textsOf(nodeAt(login, 'request_body_data'), context);
  const query = textsOf(nodeAt(login, 'request_parameters'), context);
  const method = textAt(login, 'http_method')?.toUpperCase() === 'GET' ? 'GET' : 'POST';
  const isForm = Object.keys(form).length > 0;
  const inQuery = Object.entries(query).map(([name, value]) => `${name}=${value}`);
  const full =
    inQuery.length === 0 || method === 'GET' ? url : `${url}${url.includes('?') ? '&' : '?'}${inQuery.join('&')}`;
  const lives = durationMs(secret(authenticator, 'expiration_duration', context) ?? '');
  const place = sessionPlace(use, context);
  if (place === null) return null;
  return {
    type: 'session',
    login: {
      method,
      path: full,
      headers,
      ...(isForm ? { form: true } : {}),
      body: method === 'GET' ? query : { ...json, ...form },
    },
    token: { body: path },
    ...place,
    ...(lives ? { lives: durationText(lives) } : {}),
  };
}

function textsOf(node: Node | undefined, context: Context): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, value] of Object.entries(node ?? {})) {
    const text = context.render(textOf(value), name);
    if (!('open' in text) && !isNode(value)) texts[name] = text.text;
  }
  return texts;
}

/** The login's own credentials; those that are to be encoded are asked for encoded. */
function addLoginAuth(
  inner: Node | undefined,
  headers: Record<string, string>,
  context: Context,
  losses: string[],
): boolean {
  const auth = authOf(inner, context, losses);
  if (auth === null) return false;
  if (auth.type === 'api_key' && auth.header) headers[auth.header] = auth.value;
  else if (auth.type === 'bearer') headers.Authorization = `Bearer ${auth.token}`;
  else if (auth.type === 'basic') {
    const about = 'User and password of the login with a colon between them, in base64';
    headers.Authorization = `Basic ${context.variables.derived('login_basic', 'login_basic', undefined, about)}`;
    losses.push('basic authentication of the login: ${login_basic} is to hold it encoded');
  } else return auth.type === 'none';
  return true;
}

function sessionPlace(use: Node, context: Context) {
  if (textAt(use, 'type') === 'Bearer') return { header: 'Authorization', value: 'Bearer {token}' };
  const option = optionPlace(nodeAt(use, 'inject_into'));
  if (option === null) return null;
  const source = (textAt(use, 'api_token') ?? '{{ session_token }}').replace(/\{\{\s*session_token\s*\}\}/g, '\u0001');
  const text = context.render(source, 'session');
  const value = 'open' in text ? '{token}' : text.text.replaceAll('\u0001', '{token}');
  if (option.place === 'query') return { query: option.param, value };
  return option.place === 'header' ? { header: option.param, value } : null;
}

/** One of several: the first that needs no browser and no refreshing, by what the configuration offers first. */
function selected(authenticator: Node, context: Context, losses: string[]): AuthInput | null {
  const named = Object.entries(nodeAt(authenticator, 'authenticators') ?? {}).flatMap(([name, each]) =>
    isNode(each) ? [{ name, each }] : [],
  );
  const rank = ({ each }: { each: Node }) => {
    const place = SIMPLEST.indexOf(typeOf(each));
    return place < 0 ? SIMPLEST.length : place;
  };
  for (const { name, each } of named.toSorted((a, b) => rank(a) - rank(b))) {
    const auth = authOf(each, context, losses);
    if (auth === null) continue;
    const others = named.filter((one) => one.name !== name).map((one) => one.name);
    if (others.length > 0) losses.push(`of the ways to authenticate, ${name} is taken; left out: ${others.join(', ')}`);
    return auth;
  }
  return null;
}

const SIMPLEST = [
  'ApiKeyAuthenticator',
  'BearerAuthenticator',
  'BasicHttpAuthenticator',
  'OAuthAuthenticator',
  'SessionTokenAuthenticator',
  'NoAuth',
];
