import { formatSeconds } from '../../contract/index.ts';
import type { DisplayOptions, ProgressDisplay } from './display.ts';
import { makeNotices } from './notices.ts';
import { makeTally } from './tally.ts';
import { FULL_NAMES } from './trial-names.ts';
import { leftWords, percent } from './words.ts';

/** Beyond this, short trials are reported together; notices have as many lines of their own. */
const LINES_PER_SECOND = 5;
/** An epoch gets a line where nothing was said for so long, ms. */
const SILENT_MS = 30_000;

/**
 * One line per finished trial, for logs and pipes; of very short trials, one line a second for all. Where trials take long, also one
 * per epoch, every 30 s at most.
 */
export function makePlainLines(
  err: (text: string) => void,
  { etaSeconds, clock, names = FULL_NAMES }: DisplayOptions,
): ProgressDisplay {
  const tally = makeTally();
  const noticeOf = makeNotices();
  const began = clock();
  let saidAt = began;
  let second = 0;
  let printed = 0;
  let noticed = 0;
  let unreported = 0;
  let unnoticed = 0;
  let eta: string | undefined;

  const standing = (): string =>
    `${tally.done}/${tally.total} done${tally.failed > 0 ? `, ${tally.failed} failed` : ''}`;

  const sumUp = (left = ''): void => {
    if (unnoticed > 0) err(`${unnoticed} more messages like these`);
    if (unreported > 0) err(`${standing()}${left}`);
    unnoticed = 0;
    unreported = 0;
  };
  const nextSecond = (): void => {
    const now = Math.floor((clock() - began) / 1000);
    if (now !== second) {
      second = now;
      printed = 0;
      noticed = 0;
      const seconds = etaSeconds();
      eta = seconds === null ? undefined : leftWords(seconds);
      sumUp(eta === undefined ? '' : `, ${eta}`);
    }
  };
  const notify = (line: string): void => {
    nextSecond();
    if (noticed >= LINES_PER_SECOND) unnoticed++;
    else {
      noticed++;
      saidAt = clock();
      err(line);
    }
  };
  const report = (line: () => string): void => {
    nextSecond();
    if (printed >= LINES_PER_SECOND) unreported++;
    else {
      printed++;
      saidAt = clock();
      err(line());
    }
  };

  return {
    take: (news) => {
      // The tally drops a trial's spec when it ends, so it is looked up first.
      const spec = news.type === 'event' ? tally.running.get(news.event.trial)?.spec : undefined;
      tally.take(news);
      const notice = noticeOf(news);
      if (notice !== undefined) notify(notice);
      if (news.type === 'event' && news.event.type === 'done' && spec !== undefined) {
        const { minivalTop1, seconds } = news.event.result;
        report(
          () =>
            `${standing()}: ${names.trial(spec)}: ${percent(minivalTop1)} minival in ${formatSeconds(seconds)}` +
            (eta === undefined ? '' : `, ${eta}`),
        );
      } else if (news.type === 'event' && news.event.type === 'epoch' && clock() - saidAt >= SILENT_MS) {
        if (spec === undefined) return;
        const { epoch, minivalTop1 } = news.event.metrics;
        const accuracy = minivalTop1 === null ? '' : `, ${percent(minivalTop1)} minival`;
        report(
          () =>
            `${standing()}: ${names.trial(spec)}: epoch ${epoch}/${spec.epochs}${accuracy}${eta === undefined ? '' : `, ${eta}`}`,
        );
      }
    },
    close: () => sumUp(),
  };
}
