/**
 * What fields of business systems are called in English and German: one line for each meaning, its words and phrases
 * separated by commas. Words are written without capitals and umlauts (`strasse`); plurals and `-ed`, `-ing` need no
 * words of their own. A word of two meanings (`state`: of the country, or of the record) stands in both lines.
 */
export const VOCABULARY: Readonly<Record<string, string>> = {
  // People
  'first name': 'first name, given name, forename, vorname',
  'last name': 'last name, family name, surname, nachname, familienname, zuname',
  'middle name': 'middle name, second name, zweiter vorname',
  'full name': 'full name, display name, formatted name, complete name, anzeigename, vollstaendiger name, name',
  'birth name': 'maiden name, birth name, geburtsname, maedchenname',
  salutation: 'salutation, courtesy title, title of courtesy, form of address, name prefix, anrede',
  'job title':
    'job title, position, job position, job function, function, title, stellenbezeichnung, berufsbezeichnung, funktion',
  department: 'department, division, abteilung',
  gender: 'gender, sex, geschlecht',
  birthday: 'birthday, birth date, date of birth, birth day, dob, geburtstag, geburtsdatum',
  nationality: 'nationality, citizenship, staatsangehoerigkeit',
  manager: 'manager, supervisor, reports to, leiter, vorgesetzter',
  employee: 'employee, staff member, worker, mitarbeiter, angestellter',
  user: 'user, benutzer, nutzer, anwender',
  login: 'login, user name, benutzername, anmeldename',

  // Reaching them
  email: 'email, e mail, mail, email address, e mail address, mail address, e mail adresse, mailadresse, emailadresse',
  phone: 'phone, telephone, tel, fon, phone number, telephone number, telefon, telefonnummer, telefon nr, rufnummer',
  mobile:
    'mobile, cell, mobile phone, mobile number, mobile phone number, cell phone, cell number, cellphone, handy, mobil, mobiltelefon, handynummer, mobilnummer',
  fax: 'fax, telefax, fax number, fax nummer, telefaxnummer',
  extension: 'extension, ext, phone extension, durchwahl, nebenstelle',
  website:
    'website, web site, homepage, home page, web, web address, web page, site, webseite, internetseite, internetadresse',
  url: 'url, link, uri, web link, verweis',
  domain: 'domain, domaene',
  social: 'social, social media, social links, social profiles, soziale medien',
  language: 'language, lang, locale, language code, preferred language, sprache, sprachcode',

  // Where they are
  address: 'address, postal address, mailing address, adresse, anschrift, postanschrift',
  street:
    'street, street name, street address, address, address 1, address line 1, line 1, street 1, strasse, strassenname, str, strasse hausnummer, anschrift',
  'address addition':
    'address 2, address line 2, line 2, street 2, address addition, address supplement, additional address line, additional address line 1, adresszusatz, zusatz',
  'house number': 'house number, house no, street number, hausnummer, haus nr',
  'postal code': 'postal code, zip, zip code, zipcode, postcode, post code, plz, postleitzahl',
  city: 'city, town, locality, city name, ort, stadt, wohnort, ortsname',
  region: 'region, state, province, state province, county, federal state, state name, bundesland, kanton, provinz',
  country:
    'country, country code, country name, country iso, land, staat, laendercode, landeskennzeichen, laenderkennzeichen',
  location: 'location, place, site, standort',
  timezone: 'time zone, timezone, zeitzone',

  // Parties
  organisation:
    'company, organisation, organization, firm, business, enterprise, firma, unternehmen, gesellschaft, betrieb',
  customer:
    'customer, client, buyer, purchaser, debtor, partner, business partner, contact, account, kunde, debitor, geschaeftspartner, auftraggeber, kontakt',
  'contact person': 'contact, person, people, contact person, kontakt, person, kontaktperson, ansprechpartner',
  supplier: 'supplier, vendor, creditor, lieferant, kreditor',
  manufacturer: 'manufacturer, maker, brand, producer, hersteller, marke',
  owner:
    'owner, responsible, assignee, assigned to, owned by, account manager, besitzer, zustaendig, verantwortlich, betreuer, bearbeiter',
  industry: 'industry, sector, line of business, branche, wirtschaftszweig',
  'number of employees':
    'number of employees, employee count, employees, headcount, staff count, company size, size, mitarbeiterzahl, anzahl mitarbeiter',
  revenue: 'revenue, annual revenue, turnover, annual turnover, umsatz, jahresumsatz',
  'legal form': 'legal form, company form, rechtsform',
  'vat id':
    'vat id, vat number, vat no, vat identification number, vat registration number, sales tax registration number, tax number, tax id, tin, ust id, ustid, ust id nr, ust idnr, umsatzsteuer id, umsatzsteueridentifikationsnummer, steuernummer',
  'registration number':
    'registration number, company number, company registration number, handelsregisternummer, registernummer',
  'bank account':
    'bank account, bank account number, bank account details, bank details, bankverbindung, kontonummer, bankkonto',
  iban: 'iban',
  bic: 'bic, swift, swift code',

  // Products
  sku: 'sku, stock keeping unit, article number, article no, item number, item no, item code, product number, product code, part number, artikelnummer, artikel nr, art nr, produktnummer, materialnummer',
  ean: 'ean, gtin, upc, barcode, bar code, strichcode',
  price:
    'price, unit price, sales price, selling price, sale price, list price, retail price, preis, einzelpreis, verkaufspreis, stueckpreis, listenpreis',
  cost: 'cost, cost price, unit cost, purchase price, buying price, einkaufspreis, einstandspreis, kosten',
  unit: 'unit, unit of measure, measure unit, measurement unit, quantity unit, uom, einheit, mengeneinheit, masseinheit',
  quantity: 'quantity, qty, menge, anzahl, stueckzahl',
  stock:
    'stock, stock level, stock quantity, current stock, stock on hand, units in stock, quantity in stock, quantity on hand, inventory, bestand, lagerbestand, lagermenge',
  sold: 'sales, sold, amount sold, quantity sold, units sold, verkauft, verkaufte menge',
  weight: 'weight, mass, gewicht',
  width: 'width, breite',
  height: 'height, hoehe',
  length: 'length, laenge',
  depth: 'depth, tiefe',
  category: 'category, product group, kategorie, warengruppe, artikelgruppe',
  image: 'image, picture, photo, avatar, bild, foto, abbildung',
  product: 'product, article, item, material, artikel, produkt, ware',

  // Money, orders and invoices
  currency: 'currency, currency code, currency iso code, waehrung, waehrungscode',
  'exchange rate': 'exchange rate, currency rate, conversion rate, wechselkurs, umrechnungskurs',
  total:
    'total, total amount, amount total, total value, grand total, gross total, gross amount, total sum, sum, gesamtbetrag, gesamtsumme, summe, bruttobetrag, betrag, total cost, total price',
  net: 'net amount, amount net, net total, total net, net value, subtotal, sub total, nettobetrag, nettosumme, zwischensumme, amount excluding tax, total excluding tax',
  tax: 'tax, tax amount, amount tax, tax total, total tax, tax value, sales tax, sales tax value, vat amount, steuer, steuerbetrag, mwst betrag, mehrwertsteuerbetrag',
  'tax rate':
    'tax rate, tax percent, vat rate, vat percent, vat, vat percentage, steuersatz, mwst, mehrwertsteuer, mwst satz',
  paid: 'amount paid, paid amount, paid value, total paid, bezahlt, bezahlter betrag',
  outstanding:
    'amount due, due amount, due value, balance due, outstanding, outstanding amount, open amount, offener betrag',
  discount: 'discount, rebate, rabatt, nachlass, skonto',
  'invoice number': 'invoice number, invoice no, bill number, rechnungsnummer, rechnungs nr, belegnummer',
  'invoice date':
    'invoice date, billing date, bill date, date of invoice, issue date, issued date, date of issue, issued on, rechnungsdatum, belegdatum, ausstellungsdatum',
  'due date':
    'due date, due on, due, due at, payment due date, payment due, pay by, faellig, faellig am, faelligkeit, faelligkeitsdatum, zahlbar bis, frist, deadline',
  'order number': 'order number, order no, auftragsnummer, auftrags nr, bestellnummer',
  'order date': 'order date, date of order, ordered at, ordered on, auftragsdatum, bestelldatum',
  'line items':
    'line items, items, lines, positions, order items, order lines, invoice items, invoice lines, line positions, positionen, zeilen, artikelpositionen',
  payment: 'payment, transaction, zahlung',
  'payment method': 'payment method, payment type, method of payment, zahlungsart, zahlungsmethode, zahlungsweise',
  'payment terms': 'payment terms, terms of payment, zahlungsbedingung, zahlungsziel',
  'bank transfer': 'bank transfer, wire transfer, ueberweisung',
  shipping: 'shipping, delivery, shipment, ship, versand, lieferung, liefer',
  billing: 'billing, invoice, bill, rechnung, rechnungs',
  'shipping cost':
    'shipping cost, shipping total, shipping amount, shipping fee, freight, delivery cost, versandkosten, frachtkosten, fracht',
  order: 'order, purchase order, sales order, auftrag, bestellung',

  // Work
  status: 'status, state, zustand',
  stage: 'stage, step, phase, pipeline stage, stufe',
  type: 'type, kind, class, art, typ',
  subject: 'subject, title, name, headline, topic, betreff, titel, bezeichnung',
  description: 'description, comment, note, remark, memo, beschreibung, bemerkung, kommentar, notiz, anmerkung, text',
  internal: 'internal, intern',
  tag: 'tag, label, schlagwort, etikett',
  priority: 'priority, urgency, prioritaet, dringlichkeit',
  probability: 'probability, likelihood, win probability, wahrscheinlichkeit',
  project: 'project, projekt',
  start:
    'start, start date, start time, begin, begin date, starts at, starts on, beginn, anfang, startdatum, beginnt am',
  end: 'end, end date, end time, finish, finish date, ends at, ends on, ende, enddatum, endet am, deadline',
  'closing date': 'close date, closing date, closed on, closed at, abschlussdatum, abgeschlossen am',
  duration: 'duration, dauer',
  parent: 'parent, uebergeordnet',
  active: 'active, enabled, aktiv',
  deleted: 'deleted, geloescht',
  created:
    'created, created at, created on, create date, creation date, date created, created date, created time, erstellt, erstellt am, angelegt am, anlagedatum, erstellungsdatum',
  modified:
    'modified, updated, changed, modified at, updated at, changed at, last modified, last updated, last changed, last change, geaendert, geaendert am, aenderungsdatum, letzte aenderung',
  newsletter: 'newsletter, news letter, newsletter subscription',
  'custom fields': 'custom fields, additional fields, user defined fields, custom attributes, zusatzfelder, freifelder',
  number: 'number, no, nr, num, code, nummer, kennung, kennzeichen',
};

/** Words that say little: a field is much the same with and without them. */
export const WEAK_WORDS: ReadonlySet<string> = new Set(
  (
    'id guid uuid key ref reference number code name value text data info information field detail details date time at on ' +
    'utc iso cm mm m kg g the of in is has a an for by and to flag current default primary main general wert feld datum uhrzeit am der die das fuer'
  ).split(' '),
);

/**
 * A word of several meanings has the first of these that is one of them, where the object has a field of a meaning beside
 * it: a `state` beside a city is a region.
 */
export const SETTLED_BY: Readonly<Record<string, readonly string[]>> = {
  region: ['city', 'postal code', 'country'],
  street: ['city', 'postal code'],
  'job title': ['last name'],
  'number of employees': ['industry', 'website'],
};
