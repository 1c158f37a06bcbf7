import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import pg from 'pg';
import { describe, test } from 'vitest';

/** A server the tests can use, or why there is none and the command that would provide it. */
export type Service = { url: string } | { missing: string };

/** With it, a server that is not there is a failure; without it, its tests are skipped by name. */
export const servicesRequired = process.env.DOVETAIL_REQUIRE_SERVICES === '1';

/** The PostgreSQL server of this test run: a URL of a superuser. */
export function postgres(): Service {
  const url = process.env.DOVETAIL_TEST_POSTGRES;
  return url ? { url } : { missing: 'needs PostgreSQL: scripts/with-postgres.sh npm test' };
}

/** LibreOffice Calc and a Python that can talk to it: the path of the program. */
export function libreoffice(): Service {
  const found =
    spawnSync('soffice', ['--version']).status === 0 && spawnSync(PYTHON, ['-c', 'import uno']).status === 0;
  return found
    ? { url: 'soffice' }
    : { missing: 'needs LibreOffice: apt-get install --no-install-recommends libreoffice-calc-nogui python3-uno' };
}

/** Debian's own: the one that `python3-uno` is for. */
export const PYTHON = '/usr/bin/python3';

/** The Redmine of this test run and the API key of its administrator. */
export function redmine(): Service & { key?: string } {
  const { DOVETAIL_TEST_REDMINE: url, DOVETAIL_TEST_REDMINE_KEY: key } = process.env;
  return url && key ? { url, key } : { missing: 'needs Redmine: scripts/with-redmine.sh npm test' };
}

/**
 * `describe` for tests that need PostgreSQL. `suite` runs while tests are collected, so it connects in hooks and tests
 * only.
 */
export const describePostgres = (name: string, suite: (url: string) => void): void =>
  describeService(name, postgres(), suite);

/** The same for tests that need Redmine. */
export const describeRedmine = (name: string, suite: (url: string, key: string) => void): void => {
  const service = redmine();
  describeService(name, service, (url) => suite(url, service.key ?? ''));
};

const CHROMIUMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The browser that pages are looked at with: the program that `DOVETAIL_TEST_CHROMIUM` names, or an installed one. */
export function chromium(): Service {
  const path = process.env.DOVETAIL_TEST_CHROMIUM ?? CHROMIUMS.find((one) => existsSync(one));
  return path ? { url: path } : { missing: 'needs Chromium: apt-get install chromium' };
}

/** The same for tests that need a browser: `suite` gets the path of its program. */
export const describeChromium = (name: string, suite: (program: string) => void): void =>
  describeService(name, chromium(), suite);

/** The same for tests that need LibreOffice. */
export const describeLibreoffice = (name: string, suite: () => void): void =>
  describeService(name, libreoffice(), suite);

/** A Python that can open a terminal: the path of the program. */
export function terminal(): Service {
  const found = spawnSync('python3', ['-c', 'import pty']).status === 0;
  return found ? { url: 'python3' } : { missing: 'needs Python: apt-get install --no-install-recommends python3' };
}

/** The same for tests that type into a terminal: `suite` gets the path of Python. */
export const describeTerminal = (name: string, suite: (python: string) => void): void =>
  describeService(name, terminal(), suite);

function describeService(name: string, service: Service, suite: (url: string) => void): void {
  if ('url' in service) {
    describe(name, () => suite(service.url));
  } else if (servicesRequired) {
    test(name, () => {
      throw new Error(service.missing);
    });
  } else {
    describe.skip(`${name} (${service.missing})`, () => suite('http://missing.invalid'));
  }
}

let databases = 0;

/** A new, empty database of that server, so that test files running at once do not meet. */
export async function freshDatabase(serverUrl: string): Promise<{ url: string; drop(): Promise<void> }> {
  databases += 1;
  const name = `dovetail_${process.pid}_${databases}`;
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  await runOnce(serverUrl, `CREATE DATABASE ${name}`);
  return { url: url.href, drop: () => runOnce(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function runOnce(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
