import type { Style } from './style.ts';

export interface InitReport {
  folder: string;
  /** Paths from the folder. */
  files: string[];
  next: string[];
}

/** What was written, and what to do with it. */
export function initText({ folder, files, next }: InitReport, { colours }: Style): string {
  const lines = [
    `Written to ${folder}:`,
    ...files.map((file) => `  ${colours.green('+')} ${file}`),
    '',
    'What to do now:',
    ...next.map((step, index) => `  ${index + 1}. ${step}`),
  ];
  return `${lines.join('\n')}\n`;
}
