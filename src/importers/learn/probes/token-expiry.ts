import { milliseconds } from '../../../connector/duration.ts';
import type { Probe } from '../probe.ts';
import { isGood } from '../subject.ts';
import { durationOf } from '../time-form.ts';
import { refusalOf } from './credentials.ts';

const FACT = 'what an expired token looks like';
const STEP = 60_000;
/** Tokens that live shorter are hardly found; those of ten minutes are usual. */
const LEAST = 5 * STEP;
const USUAL = 15 * STEP;

/** Waits for a token to expire, if there is patience enough, and looks at how the system says so. */
export const tokenExpiry: Probe = {
  id: 'token-expiry',
  async run(subject) {
    const { list, draft, raw, options } = subject;
    const { auth } = draft.connector;
    if (!list || (auth.type !== 'oauth2' && auth.type !== 'session')) return null;
    const at = ['responses'];
    if (options.patienceMs < LEAST)
      return [subject.hidden(at, FACT, `not waited for; --patience ${durationOf(USUAL)} does`, true)];
    const old = await raw.freshCredentials();
    if (!old || old.sign) return [subject.hidden(at, FACT, 'no token is at hand', true)];
    const ask = {
      path: subject.path(list.path),
      query: list.query,
      headers: { ...old.headers },
      values: { ...old.query },
      as: 'nobody' as const,
    };
    const begun = subject.now();
    const lives = auth.type === 'session' ? milliseconds(auth.lives) : null;
    while (subject.now() - begun <= options.patienceMs && !options.signal?.aborted) {
      const reply = await raw.send(ask);
      const page = subject.read(reply);
      if (!isGood(reply) || page.items === null) {
        const after = Math.max(1, Math.round((subject.now() - begun) / STEP)) * STEP;
        const finding = refusalOf(subject, reply, FACT);
        return [{ ...finding, seen: `${finding.seen}, from ${durationOf(after)} on` }];
      }
      if (subject.now() - begun + STEP > options.patienceMs) break;
      await subject.sleep(STEP);
    }
    const why = lives === null ? '' : ` (sessions are said to live ${durationOf(lives)})`;
    return [
      subject.hidden(
        at,
        FACT,
        `none expired within ${durationOf(options.patienceMs)}${why}; wait longer with --patience`,
        true,
      ),
    ];
  },
};
