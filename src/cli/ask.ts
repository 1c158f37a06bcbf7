import process from 'node:process';
import { isCancel, password, text } from '@clack/prompts';
import type { VariableQuestion } from './connect-variables.ts';

/** Asks the person at the terminal; null where they leave. On stderr: stdout is for results. */
export async function askVariable({ label, hint, secret, fallback }: VariableQuestion): Promise<string | null> {
  const message = hint === null ? label : `${label} (${hint})`;
  const validate = (value: string | undefined) => (value || fallback !== null ? undefined : 'It is needed.');
  const output = process.stderr;
  const answer = secret
    ? await password({ message, validate, output })
    : await text({ message, validate, output, ...(fallback === null ? {} : { placeholder: fallback }) });
  if (isCancel(answer)) return null;
  return answer || fallback;
}
