import { isGermanDate, parseBerlinMinute } from '../berlin.ts';
import { germanCheckDigit } from '../seeds.ts';
import { isJsonObject, type Json } from '../system.ts';
import { ERP, ERP_TABLES, type ErpField, type ErpObject } from './objects.ts';

export const TEXT_LENGTH = 40;

export type Stored = { ok: true; fields: Record<string, Json> } | { ok: false; message: string };

/**
 * A full record in the form the ERP stores: texts in Latin-1 (other characters become `?`), cut to their length, blanks
 * at the end gone; what is missing becomes empty; fields it doesn't know are ignored. Refused is only what it can't read.
 */
export function storedForm(
  object: ErpObject,
  input: Record<string, Json>,
  customerExists: (id: number) => boolean,
): Stored {
  const fields: Record<string, Json> = {};
  for (const [name, spec] of Object.entries(ERP[object].fields)) {
    const raw = input[name];
    const value =
      raw === undefined || raw === null || raw === '' ? emptyForm(spec) : storedValue(spec, raw, customerExists);
    if (value === undefined) return { ok: false, message: `Ungültiger Wert im Feld ${name}` };
    fields[name] = value;
  }
  return { ok: true, fields };
}

function emptyForm(spec: ErpField): Json {
  switch (spec.type) {
    case 'code':
    case 'customer':
      return null;
    case 'flag':
      return 'N';
    case 'bit':
      return 0;
    case 'lines':
      return [];
    default:
      return '';
  }
}

/** Undefined: can't be read. */
function storedValue(spec: ErpField, raw: Json, customerExists: (id: number) => boolean): Json | undefined {
  switch (spec.type) {
    case 'text':
      return storedText(typeof raw === 'object' ? JSON.stringify(raw) : String(raw), spec.max);
    case 'code': {
      const code = Number(raw);
      return spec.table !== undefined && Object.hasOwn(ERP_TABLES[spec.table], code) ? code : undefined;
    }
    case 'money':
      return typeof raw === 'string' ? storedMoney(raw) : undefined;
    case 'flag':
      return raw === 'J' ? 'J' : raw === 'N' ? 'N' : undefined;
    case 'bit':
      return raw === 1 ? 1 : raw === 0 ? 0 : undefined;
    case 'date':
      return typeof raw === 'string' && isGermanDate(raw) ? raw : undefined;
    case 'minute':
      return typeof raw === 'string' && parseBerlinMinute(raw) !== undefined ? raw : undefined;
    case 'customer': {
      const id = Number(raw);
      return customerExists(id) ? id : undefined;
    }
    case 'lines':
      return Array.isArray(raw) ? storedLines(raw) : undefined;
  }
}

/** `max` counts characters. */
export function storedText(text: string, max = TEXT_LENGTH): string {
  return text
    .replace(/[^\u0000-\u00ff]/gu, '?')
    .slice(0, max)
    .trimEnd();
}

const MONEY = /^(-?)(\d{1,3}(?:\.\d{3})+|\d+)(?:,(\d+))? ?(€|\$|CHF)?$/;

/** `1234,5 €` as `1.234,50 €`; rounded half up to two decimals; € when no currency is named. */
function storedMoney(text: string): string | undefined {
  const [, sign, whole, decimals = '', symbol = '€'] = MONEY.exec(text.trim()) ?? [];
  if (whole === undefined || whole.length > 15) return undefined;
  const digits = whole.replaceAll('.', '') + decimals.slice(0, 2).padEnd(2, '0');
  const roundsUp = (decimals[2] ?? '0') >= '5';
  return germanMoney(Number(digits) + (roundsUp ? 1 : 0), symbol, sign === '-');
}

/** Cents as `1.234,50 €`. */
export function germanMoney(cents: number, symbol: string, isNegative = false): string {
  const digits = String(cents).padStart(3, '0');
  const whole = digits.slice(0, -2).replace(/\B(?=(\d{3})+$)/g, '.');
  return `${isNegative && cents > 0 ? '-' : ''}${whole},${digits.slice(-2)} ${symbol}`;
}

function storedLines(lines: readonly Json[]): Json | undefined {
  const stored: Json[] = [];
  for (const [i, line] of lines.entries()) {
    if (!isJsonObject(line)) return undefined;
    const { position, article_no: article, quantity, unit_price: price } = line;
    const unitPrice = typeof price === 'string' && price !== '' ? storedMoney(price) : '';
    if (unitPrice === undefined) return undefined;
    stored.push({
      position: typeof position === 'number' ? position : i + 1,
      article_no: storedText(typeof article === 'string' ? article : ''),
      quantity: typeof quantity === 'number' ? quantity : 0,
      unit_price: unitPrice,
    });
  }
  return stored;
}

/** Which rule of the user interface the record breaks; the API knows none of them. */
export function brokenRule(object: ErpObject, fields: Record<string, Json>): string | undefined {
  const filled = (name: string) => fields[name] !== '' && fields[name] !== null;
  switch (object) {
    case 'customers':
      if (!filled('name_1')) return 'Name 1 ist ein Pflichtfeld';
      if (filled('vat_no') && !isVatId(String(fields.vat_no))) return 'Ungültige USt-IdNr.';
      if (filled('email') && !String(fields.email).includes('@')) return 'Ungültige E-Mail-Adresse';
      return undefined;
    case 'articles':
      return filled('article_no') ? undefined : 'Artikelnummer ist ein Pflichtfeld';
    case 'orders':
      return filled('customer_no') ? undefined : 'Kunde ist ein Pflichtfeld';
    case 'price_lists':
      return undefined;
  }
}

function isVatId(text: string): boolean {
  const german = /^DE(\d{8})(\d)$/.exec(text);
  if (german?.[1] !== undefined) return germanCheckDigit(german[1]) === Number(german[2]);
  return /^(?!DE)[A-Z]{2}[0-9A-Z]{8,13}$/.test(text);
}
