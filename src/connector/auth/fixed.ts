import { ok, type Result } from '../../record/diagnostic.ts';
import type { AuthDefinition } from '../definition.ts';
import { fillVariables, type Variables } from '../template.ts';
import { type Authenticator, basicAccess, credentialsAt, inHeader, unchanging } from './credentials.ts';

type Scheme<T extends AuthDefinition['type']> = Extract<AuthDefinition, { type: T }>;

/** The schemes whose credentials never change. */

export const noAuth = (): Result<Authenticator> => ok(unchanging({ headers: {}, query: {} }));

export function apiKeyAuth(definition: Scheme<'api_key'>, variables: Variables): Result<Authenticator> {
  const value = fillVariables(definition.value, variables);
  return value.ok ? ok(unchanging(credentialsAt(definition, value.value))) : value;
}

export function bearerAuth(definition: Scheme<'bearer'>, variables: Variables): Result<Authenticator> {
  const token = fillVariables(definition.token, variables);
  return token.ok ? ok(unchanging(inHeader('authorization', `Bearer ${token.value}`))) : token;
}

export function basicAuth(definition: Scheme<'basic'>, variables: Variables): Result<Authenticator> {
  const pair = fillVariables(`${definition.user}:${definition.password}`, variables);
  return pair.ok ? ok(unchanging(inHeader('authorization', basicAccess(pair.value)))) : pair;
}
