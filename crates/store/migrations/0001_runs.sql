CREATE TABLE run (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  label TEXT,
  command TEXT NOT NULL,
  cwd TEXT,
  started_at TEXT NOT NULL,
  ended_at TEXT,
  state TEXT NOT NULL CHECK (state IN ('running', 'ended', 'interrupted')),
  duration_ms REAL,
  exit_code INTEGER,
  signal TEXT,
  cause TEXT,
  peak_bytes INTEGER,
  peak_metric TEXT,
  host TEXT,
  memtop_version TEXT
) STRICT;

CREATE INDEX run_started ON run (started_at);
CREATE INDEX run_labelled ON run (label, started_at) WHERE label IS NOT NULL;

CREATE TABLE result (
  run INTEGER PRIMARY KEY REFERENCES run (key) ON DELETE CASCADE,
  json TEXT NOT NULL
) STRICT;
