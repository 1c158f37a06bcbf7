import type { Clock } from '../../platform/clock.ts';
import type { HttpResponse } from '../../platform/http.ts';
import type { Random } from '../../platform/random.ts';
import type { Result } from '../../record/diagnostic.ts';
import type { AuthDefinition } from '../definition.ts';
import type { Variables } from '../template.ts';
import type { Authenticator } from './credentials.ts';
import { apiKeyAuth, basicAuth, bearerAuth, noAuth } from './fixed.ts';
import { oauth2Auth } from './oauth2.ts';
import { sessionAuth } from './session.ts';
import { signatureAuth } from './signature.ts';
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

/** The credentials of a connection. Fails where variables are missing; sends nothing yet. */
export function createAuthenticator(parts: AuthParts, definition: AuthDefinition): Result<Authenticator> {
  const { variables, clock, random } = parts;
  switch (definition.type) {
    case 'none':
      return noAuth();
    case 'api_key':
      return apiKeyAuth(definition, variables);
    case 'bearer':
      return bearerAuth(definition, variables);
    case 'basic':
      return basicAuth(definition, variables);
    case 'oauth2':
      return oauth2Auth(parts, definition);
    case 'session':
      return sessionAuth(parts, definition);
    case 'signature':
      return signatureAuth(definition, variables, clock, random);
  }
}
