import { shiftDecimal } from '../../record/decimal.ts';
import type { Money, Value } from '../../record/value.ts';
import type { FieldDefinition } from '../field.ts';
import type { FieldCodec } from './field-codec.ts';
import { minorDigits } from './minor-units.ts';
import { compileNumber, type NumberFormat, toDecimal } from './number.ts';
import { compileReader } from './path.ts';

type MoneyFormat = NonNullable<FieldDefinition['money']>;

const PLAIN_MONEY: MoneyFormat = {
  form: 'object',
  amount: 'amount',
  currency: 'currency',
  unit: 'major',
  digits: {},
  symbols: {},
};

/** Symbol or code on the wire ↔ ISO 4217 code. */
export interface CurrencyCodec {
  read(raw: unknown): string | undefined;
  /** The symbol where one is declared for the code, else the code. */
  write(code: string): string;
}

/** Declared symbols, and every code of three capitals. Whether a code is in the ISO table is not asked. */
export function compileCurrency(symbols: Record<string, string>): CurrencyCodec {
  const codes = new Map(Object.entries(symbols));
  const written = new Map(
    Object.entries(symbols)
      .toReversed()
      .map(([symbol, code]) => [code, symbol]),
  );
  return {
    read(raw) {
      if (typeof raw !== 'string') return undefined;
      const text = raw.trim();
      return codes.get(text) ?? (isCode(text) ? text : undefined);
    },
    write: (code) => written.get(code) ?? code,
  };
}

export function currencyCodec(definition: FieldDefinition): FieldCodec {
  const currency = compileCurrency(definition.money?.symbols ?? {});
  return {
    decode: currency.read,
    encode: (value) => {
      const code = currency.read(value);
      return code === undefined ? undefined : currency.write(code);
    },
    expects: 'a currency code of ISO 4217, or a declared symbol',
  };
}

/**
 * The three forms of money. Where the system has one fixed currency, no other can be said, and a currency that is not
 * sent is that one.
 */
export function moneyCodec(definition: FieldDefinition): FieldCodec {
  const format = definition.money ?? PLAIN_MONEY;
  const number = compileAmount(definition.number, format);
  const currency = compileCurrency(format.symbols);
  if (format.form === 'text') return textForm(format, number, currency);
  return format.form === 'amount' ? amountForm(format, number, currency) : objectForm(format, number, currency);
}

/** Wire form ↔ amount in the major unit of a currency. */
interface AmountCodec {
  read(raw: unknown, currency: string | undefined): string | undefined;
  write(amount: string, currency: string): string | number | undefined;
  writeText(amount: string, currency: string): string | undefined;
  expects: string;
}

function compileAmount(declared: NumberFormat | undefined, { unit, digits }: MoneyFormat): AmountCodec {
  const number = compileNumber(declared);
  if (unit === 'major') return number;
  const places = (currency: string) => digits[currency] ?? minorDigits(currency);
  const inMinor = (amount: string, currency: string): string | undefined => {
    const count = places(currency);
    if (count === undefined) return undefined;
    const minor = shiftDecimal(amount, count);
    // Parts of a cent can't be said, unless a scale says that the system rounds.
    return minor.includes('.') && declared?.scale === undefined ? undefined : minor;
  };
  return {
    read: (raw, currency) => {
      const minor = number.read(raw);
      const count = currency === undefined ? undefined : places(currency);
      return minor === undefined || count === undefined ? undefined : shiftDecimal(minor, -count);
    },
    write: (amount, currency) => {
      const minor = inMinor(amount, currency);
      return minor === undefined ? undefined : number.write(minor);
    },
    writeText: (amount, currency) => {
      const minor = inMinor(amount, currency);
      return minor === undefined ? undefined : number.writeText(minor);
    },
    expects: `${number.expects}, counted in minor units`,
  };
}

function objectForm(format: MoneyFormat, number: AmountCodec, currency: CurrencyCodec): FieldCodec {
  return {
    decode(raw) {
      if (!isRecord(raw)) return undefined;
      // An amount that is not there is no money, whatever currency stands beside it.
      if (raw[format.amount] === null || raw[format.amount] === '') return null;
      return money(number, raw[format.amount], currencyOf(raw[format.currency], format, currency));
    },
    encode(value) {
      const canonical = toMoney(value, format.fixed);
      const amount = canonical && number.write(canonical.amount, canonical.currency);
      if (canonical === undefined || amount === undefined) return undefined;
      return { [format.amount]: amount, [format.currency]: currency.write(canonical.currency) };
    },
    expects: `an object of ${format.amount} (${number.expects}) and ${format.currency}`,
  };
}

/** `1.234,56 €`, read with the currency on either side and any blanks, written with it behind and one blank. */
function textForm(format: MoneyFormat, number: AmountCodec, currency: CurrencyCodec): FieldCodec {
  return {
    decode(raw) {
      if (typeof raw === 'number') return money(number, raw, format.fixed);
      const found = typeof raw === 'string' ? splitAmount(raw) : undefined;
      return found && money(number, found.amount, currencyOf(found.currency, format, currency));
    },
    encode(value) {
      const canonical = toMoney(value, format.fixed);
      const amount = canonical && number.writeText(canonical.amount, canonical.currency);
      return amount === undefined || !canonical ? undefined : `${amount} ${currency.write(canonical.currency)}`;
    },
    expects: `a text of amount and currency, the amount ${number.expects}`,
  };
}

/** The amount reaches from the first to the last digit, with a sign before it; the rest, on one side, is the currency. */
function splitAmount(text: string): { amount: string; currency: string } | undefined {
  const first = text.search(/\d/);
  if (first < 0) return undefined;
  let end = text.length;
  while (!isDigit(text.charCodeAt(end - 1))) end--;
  let before = text.slice(0, first).trim();
  const after = text.slice(end).trim();
  // The sign stands before the amount or, as in -€5, before the currency.
  const sign = before.startsWith('-') || before.endsWith('-') ? '-' : '';
  if (sign !== '') before = before.startsWith('-') ? before.slice(1).trimStart() : before.slice(0, -1).trimEnd();
  if (before !== '' && after !== '') return undefined;
  return { amount: sign + text.slice(first, end), currency: before + after };
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

function amountForm(format: MoneyFormat, number: AmountCodec, currency: CurrencyCodec): FieldCodec {
  const { currency_field: path } = format;
  const readCurrency = path === undefined ? undefined : compileReader(path);
  const codec: FieldCodec = {
    decode: (raw, wire) => money(number, raw, currencyOf(readCurrency?.(wire), format, currency)),
    encode(value) {
      const canonical = toMoney(value, format.fixed);
      return canonical && number.write(canonical.amount, canonical.currency);
    },
    expects: `${number.expects}, with a currency ${path === undefined ? 'that is declared as fixed' : `in ${path}`}`,
  };
  if (path === undefined) return codec;
  return {
    ...codec,
    beside: {
      path,
      encode(value) {
        const canonical = toMoney(value, format.fixed);
        return canonical && currency.write(canonical.currency);
      },
    },
  };
}

function currencyOf(raw: unknown, format: MoneyFormat, currency: CurrencyCodec): string | undefined {
  if (format.fixed !== undefined && (raw === undefined || raw === null || raw === '')) return format.fixed;
  return currency.read(raw);
}

function money(number: AmountCodec, raw: unknown, currency: string | undefined): Money | undefined {
  const amount = number.read(raw, currency);
  return amount === undefined || currency === undefined ? undefined : { amount, currency };
}

function toMoney(value: Value, fixed: string | undefined): Money | undefined {
  if (!isRecord(value)) return undefined;
  const { amount, currency } = value;
  if (typeof currency !== 'string' || !isCode(currency)) return undefined;
  if (fixed !== undefined && currency !== fixed) return undefined;
  const decimal = toDecimal(amount);
  return decimal === undefined ? undefined : { amount: decimal, currency };
}

const isCode = (text: string): boolean => /^[A-Z]{3}$/.test(text);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
