import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { CRM_CLIENT_ID, CRM_CLIENT_SECRET } from '../../sandbox/crm/access.ts';
import { loadConnector } from '../../src/connector/load.ts';
import type { LearnReport } from '../../src/importers/learn/finding.ts';
import { type Learnt, learn } from '../../src/importers/learn/learn.ts';
import type { LearnOptions } from '../../src/importers/learn/subject.ts';
import type { Clock } from '../../src/platform/clock.ts';
import { undiciHttp } from '../../src/platform/http-undici.ts';
import { silentLog } from '../../src/platform/log.ts';
import { keptTokens } from '../connector/world.ts';

export const catalogueText = (name: string): string =>
  readFileSync(new URL(`../../src/connectors/${name}/connector.yaml`, import.meta.url), 'utf8');

export const OPTIONS: LearnOptions = { write: false, patienceMs: 60_000, burst: 0, mostPages: 40 };

/** Learns what a running system is like, from the text of a connector file. */
export async function learnFrom(
  text: string,
  variables: Record<string, string>,
  clock: Clock,
  options: Partial<LearnOptions> & { objects?: string[] } = {},
): Promise<Learnt> {
  const loaded = loadConnector(text, 'connector.yaml');
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.error));
  const http = undiciHttp();
  let count = 0;
  const bytes = (length: number) => new Uint8Array(length).map(() => ++count % 256);
  const { objects, ...more } = options;
  try {
    const learnt = await learn({
      definition: loaded.value,
      data: parse(text, { merge: true }),
      variables,
      platform: { clock, random: { next: () => 0.5, bytes }, http, log: silentLog },
      tokens: keptTokens(),
      options: { ...OPTIONS, ...more },
      ...(objects ? { objects } : {}),
    });
    if (!learnt.ok) throw new Error(JSON.stringify(learnt.error));
    return learnt.value;
  } finally {
    await http.close();
  }
}

export const CRM_VARIABLES = { client_id: CRM_CLIENT_ID, client_secret: CRM_CLIENT_SECRET };

/** Where a fact stands, and what is said about it. */
export type Sign = [at: string, seen: RegExp];

/** The sign itself where a finding shows it; else what was said there, so that a failing test tells. */
export function sees({ findings }: LearnReport, [at, seen]: Sign): Sign | string[] {
  const there = findings.filter((finding) => finding.at === at && finding.verdict !== 'not visible');
  const texts = there.map((finding) => finding.seen);
  return texts.some((text) => seen.test(text)) ? [at, seen] : texts;
}
