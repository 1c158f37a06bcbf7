import type { Finding } from '../../store/port.ts';
import type { Style } from './style.ts';
import { counted, printable } from './text.ts';

export interface DoctorReport {
  findings: Finding[];
}

/** One line per finding; what is wrong with what to do about it. */
export function doctorText({ findings }: DoctorReport, { colours }: Style): string {
  const lines = findings.flatMap(({ ok, what, detail, next }) => {
    const mark = ok ? colours.green('✓') : colours.red('✗');
    const line = `${mark} ${what}: ${printable(detail)}`;
    return next ? [line, `    ${colours.cyan('→')} ${printable(next)}`] : [line];
  });
  const wrong = findings.filter(({ ok }) => !ok).length;
  lines.push('', wrong === 0 ? 'All is well.' : `${counted(wrong, 'finding')} to look at.`);
  return `${lines.join('\n')}\n`;
}
