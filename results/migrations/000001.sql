-- Amounts (FLOPs, parameters, bytes) are REAL: train FLOPs of a large network pass 2^63. Accuracies are fractions of 1.
-- Times are milliseconds since 1970.

-- Environments of sweeps and attempts, by content: a thousand attempts on one machine share one row.
CREATE TABLE environments (
  n INTEGER PRIMARY KEY,
  hash TEXT NOT NULL UNIQUE,
  json TEXT NOT NULL
) STRICT;

-- Results may be compared when they share dataset, minival split and kind of engine. Queries never cross this line.
CREATE TABLE datasets (
  n INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  -- Seed noise pooled over cells of two seeds or more: degrees of freedom and sum of squares of minival top-1.
  noise_df INTEGER NOT NULL DEFAULT 0,
  noise_ss REAL NOT NULL DEFAULT 0,
  -- The largest reading error of an imported value, so that a search for ties knows how far down to look.
  reading_error REAL NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE sweeps (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  grid_file TEXT NOT NULL,
  grid_text TEXT NOT NULL,
  grid_hash TEXT NOT NULL UNIQUE,
  question TEXT,
  budgets TEXT NOT NULL,
  argv TEXT NOT NULL,
  environment INTEGER NOT NULL REFERENCES environments (n),
  created_at INTEGER NOT NULL,
  -- Raised when the grid is run again: "the latest sweep" is the one last run.
  ran_at INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'cancelled')),
  source TEXT NOT NULL DEFAULT 'trained' CHECK (source IN ('trained', 'imported')),
  -- 1 once the whole plan is stored.
  complete INTEGER NOT NULL DEFAULT 0,
  dataset INTEGER REFERENCES datasets (n)
) STRICT;

-- A cell is all of a trial but its seed. Aggregates over finished seeds are kept up in the transaction that finishes a
-- trial, so that a query reads one row per cell. The *_bucket columns are floor(16 log2 cost), 1000000 for an unknown
-- cost (it lies beyond every budget): with the index behind them, "most accurate in this range of cost" is one seek.
CREATE TABLE cells (
  n INTEGER PRIMARY KEY,
  key TEXT NOT NULL UNIQUE,
  dataset INTEGER NOT NULL REFERENCES datasets (n),
  width REAL NOT NULL,
  depth INTEGER NOT NULL,
  resolution INTEGER NOT NULL,
  epochs INTEGER NOT NULL,
  axes TEXT NOT NULL,
  flops REAL,
  params REAL,
  activations REAL,
  memory_bytes REAL,
  train_flops REAL,
  flops_bucket INTEGER NOT NULL,
  params_bucket INTEGER NOT NULL,
  memory_bucket INTEGER NOT NULL,
  train_flops_bucket INTEGER NOT NULL,
  -- From here on: over the finished seeds.
  seeds INTEGER NOT NULL DEFAULT 0,
  failed_seeds INTEGER NOT NULL DEFAULT 0,
  minival_top1 REAL,
  -- Sum of squared deviations of minival top-1 from its mean.
  minival_ss REAL NOT NULL DEFAULT 0,
  test_top1 REAL,
  step_ms REAL,
  step_bucket INTEGER NOT NULL DEFAULT 1000000,
  seconds REAL,
  peak_bytes REAL,
  reading_error REAL
) STRICT;
-- The flops index carries the other costs and axes as well: a search with filters or several budgets reads it alone.
CREATE INDEX cells_by_flops ON cells (dataset, flops_bucket, minival_top1 DESC, flops, params, memory_bytes, train_flops, step_ms,
  width, depth, resolution, epochs) WHERE minival_top1 IS NOT NULL;
CREATE INDEX cells_by_params ON cells (dataset, params_bucket, minival_top1 DESC, params) WHERE minival_top1 IS NOT NULL;
CREATE INDEX cells_by_memory ON cells (dataset, memory_bucket, minival_top1 DESC, memory_bytes) WHERE minival_top1 IS NOT NULL;
CREATE INDEX cells_by_train_flops ON cells (dataset, train_flops_bucket, minival_top1 DESC, train_flops) WHERE minival_top1 IS NOT NULL;
CREATE INDEX cells_by_step ON cells (dataset, step_bucket, minival_top1 DESC, step_ms) WHERE minival_top1 IS NOT NULL;

-- Trial specs without their seeds, none for results imported from elsewhere. A table of its own: a kilobyte in each row of
-- `cells` would put every cell on another page.
CREATE TABLE specs (
  cell INTEGER PRIMARY KEY REFERENCES cells (n),
  spec TEXT NOT NULL
) STRICT;

CREATE TABLE trials (
  n INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  cell INTEGER NOT NULL REFERENCES cells (n),
  seed INTEGER NOT NULL,
  predicted_seconds REAL,
  state TEXT NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'queued', 'running', 'done', 'failed')),
  -- The newest attempt; only it may write.
  attempt INTEGER NOT NULL DEFAULT 0,
  -- The trial's own failures, and attempts lost with their worker: only the first count against it.
  crashes INTEGER NOT NULL DEFAULT 0,
  host_losses INTEGER NOT NULL DEFAULT 0,
  retry_at INTEGER NOT NULL DEFAULT 0,
  finished_at INTEGER,
  minival_top1 REAL,
  minival_loss REAL,
  test_top1 REAL,
  test_loss REAL,
  train_top1 REAL,
  train_loss REAL,
  seconds REAL,
  step_ms REAL,
  peak_bytes REAL,
  weights_digest TEXT,
  reading_error REAL
) STRICT;
CREATE INDEX trials_by_cell ON trials (cell);

-- The trials of a sweep, in their order. `state` repeats the trial's (a trigger keeps it), so that what waits in a
-- sweep is an index of its own and a finished sweep of any size says "nothing left" at once.
CREATE TABLE sweep_trials (
  trial INTEGER NOT NULL REFERENCES trials (n),
  sweep INTEGER NOT NULL REFERENCES sweeps (n),
  position INTEGER NOT NULL,
  priority REAL NOT NULL,
  state TEXT NOT NULL,
  PRIMARY KEY (trial, sweep)
) STRICT, WITHOUT ROWID;
CREATE INDEX sweep_trials_in_order ON sweep_trials (sweep, position);
CREATE INDEX sweep_trials_waiting ON sweep_trials (sweep, priority DESC, position) WHERE state = 'planned';
CREATE INDEX sweep_trials_failed ON sweep_trials (sweep) WHERE state = 'failed';

CREATE TABLE sweep_counts (
  sweep INTEGER NOT NULL REFERENCES sweeps (n),
  state TEXT NOT NULL,
  trials INTEGER NOT NULL,
  PRIMARY KEY (sweep, state)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER trial_state_changed AFTER UPDATE OF state ON trials WHEN old.state <> new.state BEGIN
  UPDATE sweep_trials SET state = new.state WHERE trial = new.n;
END;
CREATE TRIGGER sweep_trial_added AFTER INSERT ON sweep_trials BEGIN
  INSERT INTO sweep_counts (sweep, state, trials) VALUES (new.sweep, new.state, 1)
    ON CONFLICT (sweep, state) DO UPDATE SET trials = trials + 1;
END;
CREATE TRIGGER sweep_trial_changed AFTER UPDATE OF state ON sweep_trials WHEN old.state <> new.state BEGIN
  UPDATE sweep_counts SET trials = trials - 1 WHERE sweep = old.sweep AND state = old.state;
  INSERT INTO sweep_counts (sweep, state, trials) VALUES (new.sweep, new.state, 1)
    ON CONFLICT (sweep, state) DO UPDATE SET trials = trials + 1;
END;

CREATE TABLE attempts (
  trial INTEGER NOT NULL REFERENCES trials (n),
  attempt INTEGER NOT NULL,
  worker TEXT NOT NULL,
  device TEXT NOT NULL,
  engine TEXT,
  pid INTEGER,
  claimed_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER,
  outcome TEXT NOT NULL DEFAULT 'open' CHECK (outcome IN ('open', 'done', 'failed', 'released')),
  kind TEXT,
  message TEXT,
  step INTEGER,
  resumed_from_step INTEGER,
  total_steps INTEGER,
  checkpoint_step INTEGER,
  checkpoint_at INTEGER,
  environment INTEGER REFERENCES environments (n),
  note TEXT,
  PRIMARY KEY (trial, attempt)
) STRICT, WITHOUT ROWID;
CREATE INDEX attempts_open ON attempts (trial) WHERE outcome = 'open';

CREATE TABLE epochs (
  trial INTEGER NOT NULL REFERENCES trials (n),
  epoch INTEGER NOT NULL,
  attempt INTEGER NOT NULL,
  step INTEGER NOT NULL,
  learning_rate REAL NOT NULL,
  train_loss REAL,
  train_top1 REAL,
  minival_loss REAL,
  minival_top1 REAL,
  seconds REAL NOT NULL,
  PRIMARY KEY (trial, epoch)
) STRICT, WITHOUT ROWID;
