import { CRM_CLIENT_ID, CRM_CLIENT_SECRET } from '../../../sandbox/crm/access.ts';
import { CRM_LIMIT, type Crm, createCrm } from '../../../sandbox/crm/crm.ts';
import { createErp, ERP_KEY, type Erp } from '../../../sandbox/erp/erp.ts';
import { serve } from '../../../sandbox/http.ts';

/** The two systems of the demo, each an HTTP server on this machine. */
export interface DemoSystems {
  crm: Crm;
  erp: Erp;
  urls: { crm: string; erp: string };
  /** How late the lists of the CRM may show a change, ms. */
  lagMs: number;
  /** Requests that the CRM takes in a window. */
  limit: { requests: number; windowMs: number };
  /** What the `.env` file of the example needs. */
  variables: Record<string, string>;
  close(): Promise<void>;
}

const LAG_MS = 3000;

/** Starts both on free ports of 127.0.0.1, with `size` companies; the same seed gives the same records. */
export async function startSystems(size: number, seed: number): Promise<DemoSystems> {
  const crm = createCrm({ seed, size, limit: CRM_LIMIT, indexLagMs: LAG_MS });
  const erp = createErp({ seed, size });
  const servers = [await serve(crm), await serve(erp)] as const;
  const urls = { crm: servers[0].url, erp: servers[1].url };
  return {
    crm,
    erp,
    urls,
    lagMs: LAG_MS,
    limit: CRM_LIMIT,
    variables: {
      CRM_URL: urls.crm,
      CRM_CLIENT_ID,
      CRM_CLIENT_SECRET,
      ERP_URL: urls.erp,
      ERP_API_KEY: ERP_KEY,
    },
    async close() {
      for (const server of servers) await server.close();
    },
  };
}
