import type { HttpResponse } from '../platform/http.ts';
import type { Result } from '../record/diagnostic.ts';

/** What a connection can tell of the way in itself, besides its records; for `check`. */
export type Access = HttpAccess | DatabaseAccess;

export interface HttpAccess {
  kind: 'http';
  /**
   * Gets credentials anew, as at the end of their life; null where they never change. `expires`: epoch ms until when they
   * are used, null where that is not told.
   */
  renew(): Promise<Result<{ expires: number | null } | null>>;
  /** One request with the connection's credentials, within its budget; whatever the answer is. `path`: after the base URL. */
  ask(request: {
    method: 'GET' | 'HEAD' | 'OPTIONS';
    path: string;
    headers?: Record<string, string>;
  }): Promise<Result<HttpResponse>>;
}

export interface DatabaseAccess {
  kind: 'database';
  /** What the database says of itself and of our login. */
  server(): Promise<Result<DatabaseServer>>;
}

export interface DatabaseServer {
  /** `PostgreSQL 17.2`, `SQLite 3.50.1` */
  product: string;
  /** The role of the login; null where there are none. */
  role: string | null;
  /** It may do everything. */
  superuser: boolean;
  /** Nothing can be written: a standby, or a session that is read-only. */
  readOnly: boolean;
  /** Epoch ms: when the password of the role expires; null: never, or not told. */
  passwordExpires: number | null;
  /** Whether the connection is encrypted; null where it does not leave the machine. */
  encrypted: boolean | null;
}
