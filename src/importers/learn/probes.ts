import type { Probe, WritingProbe } from './probe.ts';
import { batches } from './probes/batches.ts';
import { brokenRequests } from './probes/broken-requests.ts';
import { burst } from './probes/burst.ts';
import { clock } from './probes/clock.ts';
import { creates } from './probes/creates.ts';
import { credentials } from './probes/credentials.ts';
import { deletes } from './probes/deletes.ts';
import { envelope } from './probes/envelope.ts';
import { filters } from './probes/filters.ts';
import { forms } from './probes/forms.ts';
import { ids } from './probes/ids.ts';
import { instants } from './probes/instants.ts';
import { lengths } from './probes/lengths.ts';
import { linkFields } from './probes/link-fields.ts';
import { listEnd } from './probes/list-end.ts';
import { listLag } from './probes/list-lag.ts';
import { missing } from './probes/missing.ts';
import { movingRecords } from './probes/moving-records.ts';
import { numbers } from './probes/numbers.ts';
import { options } from './probes/options.ts';
import { pageSize } from './probes/page-size.ts';
import { pageStability } from './probes/page-stability.ts';
import { paging } from './probes/paging.ts';
import { rateHeaders } from './probes/rate-headers.ts';
import { refusals } from './probes/refusals.ts';
import { since } from './probes/since.ts';
import { sinceEdge } from './probes/since-edge.ts';
import { sort } from './probes/sort.ts';
import { stamps } from './probes/stamps.ts';
import { texts } from './probes/texts.ts';
import { tokenExpiry } from './probes/token-expiry.ts';
import { unnamed } from './probes/unnamed.ts';
import { updates } from './probes/updates.ts';

/** Of each object, in the order in which one needs what the others found. */
export const READING: readonly Probe[] = [
  envelope,
  paging,
  pageSize,
  pageStability,
  stamps,
  forms,
  unnamed,
  options,
  listEnd,
  missing,
  since,
  sort,
  sinceEdge,
  filters,
  ids,
];

/** Of the whole system, by its first object. */
export const SYSTEM: readonly Probe[] = [credentials, rateHeaders, burst];

/** Of each object, with test records. */
export const WRITING: readonly WritingProbe[] = [
  creates,
  updates,
  clock,
  listLag,
  texts,
  lengths,
  numbers,
  instants,
  refusals,
  brokenRequests,
  linkFields,
  movingRecords,
  batches,
  deletes,
];

/** What takes long. */
export const SYSTEM_LAST: readonly Probe[] = [tokenExpiry];
