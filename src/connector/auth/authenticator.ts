import type { Result } from '../../record/diagnostic.ts';
import type { AuthDefinition } from '../definition.ts';
import type { AuthParts } from './auth-parts.ts';
import type { Authenticator } from './credentials.ts';
import { apiKeyAuth, basicAuth, bearerAuth, noAuth } from './fixed.ts';
import { oauth2Auth } from './oauth2.ts';
import { sessionAuth } from './session.ts';
import { signatureAuth } from './signature.ts';

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

/** Whether nothing but what earlier tokens left behind gets new ones: without it a person is asked. */
export function needsKeptTokens(definition: AuthDefinition): boolean {
  return (
    definition.type === 'oauth2' && (definition.grant === 'authorization_code' || definition.grant === 'refresh_token')
  );
}
