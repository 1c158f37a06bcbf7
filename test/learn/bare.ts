/**
 * Connectors as a guess from nothing but paths and names of fields: every field a text, no pagination, no filter, no
 * sort, no limits. What is missing or wrong in them is what the probes must find out.
 */

const fields = (names: string, type = 'string') =>
  names
    .split(' ')
    .map((name) => `      ${name}: { type: ${type} }`)
    .join('\n');

export const BARE_CRM = `connector: bare-crm
title: Bare CRM
protocol: rest
base_url: \${base_url}
auth: { type: oauth2, grant: client_credentials, token_url: /oauth/token, client_id: '\${client_id}', client_secret: '\${client_secret}' }

objects:
  companies:
    id: { path: id }
    list: { path: /companies, records: items, pagination: { style: none } }
    get: { path: '/companies/{id}' }
    create: { method: POST, path: /companies }
    update: { method: PATCH, path: '/companies/{id}' }
    delete: { method: DELETE, path: '/companies/{id}', returns: nothing }
    fields:
      name: { type: string, required: true }
${fields('vat_id email phone domain street postal_code city country status industry owner_id notes external_id annual_revenue')}
      employees: { type: integer }
      newsletter: { type: boolean }
      created_at: { type: string, read_only: true }
`;

export const BARE_ERP = `connector: bare-erp
title: Bare ERP
protocol: rest
base_url: \${base_url}
auth: { type: api_key, header: X-Api-Key, value: '\${api_key}' }

objects:
  customers:
    id: { path: id }
    list: { path: /api/customers, records: data, pagination: { style: none } }
    get: { path: '/api/customers/{id}' }
    create: { method: POST, path: /api/customers }
    update: { method: PUT, path: '/api/customers/{id}' }
    delete: { method: DELETE, path: '/api/customers/{id}', returns: nothing }
    fields:
${fields('name_1 name_2 match_code vat_no email phone street zip city country credit_limit memo user_1 external_id')}
      group: { type: integer }
      created: { type: string, read_only: true }
`;
