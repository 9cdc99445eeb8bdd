-- A trainer of one's own may take depth for a multiplier (1.2), which an INTEGER column of a strict table refuses.
DROP INDEX cells_by_flops;
ALTER TABLE cells ADD COLUMN any_depth REAL NOT NULL DEFAULT 0;
UPDATE cells SET any_depth = depth;
ALTER TABLE cells DROP COLUMN depth;
ALTER TABLE cells RENAME COLUMN any_depth TO depth;
CREATE INDEX cells_by_flops ON cells (dataset, flops_bucket, minival_top1 DESC, flops, params, memory_bytes, train_flops, step_ms,
  width, depth, resolution, epochs) WHERE minival_top1 IS NOT NULL;
