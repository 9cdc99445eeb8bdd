-- Images to hold at one time, where the whole batch did not fit: of the next attempt, and of each one that was made. NULL: the
-- whole batch.
ALTER TABLE trials ADD COLUMN micro_batch INTEGER;
ALTER TABLE attempts ADD COLUMN micro_batch INTEGER;
