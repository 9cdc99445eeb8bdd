-- Seed noise of minival top-1 by what it depends on, kept up as trials finish: queries need it at once, with a million cells.
CREATE TABLE seed_noise (
  dataset INTEGER NOT NULL REFERENCES datasets (n),
  axes TEXT NOT NULL,
  epochs INTEGER NOT NULL,
  resolution INTEGER NOT NULL,
  df INTEGER NOT NULL,
  -- Sum of squared deviations from the means of cells.
  ss REAL NOT NULL,
  PRIMARY KEY (dataset, axes, epochs, resolution)
) STRICT, WITHOUT ROWID;
INSERT INTO seed_noise (dataset, axes, epochs, resolution, df, ss)
  SELECT dataset, axes, epochs, resolution, sum(seeds - 1), sum(minival_ss) FROM cells WHERE seeds > 1
  GROUP BY dataset, axes, epochs, resolution;
