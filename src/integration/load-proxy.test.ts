import { describe, expect, test } from 'vitest';
import { loadSmall, SMALL } from '../../test/small-integration.ts';

const FINGERPRINT = `SHA256:${'a'.repeat(43)}`;

/** The small integration whose shop is connected to as the lines say. */
const withConnection = (lines: string, variables: Record<string, string> = {}) =>
  loadSmall(
    SMALL.replace(
      '  books:\n    connector: books',
      `    connections:\n      staging: { ${lines} }\n  books:\n    connector: books`,
    ),
    { variables: { SHOP_KEY: 'a', BOOKS_TOKEN: 'b', ...variables } },
  );

const NONE = { user: null, password: null, key: null, hostKey: null };

describe('the proxy of a connection', () => {
  test.each<[string, object]>([
    ['proxy: "http://proxy.test"', { ...NONE, kind: 'http', host: 'proxy.test', port: 3128 }],
    ['proxy: "http://proxy.test:8080/"', { ...NONE, kind: 'http', host: 'proxy.test', port: 8080 }],
    ['proxy: "https://proxy.test"', { ...NONE, kind: 'https', host: 'proxy.test', port: 443 }],
    ['proxy: "socks5://[::1]"', { ...NONE, kind: 'socks5', host: '::1', port: 1080 }],
    [
      'proxy: "socks5://me%40here@proxy.test", password: "${PROXY_PASSWORD}"',
      { ...NONE, kind: 'socks5', host: 'proxy.test', port: 1080, user: 'me@here', password: 'p@ss:word' },
    ],
    [
      'proxy: "http://me:${PROXY_PASSWORD_QUOTED}@proxy.test"',
      { ...NONE, kind: 'http', host: 'proxy.test', port: 3128, user: 'me', password: 'p@ss:word' },
    ],
    [
      `proxy: "ssh://dovetail@jump.test", key: "\${JUMP_KEY}", host_key: "${FINGERPRINT}"`,
      { ...NONE, kind: 'ssh', host: 'jump.test', port: 22, user: 'dovetail', key: 'PEM', hostKey: FINGERPRINT },
    ],
  ])('%s', (lines, expected) => {
    const variables = { PROXY_PASSWORD: 'p@ss:word', PROXY_PASSWORD_QUOTED: 'p%40ss%3Aword', JUMP_KEY: 'PEM' };
    const result = withConnection(lines, variables);
    expect(result.ok && [result.value.a.proxy, result.value.b.proxy]).toEqual([expected, null]);
  });

  test.each<[string, string[]]>([
    ['proxy: "proxy.test:3128"', ['proxy-address']],
    ['proxy: "ftp://proxy.test"', ['proxy-address']],
    ['proxy: "http://proxy.test/path"', ['proxy-address']],
    ['proxy: "${NO_SUCH}"', ['variable-unset']],
    ['proxy: "http://me:secret@proxy.test"', ['secret-in-file']],
    ['proxy: "http://me@proxy.test", password: secret', ['secret-in-file']],
    ['proxy: "http://proxy.test", key: "${SHOP_KEY}"', ['proxy-key']],
    [`proxy: "http://proxy.test", host_key: "${FINGERPRINT}"`, ['proxy-key']],
    [`proxy: "ssh://jump.test", host_key: "${FINGERPRINT}"`, ['proxy-user']],
    ['proxy: "ssh://me@jump.test", key: "${SHOP_KEY}"', ['proxy-host-key']],
    ['proxy: "ssh://me@jump.test", host_key: "SHA1:abc"', ['string-invalid_format']],
  ])('%s is refused, with its place and what to do', (lines, codes) => {
    const result = withConnection(lines);
    const found = result.ok ? [] : result.error.filter(({ severity }) => severity === 'error');
    if (!lines.includes('SHA1')) expect(found.map(({ code }) => code)).toEqual(codes);
    expect(found.every(({ where }) => where?.line !== undefined)).toBe(true);
    expect(found.length).toBeGreaterThan(0);
    expect(JSON.stringify(found)).not.toContain(':secret@');
  });

  test('that of an environment that is not there is a slip of the pen', () => {
    const result = loadSmall(
      SMALL.replace(
        '  books:\n    connector: books',
        '    connections:\n      stagin: { proxy: "http://proxy.test" }\n  books:\n    connector: books',
      ),
    );
    expect(result.ok ? [] : result.error.filter(({ severity }) => severity === 'error')).toMatchObject([
      { code: 'environment-unknown', next: expect.stringContaining('staging') },
    ]);
  });
});
