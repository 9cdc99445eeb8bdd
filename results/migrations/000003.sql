-- Seconds of a trial that went into its training steps: the rest is evaluation, batches, checkpoints.
ALTER TABLE trials ADD COLUMN train_seconds REAL;
