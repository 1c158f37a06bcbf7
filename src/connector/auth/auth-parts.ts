import type { Clock } from '../../platform/clock.ts';
import type { HttpResponse } from '../../platform/http.ts';
import type { Random } from '../../platform/random.ts';
import type { Result } from '../../record/diagnostic.ts';
import type { Variables } from '../template.ts';
import type { TokenStore } from './tokens.ts';

/** A request for a token, or a login. */
export interface TokenRequest {
  method: string;
  /** After the base URL, or absolute. */
  url: string;
  /** Names in lower case. */
  headers: Record<string, string>;
  body?: string;
}

export interface AuthParts {
  variables: Variables;
  clock: Clock;
  random: Random;
  tokens: TokenStore;
  /** Sends a token request, within the budget, retrying what is transient. */
  send(request: TokenRequest): Promise<Result<HttpResponse>>;
}
