CREATE TABLE contacts (
  id INTEGER PRIMARY KEY,
  email TEXT, first_name TEXT, last_name TEXT, salutation TEXT, phone TEXT, mobile TEXT, address TEXT,
  company_id INTEGER, company_ref TEXT, status TEXT, credit_limit TEXT, balance TEXT, tax_id TEXT, language TEXT,
  newsletter INTEGER, tags TEXT, custom_fields TEXT, created_at TEXT, updated_at TEXT
);
