import type { Question } from './question.ts';
import { apiDescription } from './questions/api-description.ts';
import { connector } from './questions/connector.ts';
import { credentials } from './questions/credentials.ts';
import { currencies } from './questions/currencies.ts';
import { customFields } from './questions/custom-fields.ts';
import { database } from './questions/database.ts';
import { duplicates } from './questions/duplicates.ts';
import { endpoints } from './questions/endpoints.ts';
import { errorRecipients } from './questions/error-recipients.ts';
import { exportFunction } from './questions/export.ts';
import { fieldMapping } from './questions/field-mapping.ts';
import { filtering } from './questions/filtering.ts';
import { frequency } from './questions/frequency.ts';
import { leastPrivilege } from './questions/least-privilege.ts';
import { objectMapping } from './questions/object-mapping.ts';
import { options } from './questions/options.ts';
import { pagination } from './questions/pagination.ts';
import { privacy } from './questions/privacy.ts';
import { propagation } from './questions/propagation.ts';
import { protocol } from './questions/protocol.ts';
import { reachability } from './questions/reachability.ts';
import { relations } from './questions/relations.ts';
import { sorting } from './questions/sorting.ts';
import { staging } from './questions/staging.ts';
import { staticIp } from './questions/static-ip.ts';
import { technicalContact } from './questions/technical-contact.ts';
import { testData } from './questions/test-data.ts';
import { timestamps } from './questions/timestamps.ts';
import { validation } from './questions/validation.ts';
import { vpn } from './questions/vpn.ts';
import { webhooks } from './questions/webhooks.ts';

/** The check list, in its order. */
export const QUESTIONS: readonly Question[] = [
  connector,
  protocol,
  apiDescription,
  endpoints,
  exportFunction,
  database,
  technicalContact,
  staging,
  testData,
  credentials,
  leastPrivilege,
  reachability,
  vpn,
  staticIp,
  privacy,
  frequency,
  webhooks,
  objectMapping,
  fieldMapping,
  customFields,
  relations,
  duplicates,
  validation,
  pagination,
  filtering,
  sorting,
  timestamps,
  currencies,
  options,
  errorRecipients,
  propagation,
];

export const questionById = (id: string): Question | undefined => QUESTIONS.find((question) => question.id === id);
