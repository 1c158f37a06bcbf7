import { isJsonObject, type Json } from '../system.ts';
import { CRM, type CrmField, type CrmObject, SERVER_FIELDS } from './objects.ts';

export interface FieldError {
  field: string;
  code: string;
  message: string;
  /** Of the record that has the value already. */
  existing_id?: string;
}

export interface Option {
  value: string;
  label: string;
}

export interface CustomField {
  key: string;
  label: string;
  type: 'text' | 'number' | 'boolean' | 'date';
  /** Longest text. */
  max_length: number;
}

/** What the validation of one record must know of the rest of the system. */
export interface Surroundings {
  options(object: CrmObject, field: string): readonly Option[];
  customFields(object: CrmObject): readonly CustomField[];
  /** Whether a record with that id exists and is not archived. */
  exists(object: CrmObject, id: string): boolean;
  /** The id of another record of the object with that value, archived ones too. */
  taken(object: CrmObject, field: string, value: string, ownId: string | null): string | null;
}

export type Checked = { ok: true; fields: Record<string, Json> } | { ok: false; errors: FieldError[] };

const error = (field: string, code: string, message: string): FieldError => ({ field, code, message });

/**
 * The given fields in the form the CRM stores: texts trimmed, blank texts null, e-mail addresses and domains in lower
 * case, amounts with two decimals. Or all that is wrong with them. `ownId` is null for a new record.
 */
export function checkFields(
  object: CrmObject,
  input: Record<string, Json>,
  ownId: string | null,
  around: Surroundings,
): Checked {
  const errors: FieldError[] = [];
  const fields: Record<string, Json> = {};
  const specs = CRM[object].fields;
  for (const [name, value] of Object.entries(input)) {
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    if (name === 'custom_fields') {
      const custom = checkCustomFields(value, around.customFields(object), errors);
      if (custom !== undefined) fields[name] = custom;
    } else if (spec === undefined) {
      const readOnly = SERVER_FIELDS.some((field) => field === name);
      errors.push(
        readOnly ? error(name, 'read_only', 'is set by the server') : error(name, 'unknown_field', 'does not exist'),
      );
    } else {
      const found = checkField(object, name, spec, value, around);
      if ('code' in found) errors.push(found);
      else {
        fields[name] = found.value;
        if (spec.unique && typeof found.value === 'string') {
          const other = around.taken(object, name, found.value, ownId);
          if (other !== null)
            errors.push({ ...error(name, 'not_unique', 'another record has it'), existing_id: other });
        }
      }
    }
  }
  if (ownId === null) {
    for (const [name, spec] of Object.entries(specs)) {
      if (spec.required && input[name] === undefined) errors.push(error(name, 'required', 'must not be empty'));
    }
  }
  return errors.length > 0 ? { ok: false, errors } : { ok: true, fields };
}

type Found = FieldError | { value: Json };

function checkField(object: CrmObject, name: string, spec: CrmField, raw: Json, around: Surroundings): Found {
  const value = typeof raw === 'string' ? raw.trim() : raw;
  if (value === null || value === '') {
    return spec.required ? error(name, 'required', 'must not be empty') : { value: null };
  }
  switch (spec.type) {
    case 'boolean':
      return typeof value === 'boolean' ? { value } : error(name, 'invalid_type', 'must be true or false');
    case 'integer':
      return Number.isSafeInteger(value) ? { value } : error(name, 'invalid_type', 'must be a whole number');
    case 'quantity':
      return typeof value === 'number' && Number.isFinite(value)
        ? { value: Math.round(value * 1000) / 1000 }
        : error(name, 'invalid_type', 'must be a number');
    case 'money':
      return checkMoney(name, value);
    case 'offers':
      return checkOffers(name, value);
    default:
      if (typeof value !== 'string') return error(name, 'invalid_type', 'must be a text');
      if (spec.max !== undefined && value.length > spec.max) {
        return error(name, 'too_long', `must have at most ${spec.max} characters`);
      }
      return checkText(object, name, spec, value, around);
  }
}

function checkText(object: CrmObject, name: string, spec: CrmField, value: string, around: Surroundings): Found {
  switch (spec.type) {
    case 'email':
      return EMAIL.test(value) ? { value: value.toLowerCase() } : error(name, 'invalid_email', 'is no e-mail address');
    case 'domain':
      return DOMAIN.test(value) ? { value: value.toLowerCase() } : error(name, 'invalid_domain', 'is no domain name');
    case 'country':
      return /^[A-Z]{2}$/.test(value) ? { value } : error(name, 'invalid_country', 'must be two capital letters');
    case 'date':
      return isDate(value) ? { value } : error(name, 'invalid_date', 'must be a day as YYYY-MM-DD');
    case 'timestamp': {
      const at = TIMESTAMP.test(value) ? Date.parse(value) : Number.NaN;
      if (Number.isNaN(at)) return error(name, 'invalid_timestamp', 'must be an ISO 8601 instant');
      return { value: new Date(at).toISOString() };
    }
    case 'option':
      return around.options(object, name).some((option) => option.value === value)
        ? { value }
        : error(name, 'invalid_option', 'is not in the list of options');
    case 'reference':
      return spec.target !== undefined && around.exists(spec.target, value)
        ? { value }
        : error(name, 'invalid_reference', 'refers to no record');
    default:
      return { value };
  }
}

const EMAIL = /^[^\s@]+@[^\s@.]+(\.[^\s@.]+)+$/;
const DOMAIN = /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i;
const TIMESTAMP = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;
const AMOUNT = /^-?\d{1,12}(\.\d{1,2})?$/;
export const CURRENCIES = ['EUR', 'USD', 'CHF', 'GBP'] as const;

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().slice(0, 10) === text;
}

function checkMoney(name: string, value: Json): Found {
  if (!isJsonObject(value)) return error(name, 'invalid_type', 'must be an object of amount and currency');
  const { amount, currency } = value;
  if (typeof amount !== 'string' || !AMOUNT.test(amount)) {
    return error(name, 'invalid_amount', 'amount must be a decimal text with at most two decimals');
  }
  if (typeof currency !== 'string' || !CURRENCIES.some((code) => code === currency)) {
    return error(name, 'invalid_currency', `currency must be one of ${CURRENCIES.join(', ')}`);
  }
  const [whole = '0', decimals = ''] = amount.split('.');
  const sign = whole.startsWith('-') ? '-' : '';
  const digits = `${whole.replace(/^-?0*(?=\d)/, '')}.${decimals.padEnd(2, '0')}`;
  return { value: { amount: digits === '0.00' ? digits : sign + digits, currency } };
}

/**
 * The offers within a deal. One without an id is new and gets the next; one that is left out is gone. What else stands in it
 * is kept, as the CRM's own pages do not know everything that other programs put there.
 */
function checkOffers(name: string, value: Json): Found {
  if (!Array.isArray(value)) return error(name, 'invalid_type', 'must be a list');
  const ids = value.map((item) => (isJsonObject(item) && typeof item.id === 'number' ? item.id : 0));
  let next = Math.max(0, ...ids) + 1;
  const offers: Json[] = [];
  for (const [at, item] of value.entries()) {
    if (!isJsonObject(item)) return error(name, 'invalid_type', 'must hold objects');
    const { text = null, price = null } = item;
    if (text !== null && (typeof text !== 'string' || text.length > 80))
      return error(name, 'too_long', 'text is too long');
    const amount = price === null ? { value: null } : checkMoney(name, price);
    if ('code' in amount) return amount;
    const id = ids[at] || next++;
    offers.push({ ...item, id, text: typeof text === 'string' ? text.trim() : null, price: amount.value });
  }
  return new Set(offers.map((offer) => (isJsonObject(offer) ? offer.id : 0))).size === offers.length
    ? { value: offers }
    : error(name, 'not_unique', 'two of them have one id');
}

function checkCustomFields(value: Json, known: readonly CustomField[], errors: FieldError[]): Json | undefined {
  if (!isJsonObject(value)) {
    errors.push(error('custom_fields', 'invalid_type', 'must be an object'));
    return undefined;
  }
  const fields: Record<string, Json> = {};
  for (const [key, raw] of Object.entries(value)) {
    const name = `custom_fields.${key}`;
    const spec = known.find((field) => field.key === key);
    const text = typeof raw === 'string' ? raw.trim() : raw;
    if (spec === undefined) errors.push(error(name, 'unknown_field', 'does not exist'));
    else if (text === null || text === '') fields[key] = null;
    else if (!fits(spec, text)) errors.push(error(name, 'invalid_value', `must be a ${spec.type}`));
    else fields[key] = text;
  }
  return fields;
}

function fits(spec: CustomField, value: Json): boolean {
  switch (spec.type) {
    case 'text':
      return typeof value === 'string' && value.length <= spec.max_length;
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'date':
      return typeof value === 'string' && isDate(value);
  }
}
