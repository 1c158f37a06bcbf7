import { Draw, mix } from './draw.ts';
import {
  CALLING_CODES,
  CITIES,
  type Country,
  FAMILIES,
  FIRST_NAMES,
  INDUSTRIES,
  LEGAL_FORMS,
  LEGAL_FORMS_ABROAD,
  SALUTATIONS,
  STAGES,
  STATUSES,
  STREETS,
  TRADES,
  UNITS,
  WARE_KINDS,
  WARES,
} from './seed-words.ts';

/**
 * The world both systems are seeded from. What is number k here is the same company, person, product or deal wherever
 * it turns up; each system stores it in its own way.
 */

/** From this number on are the companies, products and deals that only the ERP knows. */
export const ERP_ONLY = 4_000_000;

export interface Phone {
  country: Country;
  area: string;
  number: string;
}

export interface CompanySeed {
  name: string;
  vat: string | null;
  email: string | null;
  phone: Phone | null;
  domain: string;
  street: string;
  postalCode: string;
  city: string;
  country: Country;
  status: number;
  industry: (typeof INDUSTRIES)[number];
  employees: number;
  revenueCents: number;
  newsletter: boolean;
}

export interface PersonSeed {
  firstName: string;
  lastName: string;
  email: string | null;
  phone: Phone | null;
  salutation: number;
  language: string;
}

export interface ProductSeed {
  sku: string;
  name: string;
  description: string;
  priceCents: number;
  unit: number;
  active: boolean;
}

export interface DealSeed {
  title: string;
  amountCents: number;
  currency: string;
  stage: number;
  /** Whole days after the company's first contact. */
  days: number;
}

const COMPANY = 1;
const PERSON = 2;
const PRODUCT = 3;
const DEAL = 4;
const OVERLAP = 5;

export function companySeed(seed: number, k: number): CompanySeed {
  const draw = new Draw(seed, COMPANY, k);
  const [city, postal, area, country] = draw.pick(CITIES);
  const family = draw.pick(FAMILIES);
  const trade = draw.pick(TRADES);
  const legal = country === 'DE' ? draw.pick(LEGAL_FORMS) : LEGAL_FORMS_ABROAD[country];
  const name = companyName(draw, { family, trade, legal, city });
  const domain = domainOf(family, trade, k);
  const length = country === 'DE' || country === 'FR' || country === 'CZ' ? 5 : country === 'PL' ? 6 : 4;
  return {
    name,
    vat: draw.chance(0.08) ? null : vatId(country, seed, k),
    email: companyEmail(seed, k, domain),
    phone: draw.chance(0.1) ? null : { country, area, number: String(1_000_000 + draw.below(8_999_999)) },
    domain,
    street: `${draw.pick(STREETS)} ${1 + draw.below(180)}${draw.chance(0.1) ? ' a' : ''}`,
    postalCode: postal + String(100 + draw.below(800)).slice(0, Math.max(1, length - postal.replace(' ', '').length)),
    city,
    country,
    status: draw.below(STATUSES.length),
    industry: draw.pick(INDUSTRIES),
    employees: Math.floor(3 ** (1 + draw.next() * 7)),
    revenueCents: draw.below(5_000_000_000),
    newsletter: draw.chance(0.4),
  };
}

type NameParts = { family: string; trade: string; legal: string; city: string };

function companyName(draw: Draw, { family, trade, legal, city }: NameParts): string {
  const roll = draw.next();
  if (roll < 0.5) return `${family} ${trade} ${legal}`;
  if (roll < 0.7) return `${trade} ${city} ${legal}`;
  if (roll < 0.88) return `${family} & ${draw.pick(FAMILIES)} ${trade} ${legal}`.slice(0, 80).trimEnd();
  return `${family} & Söhne ${trade}- und Handelsgesellschaft ${city} mbH & Co. KG`.slice(0, 80).trimEnd();
}

/** One in ten has none; one in twenty shares the address of the company before it. */
function companyEmail(seed: number, k: number, domain: string): string | null {
  const roll = mix(seed, COMPANY, k, 7) % 100;
  if (roll < 10) return null;
  if (roll < 15 && k > 0) {
    const before = new Draw(seed, COMPANY, k - 1);
    before.pick(CITIES);
    return `info@${domainOf(before.pick(FAMILIES), before.pick(TRADES), k - 1)}`;
  }
  return `info@${domain}`;
}

function domainOf(family: string, trade: string, k: number): string {
  return `${asciiName(family)}-${asciiName(trade)}${k < 20 ? '' : `-${k.toString(36)}`}.example`;
}

const GERMAN: Record<string, string> = { ä: 'ae', ö: 'oe', ü: 'ue', ß: 'ss', ł: 'l', ı: 'i', ø: 'o', æ: 'ae' };
const asciiNames = new Map<string, string>();

function asciiName(text: string): string {
  let name = asciiNames.get(text);
  if (name === undefined) {
    const spelled = text.toLowerCase().replace(/[äöüßłıøæ]/g, (letter) => GERMAN[letter] ?? letter);
    name = spelled
      .normalize('NFD')
      .replace(/[^a-z0-9 -]/g, '')
      .trim()
      .replace(/[ -]+/g, '-');
    asciiNames.set(text, name);
  }
  return name;
}

function vatId(country: Country, seed: number, k: number): string {
  const digits = String(10_000_000 + ((k * 48_271 + (seed % 1000) * 13) % 89_999_999));
  switch (country) {
    case 'DE':
      return `DE${digits}${germanCheckDigit(digits)}`;
    case 'AT':
      return `ATU${digits}`;
    case 'CH':
      return `CHE${digits}0`;
    case 'FR':
      return `FR00${digits}0`;
    case 'NL':
      return `NL${digits}0B01`;
    case 'PL':
      return `PL${digits}00`;
    case 'CZ':
      return `CZ${digits}`;
  }
}

/** The ninth digit of a German VAT id (ISO 7064, mod 11,10). */
export function germanCheckDigit(eightDigits: string): number {
  let product = 10;
  for (const digit of eightDigits) {
    const sum = (Number(digit) + product) % 10 || 10;
    product = (2 * sum) % 11;
  }
  return (11 - product) % 10;
}

export const PHONE_NOTATIONS = 5;

/** A phone number in one of five notations; numbers abroad come in the three that name the country. */
export function phoneText(phone: Phone | null, notation: number): string | null {
  if (phone === null) return null;
  const { country, area, number } = phone;
  const calling = CALLING_CODES[country];
  const abroad = country !== 'DE';
  switch (abroad ? notation % 3 : notation % PHONE_NOTATIONS) {
    case 0:
      return `+${calling} ${area} ${number}`;
    case 1:
      return `00${calling} ${area} ${number}`;
    case 2:
      return `+${calling}(0)${area}-${number}`;
    case 3:
      return `0${area}/${number}`;
    default:
      return `(0${area}) ${number.slice(0, 3)} ${number.slice(3, 5)} ${number.slice(5)}`;
  }
}

/** The persons of a company count from 0; person 0 is the main contact. */
export function personSeed(seed: number, company: number, person: number): PersonSeed {
  const draw = new Draw(seed, PERSON, company, person);
  const firstName = draw.pick(FIRST_NAMES);
  const lastName = draw.pick(FAMILIES);
  const [, , area, country] = draw.pick(CITIES);
  const address = `${asciiName(firstName)}.${asciiName(lastName)}.${company.toString(36)}`;
  const roll = draw.next();
  return {
    firstName,
    lastName,
    email:
      roll < 0.08
        ? null
        : roll < 0.12
          ? 'einkauf@konzern.example'
          : `${address}${person === 0 ? '' : `-${person}`}@mail.example`,
    phone: draw.chance(0.3) ? null : { country, area, number: String(1_000_000 + draw.below(8_999_999)) },
    salutation: draw.below(SALUTATIONS.length),
    language: country === 'DE' || country === 'AT' ? 'de' : country.toLowerCase(),
  };
}

export function productSeed(seed: number, k: number): ProductSeed {
  const draw = new Draw(seed, PRODUCT, k);
  const ware = draw.pick(WARES);
  const kind = draw.pick(WARE_KINDS);
  return {
    sku: `A-${10_000 + k}`,
    name: `${ware} ${kind} ${100 + draw.below(900)}${draw.chance(0.2) ? ' (Auslaufmodell, Restbestand)' : ''}`,
    description: draw.chance(0.3) ? '' : `${ware}, ${kind}. Lieferzeit etwa ${1 + draw.below(9)} Wochen.`,
    priceCents: 99 + draw.below(500_000),
    unit: draw.below(UNITS.length),
    active: draw.chance(0.9),
  };
}

export function dealSeed(seed: number, k: number): DealSeed {
  const draw = new Draw(seed, DEAL, k);
  return {
    title: `Angebot ${100_000 + k}: ${1 + draw.below(50)} × ${draw.pick(WARES)} ${draw.pick(WARE_KINDS)}`,
    amountCents: 10_000 + draw.below(30_000_000),
    currency: draw.chance(0.85) ? 'EUR' : draw.chance(0.5) ? 'USD' : 'CHF',
    stage: draw.below(STAGES.length),
    days: draw.below(365),
  };
}

/** The number of the company a deal belongs to. */
export function dealCompany(seed: number, k: number, companies: number): number {
  return companies === 0 ? 0 : mix(seed, DEAL, k, 3) % companies;
}

/** Whether the ERP's n-th customer or article is the CRM's n-th company or product. */
export function isInBoth(seed: number, n: number, share: number): boolean {
  return mix(seed, OVERLAP, n) % 10_000 < share * 10_000;
}

/** When a seeded record last changed: two years of work spread evenly up to `end`, `group` records per stamp. */
export function seedStamp(n: number, count: number, end: number, group: number): number {
  const span = 2 * 365 * 86_400_000;
  const stamps = Math.ceil(count / group);
  return end - Math.floor((span / stamps) * (stamps - Math.floor(n / group)));
}

/** 1 January 2026, 00:00 UTC. */
export const SEED_END = Date.UTC(2026, 0, 1);
