import { z } from 'zod';
import { duration, secretTemplate, wirePath } from './definition-parts.ts';

/** Where a credential is put: exactly one of these names. */
const place = {
  header: z.string().optional().describe('Name of the header'),
  query: z.string().optional().describe('Name of the query parameter'),
  cookie: z.string().optional().describe('Name of the cookie'),
};

const onePlace = (auth: Partial<Record<keyof typeof place, string | undefined>>) =>
  [auth.header, auth.query, auth.cookie].filter((name) => name !== undefined).length === 1;

/** OAuth 2.0 (RFC 6749, PKCE of RFC 7636, JWT bearer of RFC 7523). */
const oauth2Schema = z.strictObject({
  type: z.literal('oauth2'),
  grant: z
    .enum(['client_credentials', 'authorization_code', 'refresh_token', 'password', 'jwt_bearer'])
    .describe('authorization_code asks a person once, by `dovetail connect`; refresh_token starts from one at hand'),
  token_url: z.string().describe('After the base URL, or absolute'),
  authorize_url: z
    .string()
    .optional()
    .describe('authorization_code: where the browser is sent; after the base URL, or absolute'),
  client_id: secretTemplate.optional(),
  client_secret: secretTemplate.optional(),
  client_auth: z
    .enum(['body', 'basic'])
    .default('body')
    .describe('How the token endpoint gets the client id and secret'),
  scopes: z.array(z.string()).default([]).describe('The least that the objects of this connector need'),
  scope_separator: z.string().default(' '),
  pkce: z.boolean().default(true),
  refresh: z
    .enum(['none', 'single_use', 'reusable'])
    .default('none')
    .describe('Whether a refresh token comes along, and whether each use replaces it'),
  refresh_token: secretTemplate.optional().describe('refresh_token: the first one'),
  username: secretTemplate.optional().describe('password'),
  password: secretTemplate.optional().describe('password'),
  assertion: z
    .strictObject({
      issuer: secretTemplate,
      subject: secretTemplate.optional(),
      audience: z.string(),
      key: secretTemplate.describe('Private key, PEM'),
      key_id: secretTemplate.optional().describe('`kid` in the header of the assertion'),
      algorithm: z.enum(['RS256', 'ES256']).default('RS256'),
      lives: duration.default('5m'),
    })
    .optional()
    .describe('jwt_bearer: what is signed'),
  parameters: z
    .record(z.string(), z.string())
    .default({})
    .describe('Further parameters of token requests, e.g. audience'),
  headers: z.record(z.string(), secretTemplate).default({}).describe('Further headers of token requests'),
  json: z.boolean().default(false).describe('The body of token requests as JSON instead of a form'),
  answer: z
    .strictObject({
      access_token: wirePath.default('access_token'),
      refresh_token: wirePath.default('refresh_token'),
      expires_in: wirePath.default('expires_in'),
      scope: wirePath.default('scope'),
    })
    .prefault({})
    .describe('Where the answer to a token request holds what is needed'),
  sends: z.strictObject(place).optional().describe('Where the access token goes; default: Authorization: Bearer'),
});

export const authSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('none') }),
  z
    .strictObject({ type: z.literal('api_key'), ...place, value: secretTemplate })
    .refine(onePlace, 'needs one of header, query and cookie'),
  z.strictObject({ type: z.literal('basic'), user: secretTemplate, password: secretTemplate.default('') }),
  z.strictObject({ type: z.literal('bearer'), token: secretTemplate }),
  oauth2Schema,
  z
    .strictObject({
      type: z.literal('session'),
      login: z.strictObject({
        method: z.enum(['POST', 'GET']).default('POST'),
        path: z.string(),
        headers: z.record(z.string(), secretTemplate).default({}),
        form: z.boolean().default(false).describe('The body as a form instead of JSON'),
        basic: z
          .strictObject({ user: secretTemplate, password: secretTemplate })
          .optional()
          .describe('Credentials of the login itself'),
        body: z
          .record(z.string(), z.unknown())
          .default({})
          .describe('With ${variables} in its texts; of a GET: its query'),
      }),
      token: z
        .strictObject({
          body: wirePath.optional(),
          header: z.string().optional(),
          cookie: z.string().optional(),
        })
        .describe('Where the answer to the login holds the token: one of these'),
      ...place,
      value: z.string().default('{token}').describe('What is sent, e.g. Session {token}'),
      lives: duration.default('1h').describe('How long a token is used; one that is refused sooner is replaced'),
    })
    .refine(onePlace, 'needs one of header, query and cookie'),
  z.strictObject({
    type: z.literal('signature'),
    algorithm: z.enum(['sha1', 'sha256', 'sha512']).default('sha256'),
    key: secretTemplate,
    encoding: z.enum(['hex', 'base64']).default('hex'),
    signed: z
      .string()
      .describe(
        'What is signed, e.g. {method}{path_and_query}{timestamp}{body}; also {host}, {path}, {query}, {nonce}, {body_sha256}',
      ),
    timestamp: z.enum(['seconds', 'milliseconds', 'iso']).default('seconds'),
    headers: z
      .record(z.string(), secretTemplate)
      .describe('What is sent: templates with {signature}, {timestamp} and {nonce} besides the variables'),
  }),
]);

export type AuthDefinition = z.infer<typeof authSchema>;
