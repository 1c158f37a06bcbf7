import type { Connection, WireRecord } from '../connector/port.ts';
import type { Elsewhere } from '../integration/elsewhere.ts';
import { isSecretName } from '../integration/load-systems.ts';
import type { LoadedIntegration, LoadedSystem } from '../integration/loaded.ts';
import type { Side } from '../record/side.ts';
import { listed, mappedObjects } from './answers.ts';
import { isProduction } from './environment.ts';
import { toldBy } from './failure.ts';
import { addressOf, urlOf } from './probe-way.ts';
import type { Observation, ProbeContext } from './question.ts';
import { readSome } from './read-some.ts';

/** The environments of a system that are of the other kind: those for production of one that is not, and the other way round. */
export const counterparts = (integration: LoadedIntegration, side: Side): Elsewhere[] =>
  integration[side].elsewhere.filter(
    ({ environment }) => isProduction(environment) !== isProduction(integration.environment),
  );

/** Of each object. */
const RECORDS = 50;

/**
 * Whether staging and production are two: another address, other credentials, other data. Of the data a few records are
 * compared; none of it leaves this function.
 */
export async function askApart(context: ProbeContext, side: Side): Promise<Observation> {
  const here = context.integration[side];
  const asked = 'address, credentials and the first records, in both environments';
  const [other] = counterparts(context.integration, side);
  if (!other) {
    const found = `The file has no other environment of ${here.name} to compare with`;
    return { verdict: 'unknown', asked, facts: {}, found, next: `Add it under systems.${here.name}.environments` };
  }
  const there: LoadedSystem = { ...here, variables: other.variables, proxy: null };
  const names = `${context.integration.environment} and ${other.environment}`;
  const sameAddress = placeOf(here) !== '' && placeOf(here) === placeOf(there);
  const secrets = sharedSecrets(here, other);
  const data = await compareData(context, side, there, other);
  const facts = {
    environment: other.environment,
    sameAddress,
    sharedSecrets: secrets.length,
    compared: data.compared,
    same: data.same,
  };
  const observed = { asked, facts };
  if (data.compared > 0 && data.same === data.compared) {
    const found = `${names} hold the same ${data.compared} records, with the same contents`;
    const next = 'Ask whether they are two systems; if one is a fresh copy, change something in it and check again';
    return { ...observed, verdict: 'contradicts', found, next };
  }
  if (sameAddress && secrets.length > 0) {
    const found = `${names} are one: the same address ${addressOf(here)}, the same ${listed(secrets)}`;
    return { ...observed, verdict: 'contradicts', found, next: `Name the system of ${other.environment} itself` };
  }
  if (secrets.length > 0) {
    const found = `The same ${listed(secrets)} in ${names}: what opens one opens the other`;
    return { ...observed, verdict: 'contradicts', found, next: 'Ask for credentials of their own for each' };
  }
  const address = sameAddress ? `One address (${addressOf(here)})` : `Another address (${addressOf(there)})`;
  if (data.compared === 0) return { ...observed, verdict: 'unknown', found: `${address}; ${data.why}` };
  return {
    ...observed,
    verdict: 'holds',
    found: `${address}, other credentials and other data than ${other.environment}`,
  };
}

/** The address with its path, without user and password; '' where it is not known. */
function placeOf(system: LoadedSystem): string {
  const text = urlOf(system);
  if (text.startsWith('sqlite:') || !URL.canParse(text)) return text;
  const { protocol, host, pathname } = new URL(text);
  return `${protocol}//${host}${pathname.replace(/\/+$/, '')}`;
}

/** Names of the secrets that have the same value in both. */
function sharedSecrets({ connector, variables }: LoadedSystem, other: Elsewhere): string[] {
  const named = Object.entries(variables).flatMap(([name, value]) => {
    const secret = connector.variables[name]?.secret === true || isSecretName(name);
    return secret && value !== '' && other.variables[name] === value ? [name] : [];
  });
  const [here, there] = [variables, other.variables].map((given) => passwordIn({ connector, variables: given }));
  return here !== '' && here === there ? [...named, 'password'] : named;
}

/** The password within the address of a database. */
function passwordIn({ connector, variables }: Pick<LoadedSystem, 'connector' | 'variables'>): string {
  if (connector.protocol !== 'sql') return '';
  const text = (connector.database ?? '').replace(/\$\{(\w+)\}/g, (_, name: string) => variables[name] ?? '');
  return URL.canParse(text) ? new URL(text).password : '';
}

interface Compared {
  compared: number;
  /** Of them, those that are the same in both. */
  same: number;
  /** Where nothing could be compared. */
  why: string;
}

async function compareData(
  context: ProbeContext,
  side: Side,
  there: LoadedSystem,
  { environment, complete }: Elsewhere,
): Promise<Compared> {
  const nothing = (why: string): Compared => ({ compared: 0, same: 0, why });
  if (!complete || !context.open) return nothing(`the credentials of ${environment} are not at hand`);
  const opened = context.open(there);
  if (!opened.ok) return nothing(toldBy(opened.error));
  try {
    let [compared, same] = [0, 0];
    const empty: string[] = [];
    for (const { name } of mappedObjects(context.integration, side)) {
      const theirs = await firstOf(opened.value, name, context.signal);
      if (!Array.isArray(theirs)) return nothing(`${environment}: ${theirs.why}`);
      const sample = await context.samples.of(side, name);
      if (sample.failure) return nothing(toldBy(sample.failure));
      const ours = sample.records.slice(0, RECORDS);
      if (theirs.length === 0 && ours.length === 0) continue;
      // One that holds nothing may be one that these credentials see nothing of.
      if (theirs.length === 0 || ours.length === 0) {
        empty.push(name);
        continue;
      }
      const known = new Set(ours.map(formOf));
      compared += Math.max(theirs.length, ours.length);
      same += theirs.filter((record) => known.has(formOf(record))).length;
    }
    if (compared > same || (compared > 0 && empty.length === 0)) return { compared, same, why: '' };
    return nothing(empty.length > 0 ? `one of the two holds no ${listed(empty)}` : 'neither holds records yet');
  } finally {
    await opened.value.close();
  }
}

const formOf = ({ id, version, wire }: Pick<WireRecord, 'id' | 'version' | 'wire'>): string =>
  JSON.stringify([id, version, wire]);

async function firstOf(
  connection: Connection,
  object: string,
  signal: AbortSignal,
): Promise<WireRecord[] | { why: string }> {
  const { records, failure } = await readSome(connection, object, { since: null, most: RECORDS, signal });
  if (failure && records.length === 0) return { why: toldBy(failure) };
  return records.filter(({ archived }) => !archived).slice(0, RECORDS);
}
