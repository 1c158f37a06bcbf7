import { describe, expect, test } from 'vitest';
import { loadSmall, SMALL } from '../../test/small-integration.ts';

const withMail = (lines: string, variables: Record<string, string> = {}) =>
  loadSmall(`${SMALL}\nerrors: { to: [ops@company.example], smtp: { ${lines} } }\n`, {
    variables: { SHOP_KEY: 'a', BOOKS_TOKEN: 'b', ...variables },
  });

const NONE = { user: null, password: null, from: 'a@b.example' };

test('recipients may be web services, whose addresses come from the environment', () => {
  const load = (to: string) =>
    loadSmall(`${SMALL}\nerrors: { to: [${to}] }\n`, {
      variables: { SHOP_KEY: 'a', BOOKS_TOKEN: 'b', ALERT_HOOK: 'https://chat.test/hooks/x' },
    });
  const named = load('ops@company.example, "${ALERT_HOOK}"');
  expect(named.ok && named.value.errorsTo).toEqual(['ops@company.example', 'https://chat.test/hooks/x']);
  const plain = load('"https://chat.test/hooks/x"');
  expect(plain.ok && plain.value.remarks.map(({ code }) => code)).toContain('secret-in-file');
  const unset = load('"${NO_SUCH}"');
  expect(unset.ok ? [] : unset.error.map(({ code }) => code)).toContain('variable-unset');
});

describe('the mail server of error messages', () => {
  test.each<[string, object]>([
    ['host: mail.test, from: a@b.example', { ...NONE, host: 'mail.test', port: 587, security: 'starttls' }],
    ['host: mail.test, from: a@b.example, security: tls', { ...NONE, host: 'mail.test', port: 465, security: 'tls' }],
    ['host: mail.test, from: a@b.example, security: none', { ...NONE, host: 'mail.test', port: 25, security: 'none' }],
    [
      'host: localhost, port: 2525, security: none, user: me, password: "${SMTP_PASSWORD}", from: a@b.example',
      { host: 'localhost', port: 2525, security: 'none', user: 'me', password: 'p', from: 'a@b.example' },
    ],
  ])('%s', (lines, expected) => {
    const result = withMail(lines, { SMTP_PASSWORD: 'p' });
    expect(result.ok && result.value.mail).toEqual(expected);
  });

  test.each<[string, string[]]>([
    ['host: "${NO_SUCH}", from: a@b.example', ['variable-unset']],
    ['host: mail.test, from: a@b.example, user: me', ['mail-credentials']],
    ['host: mail.test, from: a@b.example, user: me, password: plain-text', ['secret-in-file']],
    ['host: mail.test, from: a@b.example, security: none, user: me, password: "${SHOP_KEY}"', ['mail-plain']],
  ])('%s is refused, with its place and what to do', (lines, codes) => {
    const result = withMail(lines);
    const found = result.ok ? [] : result.error.filter(({ severity }) => severity === 'error');
    expect(found.map(({ code }) => code)).toEqual(codes);
    expect(found.every(({ where }) => where?.line !== undefined)).toBe(true);
    expect(JSON.stringify(found)).not.toContain('plain-text');
  });
});
