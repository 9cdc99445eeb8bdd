/** What each question asks, in one line. */
const MEANINGS: Readonly<Record<string, string>> = {
  'depth-over-width': 'at matched cost, is scaling depth ahead of scaling width?',
  'depth-lead-grows-with-resolution': "does depth's lead over width grow with the resolution?",
  'winner-flips': 'does the winner of depth against width change with longer training?',
  'depth-over-resolution': 'at matched cost, is scaling depth ahead of scaling the resolution?',
  'width-over-resolution': 'at matched cost, is scaling width ahead of scaling the resolution?',
  'depth-gain': 'does scaling depth raise accuracy at all?',
  'width-gain': 'does scaling width raise accuracy at all?',
  'resolution-gain': 'does scaling the resolution raise accuracy at all?',
  'resolution-returns-diminish': 'does a larger image gain less beyond a resolution than before it?',
  'longer-over-depth': 'at matched train FLOPs, is training longer ahead of scaling depth?',
  'longer-over-width': 'at matched train FLOPs, is training longer ahead of scaling width?',
  'longer-over-resolution': 'at matched train FLOPs, is training longer ahead of scaling the resolution?',
  'power-law': 'does error fall as a power of the cost?',
  'power-law-breaks': 'does error fall more slowly above some cost?',
  'spread-at-matched-cost': 'do cells of equal cost differ by more than noise?',
  'over-fitting': 'do most cells over-fit (minival falls while training still fits)?',
  'short-predicts-long': 'do short schedules rank cells as long ones do?',
  'small-predicts-large': 'do small networks rank cells as large ones do?',
  'recommendation-stable': 'is the winner of depth against width the same from every base network?',
};

/** `undefined` for a question that has no line yet. */
export const meaningOf = (slug: string): string | undefined => MEANINGS[slug];
