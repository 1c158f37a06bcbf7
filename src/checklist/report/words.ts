import type { Blocks, Person, Status, Theme } from '../question.ts';
import { inGerman } from './standing-texts.ts';

export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** All that a report says by itself; what systems answered is quoted as it was found. */
export interface Words {
  title: string;
  environment: string;
  checked: string;
  by: string;
  purpose: string;
  verdict: string;
  ready(environment: string): string;
  notReady(environment: string, count: number): string;
  laterForProduction(count: number): string;
  systems: string;
  connector: string;
  protocol: string;
  address: string;
  contact: string;
  nobody: string;
  openPoints: string;
  noOpenPoints: string;
  question: string;
  both: string;
  state: string;
  todo: string;
  who: string;
  stops: string;
  overridden: string;
  overriddenBy(time: string, reason: string): string;
  checkList: string;
  why: string;
  answer: string;
  evidence(count: number): string;
  findings(count: number): string;
  asked: string;
  found: string;
  seal: string;
  sealHow: string;
  /** What an answer says or advises. */
  said(text: string): string;
  status: Record<Status, string>;
  blocks: Record<Blocks, string>;
  theme: Record<Theme, string>;
  person: Record<Person, string>;
}

const EN: Words = {
  title: 'Readiness of the integration',
  environment: 'Environment',
  checked: 'Checked',
  by: 'by Dovetail',
  purpose: 'Purpose',
  verdict: 'Verdict',
  ready: (environment) => `Ready for runs in ${environment}`,
  notReady: (environment, count) =>
    `Not ready for runs in ${environment}: ${count} ${count === 1 ? 'answer is' : 'answers are'} in the way`,
  laterForProduction: (count) =>
    `Before production, ${count} more ${count === 1 ? 'answer' : 'answers'} must be given or proved.`,
  systems: 'The two systems',
  connector: 'Connector',
  protocol: 'Protocol',
  address: 'Address',
  contact: 'Contact',
  nobody: 'nobody is named',
  openPoints: 'Open points',
  noOpenPoints: 'There are none.',
  question: 'Question',
  both: 'both',
  state: 'Status',
  todo: 'What to do',
  who: 'Who',
  stops: 'In the way of',
  overridden: 'Let through',
  overriddenBy: (time, reason) => `since ${time}, for this reason: ${reason}`,
  checkList: 'The check list',
  why: 'Why it matters',
  answer: 'Answer',
  evidence: (count) => `Evidence (${count})`,
  findings: (count) => `Findings (${count})`,
  asked: 'asked',
  found: 'found',
  seal: 'Digest of contents',
  sealHow: 'A copy is unchanged when `dovetail check --verify FILE` says so and names this digest.',
  said: (text) => text,
  status: {
    verified: 'verified',
    declared: 'declared',
    open: 'open',
    contradicted: 'contradicted',
    stale: 'stale',
    'not-applicable': 'not applicable',
  },
  blocks: { runs: 'every run', production: 'production', nothing: 'nothing' },
  theme: {
    system: 'Systems and ways in',
    access: 'Access and environments',
    data: 'Objects and fields',
    values: 'Values',
    reading: 'Reading large sets',
    operation: 'Operation and duties',
  },
  person: {
    administrator: 'Administrator of the system',
    network: 'Network administrator',
    owner: 'Owner of the process',
    'privacy-officer': 'Data protection officer',
    engineer: 'Integration engineer',
  },
};

const DE: Words = {
  title: 'Bereitschaft der Integration',
  environment: 'Umgebung',
  checked: 'Geprüft',
  by: 'von Dovetail',
  purpose: 'Zweck',
  verdict: 'Ergebnis',
  ready: (environment) => `Bereit für Läufe in ${environment}`,
  notReady: (environment, count) =>
    `Nicht bereit für Läufe in ${environment}: ${count} ${count === 1 ? 'Antwort steht' : 'Antworten stehen'} im Weg`,
  laterForProduction: (count) =>
    `Vor dem Echtbetrieb ${count === 1 ? 'ist noch eine Antwort' : `sind noch ${count} Antworten`} zu geben oder zu belegen.`,
  systems: 'Die beiden Systeme',
  connector: 'Konnektor',
  protocol: 'Protokoll',
  address: 'Adresse',
  contact: 'Ansprechpartner',
  nobody: 'niemand benannt',
  openPoints: 'Offene Punkte',
  noOpenPoints: 'Es gibt keine.',
  question: 'Frage',
  both: 'beide',
  state: 'Stand',
  todo: 'Was zu tun ist',
  who: 'Wer',
  stops: 'Steht im Weg',
  overridden: 'Durchgelassen',
  overriddenBy: (time, reason) => `seit ${time}, mit dieser Begründung: ${reason}`,
  checkList: 'Die Prüfliste',
  why: 'Warum es wichtig ist',
  answer: 'Antwort',
  evidence: (count) => `Belege (${count})`,
  findings: (count) => `Befunde (${count})`,
  asked: 'gefragt',
  found: 'gefunden',
  seal: 'Prüfsumme des Inhalts',
  sealHow: 'Eine Kopie ist unverändert, wenn `dovetail check --verify DATEI` das sagt und diese Prüfsumme nennt.',
  said: inGerman,
  status: {
    verified: 'belegt',
    declared: 'angegeben',
    open: 'offen',
    contradicted: 'widerlegt',
    stale: 'veraltet',
    'not-applicable': 'entfällt',
  },
  blocks: { runs: 'jedem Lauf', production: 'dem Echtbetrieb', nothing: 'nichts' },
  theme: {
    system: 'Systeme und Zugänge',
    access: 'Zugriff und Umgebungen',
    data: 'Objekte und Felder',
    values: 'Werte',
    reading: 'Lesen großer Mengen',
    operation: 'Betrieb und Pflichten',
  },
  person: {
    administrator: 'Administrator des Systems',
    network: 'Netzwerkadministrator',
    owner: 'Verantwortlicher des Prozesses',
    'privacy-officer': 'Datenschutzbeauftragter',
    engineer: 'Integrationsentwickler',
  },
};

export const WORDS: Record<Language, Words> = { en: EN, de: DE };
