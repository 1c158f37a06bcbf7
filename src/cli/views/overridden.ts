import type { Overridden } from '../gate.ts';
import type { Style } from './style.ts';
import { printable, timeText } from './text.ts';

/** What somebody let through the gate, and why: in every report until it is resolved. */
export const overriddenLines = (overridden: readonly Overridden[], { colours }: Style): string[] =>
  overridden.map(
    ({ question, system, status, reason, at }) =>
      `${colours.yellow('Overridden:')} ${question}${system === null ? '' : ` (${system})`} is ${status}; let through at ${timeText(at)}: ${printable(reason)}`,
  );
