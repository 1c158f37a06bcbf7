import type { LoadedIntegration, LoadedSystem } from '../../integration/loaded.ts';
import { SIDES } from '../../record/side.ts';
import { isGap } from '../line.ts';
import { type CheckLine, type Question, THEMES, type Theme } from '../question.ts';
import { QUESTIONS } from '../registry.ts';
import type { CheckReport } from '../run-check.ts';
import type { Language } from './words.ts';

/** What a report says, whatever it is written as. */
export interface ReportModel {
  language: Language;
  report: CheckReport;
  purpose: string;
  version: string;
  systems: SystemFacts[];
  /** Answers that can't be relied upon, what is in the way of most first. */
  openPoints: { line: CheckLine; question: Question; who: string | null }[];
  /** Questions by theme, with their answers; themes without any are left out. */
  themes: { theme: Theme; questions: { question: Question; lines: CheckLine[] }[] }[];
  overridden: readonly OverriddenLine[];
}

export interface SystemFacts {
  name: string;
  title: string;
  connector: string;
  protocol: string;
  /** Host and port, never with credentials. */
  address: string;
  contact: string | null;
}

/** A question that somebody let through. `at`: epoch ms. */
export interface OverriddenLine {
  question: string;
  system: string | null;
  reason: string;
  at: number;
}

export interface ReportSettings {
  language: Language;
  /** Of Dovetail. */
  version: string;
  overridden: readonly OverriddenLine[];
}

const URGENCY = { runs: 0, production: 1, nothing: 2 } as const;

export function reportModel(
  integration: LoadedIntegration,
  report: CheckReport,
  { language, version, overridden }: ReportSettings,
): ReportModel {
  const { lines } = report;
  const gaps = lines
    .filter((line) => isGap(line.status))
    .sort((one, other) => Number(other.blocking) - Number(one.blocking) || URGENCY[one.blocks] - URGENCY[other.blocks]);
  return {
    language,
    report,
    purpose: integration.purpose,
    version,
    systems: SIDES.map((side) => factsOf(integration[side], addressIn(lines, integration[side].name))),
    openPoints: gaps.flatMap((line) => {
      const question = QUESTIONS.find(({ id }) => id === line.question);
      return question ? [{ line, question, who: contactFor(integration, line, question) }] : [];
    }),
    themes: THEMES.flatMap((theme) => {
      const questions = QUESTIONS.filter((question) => question.theme === theme)
        .map((question) => ({ question, lines: lines.filter((line) => line.question === question.id) }))
        .filter((one) => one.lines.length > 0);
      return questions.length === 0 ? [] : [{ theme, questions }];
    }),
    overridden,
  };
}

function factsOf({ name, title, connector, contact }: LoadedSystem, address: string): SystemFacts {
  return {
    name,
    title,
    connector: connector.title,
    protocol: connector.protocol,
    address,
    contact: contact && (contact.email === null ? contact.name : `${contact.name}, ${contact.email}`),
  };
}

/** As the answer to the question of reachability has it. */
const addressIn = (lines: readonly CheckLine[], system: string): string =>
  lines.find((line) => line.question === 'reachability' && line.system === system)?.says ?? '';

/** The name of the person who answers questions about the system, where it is theirs to answer. */
function contactFor(integration: LoadedIntegration, { system }: CheckLine, { ask }: Question): string | null {
  if (ask !== 'administrator' && ask !== 'network') return null;
  const side = SIDES.find((one) => integration[one].name === system);
  return side === undefined ? null : (integration[side].contact?.name ?? null);
}
