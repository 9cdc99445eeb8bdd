-- What the command line changed about a sweep's grid, as an object instead of flags and texts. `argv` is kept for its NOT NULL, and empty.
ALTER TABLE sweeps ADD COLUMN overrides TEXT NOT NULL DEFAULT '{}';
UPDATE sweeps SET overrides = (
  SELECT json_group_object(
    CASE flag.value WHEN '--max-flops' THEN 'maxFlops' WHEN '--max-train-flops' THEN 'maxTrainFlops' ELSE 'engine' END,
    -- As it is written, so that no digit is lost.
    CASE flag.value WHEN '--engine' THEN given.value ELSE json(given.value) END)
  FROM json_each(argv) flag JOIN json_each(argv) given ON given.key = flag.key + 1
  WHERE flag.key % 2 = 0 AND flag.value IN ('--max-flops', '--max-train-flops', '--engine'));
UPDATE sweeps SET argv = '[]';

-- What all trials of a sweep share, {engine, dataset}: NULL before the first is stored, and for results from elsewhere.
ALTER TABLE sweeps ADD COLUMN facts TEXT;
UPDATE sweeps SET facts = (
  SELECT json_object('engine', json(json_extract(p.spec, '$.engine')), 'dataset', json_extract(p.spec, '$.data.name'))
  FROM sweep_trials w JOIN trials t ON t.n = w.trial JOIN specs p ON p.cell = t.cell
  WHERE w.sweep = sweeps.n ORDER BY w.position LIMIT 1);
