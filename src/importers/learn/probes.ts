import type { Probe } from './probe.ts';
import { burst } from './probes/burst.ts';
import { credentials } from './probes/credentials.ts';
import { envelope } from './probes/envelope.ts';
import { filters } from './probes/filters.ts';
import { ids } from './probes/ids.ts';
import { listEnd } from './probes/list-end.ts';
import { missing } from './probes/missing.ts';
import { pageSize } from './probes/page-size.ts';
import { pageStability } from './probes/page-stability.ts';
import { paging } from './probes/paging.ts';
import { rateHeaders } from './probes/rate-headers.ts';
import { since } from './probes/since.ts';
import { sort } from './probes/sort.ts';
import { stamps } from './probes/stamps.ts';
import { tokenExpiry } from './probes/token-expiry.ts';

/** Of each object, in the order in which one needs what the others found. */
export const READING: readonly Probe[] = [envelope, paging, pageSize, pageStability, stamps, listEnd, missing, since, sort, filters, ids];

/** Of the whole system, by its first object. */
export const SYSTEM: readonly Probe[] = [credentials, rateHeaders, burst];

/** Of each object, with test records. */
export const WRITING: readonly Probe[] = [];

/** What takes long. */
export const SYSTEM_LAST: readonly Probe[] = [tokenExpiry];
