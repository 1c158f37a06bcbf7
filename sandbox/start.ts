import { parseArgs } from 'node:util';
import { CRM_CLIENT_ID, CRM_CLIENT_SECRET } from './crm/access.ts';
import { CRM_LIMIT, createCrm } from './crm/crm.ts';
import { createErp, ERP_KEY, ERP_READONLY_KEY } from './erp/erp.ts';
import { serve } from './http.ts';

const HELP = `node sandbox/start.ts [--size 1000] [--seed 1] [--crm-port 0] [--erp-port 0] [--empty-erp] [--crm-limit 100]

Starts the CRM and the ERP on 127.0.0.1, prints their addresses and credentials as one line of JSON, and stops on
SIGINT or SIGTERM. --size counts companies and customers (0 to 1,000,000), --crm-limit requests per 10 seconds (0: no limit).
`;

const { values } = parseArgs({
  options: {
    size: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '1' },
    'crm-port': { type: 'string', default: '0' },
    'erp-port': { type: 'string', default: '0' },
    'empty-erp': { type: 'boolean', default: false },
    'crm-limit': { type: 'string', default: String(CRM_LIMIT.requests) },
    help: { type: 'boolean', default: false },
  },
});

async function start(): Promise<void> {
  const numbers = [values.size, values.seed, values['crm-port'], values['erp-port'], values['crm-limit']].map(Number);
  const [size = 0, seed = 0, crmPort = 0, erpPort = 0, requests = 0] = numbers;
  if (values.help || numbers.some((value) => !Number.isSafeInteger(value) || value < 0) || size > 1_000_000) {
    (values.help ? process.stdout : process.stderr).write(HELP);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const limit = requests === 0 ? null : { ...CRM_LIMIT, requests };
  const crm = await serve(createCrm({ seed, size, limit }), { port: crmPort });
  const erp = await serve(createErp({ seed, size: values['empty-erp'] ? 0 : size }), { port: erpPort });
  const addresses = {
    crm: { url: crm.url, client_id: CRM_CLIENT_ID, client_secret: CRM_CLIENT_SECRET },
    erp: { url: erp.url, api_key: ERP_KEY, readonly_api_key: ERP_READONLY_KEY },
  };
  process.stdout.write(`${JSON.stringify(addresses)}\n`);
  const stop = async () => {
    await Promise.all([crm.close(), erp.close()]);
    process.exit(0);
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

await start();
