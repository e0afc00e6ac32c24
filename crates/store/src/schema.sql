-- One row for each run. Times are ISO 8601 in UTC, memory is in bytes.
CREATE TABLE run (
  key INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,    -- such as 20261120-140702-3f9a2c
  label TEXT,
  command TEXT NOT NULL,      -- JSON: a list of words, without what looks like a secret
  cwd TEXT,
  started_at TEXT NOT NULL,
  ended_at TEXT,              -- null while it runs
  state TEXT NOT NULL,        -- running, ended, or interrupted: memtop has ended before the run
  duration_ms REAL,           -- so far, while it runs
  exit_code INTEGER,
  signal TEXT,
  cause TEXT,                 -- as exit.cause of the result
  peak_bytes INTEGER,         -- so far, while it runs
  peak_metric TEXT,           -- as peak.metric of the result: unique, rss, pss
  host TEXT,                  -- JSON: run.host of the result
  memtop_version TEXT,
  pid INTEGER,                -- of the command, with its start time in clock ticks since the boot
  start_ticks INTEGER,
  memtop_pid INTEGER,         -- of the memtop that has written this
  memtop_start_ticks INTEGER,
  boot_id TEXT,               -- where those pids mean something
  pid_namespace TEXT,
  host_name TEXT,
  seen_at TEXT                -- when memtop has last written of it
);

-- The result as JSON, schema "memtop.result/2": docs/result.md. Older ones have
-- "memtop.result/1". Ended runs have one.
CREATE TABLE result (
  run INTEGER PRIMARY KEY,    -- run.key
  json TEXT NOT NULL
);

-- The processes of the timeline.
CREATE TABLE process (
  run INTEGER NOT NULL,       -- run.key
  number INTEGER NOT NULL,    -- from 0 on
  pid INTEGER NOT NULL,
  start_ticks INTEGER NOT NULL, -- 0 in an imported run
  name TEXT NOT NULL
);

-- The timeline of the memory, a row for each segment.
CREATE TABLE timeline (
  run INTEGER NOT NULL,       -- run.key
  at_ms INTEGER NOT NULL,     -- the end of the segment, from the start of the run
  sums BLOB NOT NULL,         -- sums of the segment: pairs of milliseconds and KiB. Each number
                              -- is the difference from the one before it, from 0 at first, as a
                              -- varint (LEB128); KiB in zigzag
  processes BLOB NOT NULL     -- the largest processes at its end: pairs of process.number, as its
                              -- difference from the one before, and KiB, as varints
);
