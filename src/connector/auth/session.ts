import { createHash } from 'node:crypto';
import type { HttpResponse } from '../../platform/http.ts';
import { fail, ok, type Result } from '../../record/diagnostic.ts';
import type { AuthDefinition } from '../definition.ts';
import { milliseconds } from '../duration.ts';
import { parseBody } from '../response.ts';
import { fillDeep, withQuery } from '../template.ts';
import { wireReader } from '../wire-path.ts';
import type { AuthParts, TokenRequest } from './auth-parts.ts';
import { type Authenticator, basicAccess, credentialsAt, refused } from './credentials.ts';
import { renewedAt, renewing } from './renewing.ts';

type SessionDefinition = Extract<AuthDefinition, { type: 'session' }>;

/** Logs in, and sends the token or cookie of the answer until it expires or is refused; then logs in again. */
export function sessionAuth(parts: AuthParts, definition: SessionDefinition): Result<Authenticator> {
  const login = loginRequest(definition, parts);
  if (!login.ok) return login;
  const { url, headers, body } = login.value;
  const life = milliseconds(definition.lives);
  return ok(
    renewing({
      clock: parts.clock,
      tokens: parts.tokens,
      account: createHash('sha256')
        .update(JSON.stringify([url, headers, body]))
        .digest('hex'),
      credentials: (access) =>
        credentialsAt(
          definition,
          definition.value.replaceAll('{token}', () => access),
        ),
      async obtain() {
        const sent = await parts.send(login.value);
        if (!sent.ok) return sent;
        const { status } = sent.value;
        const token = tokenIn(sent.value, definition.token);
        if (status < 200 || status > 399) return fail(refused(`The login said HTTP ${status}.`));
        if (token === null) return fail(refused(`The answer to the login (HTTP ${status}) holds no token.`));
        return ok({ access: token, refresh: null, expires: renewedAt(parts.clock.now(), life) });
      },
    }),
  );
}

function loginRequest({ login }: SessionDefinition, { variables }: AuthParts): Result<TokenRequest> {
  const filled = fillDeep(
    { path: login.path, headers: login.headers, basic: login.basic, body: login.body },
    variables,
  );
  if (!filled.ok) return filled;
  const { path, basic, body } = filled.value;
  const own = Object.entries(filled.value.headers).map(([name, value]) => [name.toLowerCase(), value]);
  const headers = {
    accept: 'application/json',
    ...Object.fromEntries(own),
    ...(basic ? { authorization: basicAccess(`${basic.user}:${basic.password}`) } : {}),
  };
  const texts = Object.fromEntries(Object.entries(body).map(([name, value]) => [name, textOf(value)]));
  if (login.method === 'GET') return ok({ method: 'GET', url: withQuery(path, texts), headers });
  const [type, text] = login.form
    ? ['application/x-www-form-urlencoded', new URLSearchParams(texts).toString()]
    : ['application/json', JSON.stringify(body)];
  return ok({ method: 'POST', url: path, headers: { 'content-type': type, ...headers }, body: text });
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

function tokenIn(response: HttpResponse, token: SessionDefinition['token']): string | null {
  if (token.header !== undefined) return response.headers[token.header.toLowerCase()] || null;
  if (token.cookie !== undefined) return cookieIn(response.headers['set-cookie'] ?? '', token.cookie);
  const found = wireReader(token.body ?? '')(parseBody(response.body));
  return (typeof found === 'string' && found !== '') || typeof found === 'number' ? String(found) : null;
}

/** Several `Set-Cookie`s come joined by commas, which may stand within dates too: a name follows a comma or starts. */
function cookieIn(header: string, name: string): string | null {
  for (const one of header.split(/,(?=\s*[^\s;,=]+=)/)) {
    const [pair = ''] = one.split(';');
    const at = pair.indexOf('=');
    if (at > 0 && pair.slice(0, at).trim() === name) return pair.slice(at + 1).trim() || null;
  }
  return null;
}
