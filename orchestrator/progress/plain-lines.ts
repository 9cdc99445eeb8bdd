import { formatSeconds } from '../../contract/index.ts';
import type { DisplayOptions, ProgressDisplay } from './display.ts';
import { makeNotices } from './notices.ts';
import { makeTally } from './tally.ts';
import { cellWords, leftWords, percent } from './words.ts';

/** Beyond this, short trials are reported together. */
const LINES_PER_SECOND = 5;

/** One line per finished trial, for logs and pipes; of very short trials, one line a second for all. */
export function makePlainLines(err: (text: string) => void, { etaSeconds, clock }: DisplayOptions): ProgressDisplay {
  const tally = makeTally();
  const noticeOf = makeNotices();
  const began = clock();
  let second = 0;
  let printed = 0;
  let unreported = 0;
  let eta: string | undefined;

  const standing = (): string =>
    `${tally.done}/${tally.total} done${tally.failed > 0 ? `, ${tally.failed} failed` : ''}`;

  const report = (line: () => string): void => {
    const now = Math.floor((clock() - began) / 1000);
    if (now !== second) {
      second = now;
      printed = 0;
      const seconds = etaSeconds();
      eta = seconds === null ? undefined : leftWords(seconds);
      if (unreported > 0) err(`${standing()}${eta === undefined ? '' : `, ${eta}`}`);
      unreported = 0;
    }
    if (printed >= LINES_PER_SECOND) unreported++;
    else {
      printed++;
      err(line());
    }
  };

  return {
    take: (news) => {
      // The tally drops a trial's spec when it ends, so it is looked up first.
      const spec = news.type === 'event' ? tally.running.get(news.event.trial)?.spec : undefined;
      tally.take(news);
      const notice = noticeOf(news);
      if (notice !== undefined) report(() => notice);
      if (news.type === 'event' && news.event.type === 'done' && spec !== undefined) {
        const { minivalTop1, seconds } = news.event.result;
        report(
          () =>
            `${standing()}: ${cellWords(spec)}, seed ${spec.seed}: ${percent(minivalTop1)} minival in ${formatSeconds(seconds)}` +
            (eta === undefined ? '' : `, ${eta}`),
        );
      }
    },
    close: () => {
      if (unreported > 0) err(standing());
    },
  };
}
