import { jsonResponse, type SandboxRequest, type SandboxResponse, splitPath } from '../system.ts';
import { CRM_OBJECTS, isCrmObject } from './objects.ts';

export const CRM_CLIENT_ID = 'sandbox-crm-client';
export const CRM_CLIENT_SECRET = 'sandbox-crm-secret';
const TOKEN_SECONDS = 600;
/** Tokens that are remembered, so that an expired one is told from a wrong one. */
const REMEMBERED = 1000;

/** What the client may do, where nothing else is said: read and write everything. */
export const CRM_SCOPES: readonly string[] = CRM_OBJECTS.flatMap((object) => [`${object}.read`, `${object}.write`]);

/** The scope that a request needs; null: every token will do. */
export function scopeFor({ method, path }: SandboxRequest): string | null {
  const [first] = splitPath(path).segments;
  return isCrmObject(first) ? `${first}.${method === 'GET' ? 'read' : 'write'}` : null;
}

export interface RateLimit {
  requests: number;
  windowMs: number;
}

/** OAuth2 client credentials with tokens of ten minutes and refresh tokens for one use each. */
export class Tokens {
  private readonly random: () => number;
  private readonly scopes: readonly string[];
  private readonly expiry = new Map<string, number>();
  /** By access token. */
  private readonly granted = new Map<string, readonly string[]>();
  private readonly refreshTokens = new Map<string, 'unused' | 'used'>();

  constructor(random: () => number, scopes: readonly string[] = CRM_SCOPES) {
    this.random = random;
    this.scopes = scopes;
  }

  /** The token endpoint. */
  grant(request: SandboxRequest, now: number): SandboxResponse {
    const form = new URLSearchParams(request.body);
    const [id, secret] = basicCredentials(request.headers.authorization) ?? [
      form.get('client_id'),
      form.get('client_secret'),
    ];
    if (id !== CRM_CLIENT_ID || secret !== CRM_CLIENT_SECRET) return jsonResponse(401, { error: 'invalid_client' });
    const grantType = form.get('grant_type');
    if (grantType === 'refresh_token') {
      const token = form.get('refresh_token') ?? '';
      if (this.refreshTokens.get(token) !== 'unused') return jsonResponse(400, { error: 'invalid_grant' });
      this.refreshTokens.set(token, 'used');
    } else if (grantType !== 'client_credentials') {
      return jsonResponse(400, { error: 'unsupported_grant_type' });
    }
    const asked = form.get('scope')?.split(' ').filter(Boolean) ?? [];
    const granted = asked.length === 0 ? this.scopes : this.scopes.filter((scope) => asked.includes(scope));
    if (granted.length === 0) return jsonResponse(400, { error: 'invalid_scope' });
    return this.issue(now, granted);
  }

  private issue(now: number, granted: readonly string[]): SandboxResponse {
    const access = `at_${randomText(this.random)}`;
    const refresh = `rt_${randomText(this.random)}`;
    this.expiry.set(access, now + TOKEN_SECONDS * 1000);
    this.refreshTokens.set(refresh, 'unused');
    this.granted.set(access, granted);
    forgetOldest(this.expiry);
    forgetOldest(this.granted);
    forgetOldest(this.refreshTokens);
    return jsonResponse(200, {
      access_token: access,
      refresh_token: refresh,
      token_type: 'Bearer',
      expires_in: TOKEN_SECONDS,
      scope: granted.join(' '),
    });
  }

  /** Null when the request may pass; an expired token is refused with status 200. */
  refusal(request: SandboxRequest, now: number): SandboxResponse | null {
    const { authorization } = request.headers;
    const token = authorization?.startsWith('Bearer ') ? authorization.slice(7) : '';
    const expiry = this.expiry.get(token);
    if (expiry === undefined) return jsonResponse(401, { error: 'unauthorized' });
    if (expiry <= now) return jsonResponse(200, { error: 'token_expired' });
    const needed = scopeFor(request);
    const may = needed === null || this.granted.get(token)?.includes(needed) === true;
    return may ? null : jsonResponse(403, { error: 'insufficient_scope', scope: needed });
  }

  expireAll(): void {
    for (const token of this.expiry.keys()) this.expiry.set(token, Number.NEGATIVE_INFINITY);
  }
}

function basicCredentials(authorization: string | undefined): [string, string] | undefined {
  if (!authorization?.startsWith('Basic ')) return undefined;
  const [id = '', secret = ''] = Buffer.from(authorization.slice(6), 'base64').toString('utf8').split(':');
  return [decodeURIComponent(id), decodeURIComponent(secret)];
}

/** 24 letters and digits. */
export function randomText(random: () => number): string {
  let text = '';
  while (text.length < 24)
    text += Math.floor(random() * 36 ** 8)
      .toString(36)
      .padStart(8, '0');
  return text;
}

function forgetOldest(map: Map<string, unknown>): void {
  if (map.size <= REMEMBERED) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}

/** A fixed window that starts with the first request in it. Refused requests don't count. */
export class RateWindow {
  limit: RateLimit | null;
  private start = Number.NEGATIVE_INFINITY;
  private used = 0;

  constructor(limit: RateLimit | null) {
    this.limit = limit;
  }

  /** Counts a request: whether it may pass, and the headers that tell how much is left. */
  take(now: number): { passed: boolean; headers: Record<string, string> } {
    const { limit } = this;
    if (limit === null) return { passed: true, headers: {} };
    if (now >= this.start + limit.windowMs) {
      this.start = now;
      this.used = 0;
    }
    const passed = this.used < limit.requests;
    if (passed) this.used += 1;
    const end = this.start + limit.windowMs;
    const headers: Record<string, string> = {
      'x-ratelimit-limit': String(limit.requests),
      'x-ratelimit-remaining': String(limit.requests - this.used),
      'x-ratelimit-reset': String(Math.ceil(end / 1000)),
    };
    if (!passed) headers['retry-after'] = String(Math.max(1, Math.ceil((end - now) / 1000)));
    return { passed, headers };
  }
}

export const tooManyRequests = (headers: Record<string, string>): SandboxResponse =>
  jsonResponse(429, { error: 'rate_limited' }, headers);
