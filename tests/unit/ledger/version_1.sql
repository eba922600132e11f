CREATE TABLE ledger_version (
  version_num VARCHAR(32) NOT NULL,
  CONSTRAINT pk_ledger_version PRIMARY KEY (version_num)
);
CREATE TABLE sheets (
  id {counted},
  spreadsheet_id TEXT NOT NULL,
  sheet_id BIGINT NOT NULL,
  baseline_at VARCHAR(32),
  last_read_at VARCHAR(32),
  fields TEXT NOT NULL,
  CONSTRAINT uq_sheets_spreadsheet_id_sheet_id UNIQUE (spreadsheet_id, sheet_id)
);
CREATE TABLE shapes (
  id {counted},
  names TEXT NOT NULL,
  CONSTRAINT uq_shapes_names UNIQUE (names)
);
CREATE TABLE passes (
  id {counted},
  sheet {number} NOT NULL,
  at VARCHAR(32) NOT NULL,
  report TEXT,
  CONSTRAINT fk_passes_sheet FOREIGN KEY(sheet) REFERENCES sheets (id) ON DELETE CASCADE
);
CREATE TABLE cases (
  sheet {number} NOT NULL,
  digest VARCHAR(32) NOT NULL,
  "key" TEXT NOT NULL,
  shape {number} NOT NULL,
  record TEXT NOT NULL,
  CONSTRAINT pk_cases PRIMARY KEY (sheet, digest),
  CONSTRAINT fk_cases_sheet FOREIGN KEY(sheet) REFERENCES sheets (id) ON DELETE CASCADE,
  CONSTRAINT fk_cases_shape FOREIGN KEY(shape) REFERENCES shapes (id)
);
CREATE TABLE texts (
  sheet {number} NOT NULL,
  digest VARCHAR(32) NOT NULL,
  text TEXT NOT NULL,
  CONSTRAINT pk_texts PRIMARY KEY (sheet, digest),
  CONSTRAINT fk_texts_sheet FOREIGN KEY(sheet) REFERENCES sheets (id) ON DELETE CASCADE
);
CREATE TABLE flags (
  id {counted},
  sheet {number} NOT NULL,
  digest VARCHAR(32) NOT NULL,
  "case" TEXT NOT NULL,
  kind VARCHAR(64) NOT NULL,
  text TEXT NOT NULL,
  raised_at VARCHAR(32) NOT NULL,
  cleared_at VARCHAR(32),
  CONSTRAINT fk_flags_sheet FOREIGN KEY(sheet) REFERENCES sheets (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX uq_flags_standing ON flags (sheet, digest, kind) WHERE cleared_at IS NULL;
CREATE TABLE published (
  sheet {number} NOT NULL,
  digest VARCHAR(32) NOT NULL,
  tab TEXT NOT NULL,
  cells TEXT NOT NULL,
  CONSTRAINT pk_published PRIMARY KEY (sheet, digest),
  CONSTRAINT fk_published_sheet FOREIGN KEY(sheet) REFERENCES sheets (id) ON DELETE CASCADE
);
CREATE TABLE settings (
  sheet {number} NOT NULL,
  since VARCHAR(32) NOT NULL,
  text TEXT NOT NULL,
  CONSTRAINT pk_settings PRIMARY KEY (sheet, since),
  CONSTRAINT fk_settings_sheet FOREIGN KEY(sheet) REFERENCES sheets (id) ON DELETE CASCADE
);
CREATE TABLE observations (
  id {counted},
  sheet {number} NOT NULL,
  pass_id {number},
  digest VARCHAR(32) NOT NULL,
  "case" TEXT NOT NULL,
  field VARCHAR(64) NOT NULL,
  "before" TEXT NOT NULL,
  "after" TEXT NOT NULL,
  not_before VARCHAR(32),
  not_after VARCHAR(32) NOT NULL,
  CONSTRAINT fk_observations_sheet FOREIGN KEY(sheet) REFERENCES sheets (id) ON DELETE CASCADE,
  CONSTRAINT fk_observations_pass_id FOREIGN KEY(pass_id) REFERENCES passes (id) ON DELETE SET NULL
);
CREATE INDEX ix_observations_sheet_digest ON observations (sheet, digest);
CREATE INDEX ix_observations_sheet_field_not_after ON observations (sheet, field, not_after);
CREATE INDEX ix_observations_pass_id ON observations (pass_id);
CREATE TABLE intents (
  id {counted},
  sheet {number} NOT NULL,
  pass_id {number} NOT NULL,
  nonce VARCHAR(64) NOT NULL,
  digest VARCHAR(32) NOT NULL,
  "case" TEXT NOT NULL,
  change TEXT NOT NULL,
  expected TEXT NOT NULL,
  state VARCHAR(16) NOT NULL,
  detail TEXT NOT NULL,
  CONSTRAINT fk_intents_sheet FOREIGN KEY(sheet) REFERENCES sheets (id) ON DELETE CASCADE,
  CONSTRAINT fk_intents_pass_id FOREIGN KEY(pass_id) REFERENCES passes (id)
);
CREATE INDEX ix_intents_sheet_digest ON intents (sheet, digest);
CREATE INDEX ix_intents_pass_id ON intents (pass_id);
CREATE INDEX ix_intents_sheet_state ON intents (sheet, state);
INSERT INTO ledger_version VALUES ('0001');
INSERT INTO sheets (spreadsheet_id, sheet_id, baseline_at, last_read_at, fields)
  VALUES ('1kWf7', 0, '2026-11-02T09:00:00.000000+00:00', '2026-11-02T10:00:00.000000+00:00', '["status"]');
INSERT INTO passes (sheet, at) VALUES (1, '2026-11-02T09:00:00.000000+00:00');
INSERT INTO shapes (names) VALUES ('["zone","case.case_id","adopted","first_seen","still_since","written"]');
INSERT INTO cases VALUES
  (1, '30d87e1eca5c1a2a4d4dfb9cb0d7d1c5', 'r-1', 1,
   '["Europe/Paris","R-1",true,"2026-11-02T09:00:00.000000+00:00","2026-11-02T09:00:00.000000+00:00",{"paid_at":46000.5}]');
INSERT INTO texts VALUES (1, '30d87e1eca5c1a2a4d4dfb9cb0d7d1c6', 'Stale: New since Mon');
INSERT INTO intents (sheet, pass_id, nonce, digest, "case", change, expected, state, detail)
  VALUES (1, 1, 'n', '30d87e1eca5c1a2a4d4dfb9cb0d7d1c5', 'r-1',
    '{"case":"r-1","label":"R-1","row":2,"field":"paid_at","before":null,"after":46000.5,"reason":"paid","premise":[]}',
    '[]', 'done', '');
