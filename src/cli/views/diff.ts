import type { DiffLine } from '../../connector/line-diff.ts';
import type { Style } from './style.ts';
import { printable } from './text.ts';

/** The lines of a difference, as people know them. */
export const diffRows = (diff: readonly DiffLine[], { colours }: Style): string[] =>
  diff.map(({ kind, line }) => {
    const text = printable(line);
    if (kind === 'gone') return colours.red(`- ${text}`);
    if (kind === 'new') return colours.green(`+ ${text}`);
    return kind === 'gap' ? colours.dim('  …') : `  ${text}`;
  });
