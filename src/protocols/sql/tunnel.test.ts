import { afterEach, expect, it } from 'vitest';
import { httpProxy, type ProxyRules, socksProxy, sshProxy, type TestProxy } from '../../../test/proxies.ts';
import { describePostgres } from '../../../test/services.ts';
import { readConnector, stillPlatform } from '../../../test/sql/world.ts';
import type { ProxySettings } from '../../platform/proxy.ts';
import { openSqlConnection } from './connection.ts';

const CONNECTOR = `
connector: tables
title: Tables
protocol: sql
database: \${database_url}
objects:
  tables:
    table: pg_catalog.pg_class
    sql: { read_only: true }
    id: { path: relname }
    fields: { kind: { type: string, path: relkind } }
`;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const KINDS: [string, (rules?: ProxyRules) => Promise<TestProxy>][] = [
  ['http', httpProxy],
  ['socks5', socksProxy],
  ['ssh', sshProxy],
];

describePostgres('a database behind a proxy', (url) => {
  const read = async (address: string, proxy: ProxySettings) => {
    const variables = { database_url: address };
    const definition = readConnector(CONNECTOR);
    const opened = openSqlConnection({ definition, variables, platform: stillPlatform, proxy });
    if (!opened.ok) throw new Error(opened.error.summary);
    closing.push(() => opened.value.close());
    const [outcome] = await opened.value.get('tables', ['pg_class']);
    return outcome?.kind === 'unknown' ? outcome.diagnostic.code : outcome?.kind;
  };

  it.each(KINDS)('is reached through %s, by a name that only the proxy knows', async (_, open) => {
    const direct = new URL(url);
    const proxy = await open({ hosts: { 'db.inside.test': Number(direct.port || 5432) }, forbidden: ['no.test'] });
    closing.push(() => proxy.close());
    const inside = (host: string) => `postgres://${direct.username}:${direct.password}@${host}${direct.pathname}`;
    expect(await read(inside('db.inside.test'), proxy.settings)).toBe('present');
    expect(proxy.asked).toEqual(['db.inside.test:5432']);
    expect(await read(inside('no.test'), proxy.settings)).toBe('proxy-forbids');
    expect(await read(inside('db.inside.test'), { ...proxy.settings, port: 9 })).toBe('proxy-unreachable');
  });
});
