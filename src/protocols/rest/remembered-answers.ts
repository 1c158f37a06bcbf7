import { parseBody } from '../../connector/response.ts';
import type { Answer, Call, Sender } from './sender.ts';

/** Answers of one object that are kept for requests that ask for them only when they have changed. */
export interface RememberedAnswers {
  get(path: string): RememberedAnswer | undefined;
  set(path: string, answer: RememberedAnswer): void;
}

export interface RememberedAnswer {
  /** What the request is sent with next time. */
  headers: Record<string, string>;
  body: string;
  /** Names in lower case. */
  responseHeaders: Record<string, string>;
}

/** Characters of bodies that are kept for one object; beyond, the oldest are forgotten. */
const MOST_CHARACTERS = 8 * 1024 * 1024;

export function createRemembered(): RememberedAnswers {
  const answers = new Map<string, RememberedAnswer>();
  let characters = 0;
  const forget = (path: string) => {
    characters -= answers.get(path)?.body.length ?? 0;
    answers.delete(path);
  };
  return {
    get: (path) => answers.get(path),
    set(path, answer) {
      forget(path);
      if (answer.body.length > MOST_CHARACTERS) return;
      answers.set(path, answer);
      characters += answer.body.length;
      for (const oldest of answers.keys()) {
        if (characters <= MOST_CHARACTERS) break;
        forget(oldest);
      }
    },
  };
}

/**
 * The header that asks for an answer only when it has changed since this one. A date of last modification counts only
 * where the answer is clearly younger: within one second, a record may change twice.
 */
function validatorOf(
  kind: 'etag' | 'last_modified',
  headers: Readonly<Record<string, string>>,
): Record<string, string> | null {
  if (kind === 'etag') return headers.etag === undefined ? null : { 'if-none-match': headers.etag };
  const modified = headers['last-modified'];
  const apart = Date.parse(headers.date ?? '') - Date.parse(modified ?? '');
  return modified !== undefined && apart >= 2000 ? { 'if-modified-since': modified } : null;
}

/**
 * Sends a call that asks for an answer only when it has changed since the one that is kept; else that one is the answer
 * again, whole. So a reader never misses what it did not get done with the time before.
 */
export async function sendUnlessUnchanged(
  sender: Sender,
  call: Call,
  kind: 'etag' | 'last_modified',
  remembered: RememberedAnswers,
): Promise<Answer> {
  const key = `${call.path}\n${call.body ?? ''}`;
  const kept = remembered.get(key);
  const headers = { ...call.headers, ...kept?.headers };
  const answer = await sender.send({ ...call, headers, ...(kept ? { unchanged: true } : {}) });
  if (!answer.ok) return answer;
  if (kept && answer.response.status === 304) {
    const response = {
      ...answer.response,
      status: 200,
      headers: { ...kept.responseHeaders, ...answer.response.headers },
    };
    return { ...answer, response, data: (call.parse ?? parseBody)(kept.body) };
  }
  const validator = validatorOf(kind, answer.response.headers);
  if (validator) {
    const { body, headers: responseHeaders } = answer.response;
    remembered.set(key, { headers: validator, body, responseHeaders });
  }
  return answer;
}
