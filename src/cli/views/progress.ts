import type { ProgressReport } from '../progress-report.ts';
import type { Style } from './style.ts';
import { counted, numberText, shorten } from './text.ts';

/** One line about a mapping: records, speed, calls and what is left of each system's quota. */
export function progressText(report: ProgressReport, { colours, width }: Style): string {
  const done = report.phase === 'done';
  const parts = [
    `${numberText(report.read)} read`,
    `${numberText(report.written)} written`,
    `${numberText(report.perSecond)}/s`,
    ...report.systems.map(({ name, calls, quota }) => {
      const left = quota === null ? '' : `, ${numberText(quota)} left`;
      return `${name} ${counted(calls, 'call')}${left}`;
    }),
  ];
  const text = shorten(
    `${report.mapping}  ${done ? '' : `${report.phase}  `}${parts.join('  ')}`,
    Math.max(20, width - 3),
  );
  return `${done ? colours.green('✓') : colours.cyan('·')} ${text}`;
}
