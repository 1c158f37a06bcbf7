import { type Diagnostic, fail, ok, problem, type Result } from '../../record/diagnostic.ts';

/** A request as it is about to be sent. */
export interface SignedRequest {
  method: string;
  /** Absolute, with its query. */
  url: string;
  /** Empty where there is none. */
  body: string;
}

/** What requests carry to prove who sends them. */
export interface Credentials {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** Headers that depend on the request: its signature. Called once for each time that it is sent. */
  readonly sign?: (request: SignedRequest) => Record<string, string>;
}

/** Gives each request its credentials. */
export interface Authenticator {
  /** The credentials, where they are valid now; null when `renew` must be awaited first. */
  current(): Credentials | null;
  /**
   * Credentials other than `rejected` (those that the server did not accept, or null where there were none). One renewal
   * runs at a time; all who wait share its outcome. Fails when there is nothing better to offer.
   */
  renew(rejected: Credentials | null): Promise<Result<Credentials>>;
  /** The access token in use, where there is such. */
  token?(): string | null;
  /** The scopes of the token in use, as the server told them; null where it did not. */
  scopes?(): string | null;
  /** Epoch ms until when what it has is used, null where nothing tells; absent where it never changes. */
  expires?(): number | null;
}

/** Where a connector puts a credential: one of the three. */
export interface CredentialPlace {
  header?: string | undefined;
  query?: string | undefined;
  cookie?: string | undefined;
}

export function credentialsAt({ header, query, cookie }: CredentialPlace, value: string): Credentials {
  if (header !== undefined) return { headers: { [header.toLowerCase()]: value }, query: {} };
  if (query !== undefined) return { headers: {}, query: { [query]: value } };
  return { headers: { cookie: `${cookie}=${value}` }, query: {} };
}

export const inHeader = (name: string, value: string): Credentials => credentialsAt({ header: name }, value);

/** Of a user and password with a colon between them. */
export const basicAccess = (pair: string): string => `Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;

/** Credentials that never change: when they are refused, nothing helps. */
export function unchanging(credentials: Credentials): Authenticator {
  return {
    current: () => credentials,
    renew: async (rejected) => (rejected === null ? ok(credentials) : fail(refused('The credentials were refused.'))),
  };
}

export function refused(detail: string, next = 'Check the credentials of this connection'): Diagnostic {
  return problem('auth-failed', 'The system does not accept the credentials', { detail, next });
}
