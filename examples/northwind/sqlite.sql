-- Northwind in SQLite; what postgres.sql says of the columns holds here too.

CREATE TABLE customers (
  customer_id TEXT PRIMARY KEY NOT NULL DEFAULT (hex(randomblob(4))),
  company_name TEXT NOT NULL CHECK (length(company_name) <= 40),
  contact_name TEXT,
  contact_title TEXT,
  address TEXT,
  city TEXT,
  region TEXT,
  postal_code TEXT,
  country TEXT,
  phone TEXT,
  fax TEXT,
  external_id TEXT UNIQUE,
  version INTEGER NOT NULL DEFAULT 1,
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ'))
);

CREATE TABLE products (
  product_id INTEGER PRIMARY KEY AUTOINCREMENT,
  product_name TEXT NOT NULL CHECK (length(product_name) <= 40),
  quantity_per_unit TEXT,
  unit_price NUMERIC,
  discontinued INTEGER NOT NULL DEFAULT 0,
  external_id TEXT UNIQUE,
  version INTEGER NOT NULL DEFAULT 1,
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ'))
);

CREATE TABLE orders (
  order_id INTEGER PRIMARY KEY AUTOINCREMENT,
  customer_id TEXT REFERENCES customers,
  order_date TEXT,
  required_date TEXT,
  shipped_date TEXT,
  total NUMERIC NOT NULL DEFAULT 0,
  external_id TEXT UNIQUE,
  version INTEGER NOT NULL DEFAULT 1,
  updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ'))
);

CREATE TABLE order_details (
  order_id INTEGER NOT NULL REFERENCES orders ON DELETE CASCADE,
  product_id INTEGER NOT NULL REFERENCES products,
  unit_price NUMERIC NOT NULL,
  quantity INTEGER NOT NULL,
  discount NUMERIC NOT NULL DEFAULT 0,
  PRIMARY KEY (order_id, product_id)
);

CREATE INDEX customers_changes ON customers (updated_at, customer_id);
CREATE INDEX products_changes ON products (updated_at, product_id);
CREATE INDEX orders_changes ON orders (updated_at, order_id);

CREATE TRIGGER customers_change AFTER UPDATE ON customers WHEN NEW.version = OLD.version BEGIN
  UPDATE customers SET version = OLD.version + 1, updated_at = strftime('%Y-%m-%dT%H:%M:%fZ')
  WHERE customer_id = NEW.customer_id;
END;

CREATE TRIGGER products_change AFTER UPDATE ON products WHEN NEW.version = OLD.version BEGIN
  UPDATE products SET version = OLD.version + 1, updated_at = strftime('%Y-%m-%dT%H:%M:%fZ')
  WHERE product_id = NEW.product_id;
END;

CREATE TRIGGER orders_change AFTER UPDATE ON orders WHEN NEW.version = OLD.version BEGIN
  UPDATE orders SET version = OLD.version + 1, updated_at = strftime('%Y-%m-%dT%H:%M:%fZ')
  WHERE order_id = NEW.order_id;
END;

-- The total follows the lines.
CREATE TRIGGER order_details_added AFTER INSERT ON order_details BEGIN
  UPDATE orders SET total = (
    SELECT round(sum(unit_price * quantity * (1 - discount)), 2) FROM order_details WHERE order_id = NEW.order_id)
  WHERE order_id = NEW.order_id;
END;

CREATE TRIGGER order_details_changed AFTER UPDATE ON order_details BEGIN
  UPDATE orders SET total = (
    SELECT round(sum(unit_price * quantity * (1 - discount)), 2) FROM order_details WHERE order_id = NEW.order_id)
  WHERE order_id = NEW.order_id;
END;

CREATE TRIGGER order_details_removed AFTER DELETE ON order_details BEGIN
  UPDATE orders SET total = coalesce((
    SELECT round(sum(unit_price * quantity * (1 - discount)), 2) FROM order_details WHERE order_id = OLD.order_id), 0)
  WHERE order_id = OLD.order_id;
END;
