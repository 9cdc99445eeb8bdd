import { formatSeconds } from '../../contract/index.ts';
import type { SweepNews } from '../sweep/news.ts';

/** The lines for news that every display prints: `undefined` for no line. What several trials report in the same words is printed once. */
export function makeNotices(): (news: SweepNews) => string | undefined {
  const notes = new Set<string>();
  return (news) => {
    const note = news.type === 'event' && news.event.type === 'started' ? news.event.note : undefined;
    if (note === undefined) return noticeOf(news);
    if (notes.has(note)) return undefined;
    notes.add(note);
    return noticeOf(news);
  };
}

function noticeOf(news: SweepNews): string | undefined {
  switch (news.type) {
    case 'failed':
      if (news.kind === 'interrupted') return undefined;
      return `trial ${news.trial}, attempt ${news.attempt}: ${news.kind}, ${NEXT[news.next]}: ${firstLine(news.message)}`;
    case 'store-waits':
      return `the store cannot be written (${firstLine(news.error.message)}); trying again in ${formatSeconds(news.retryInMs / 1000)}`;
    case 'trainer-changed':
      return `the trainer ${news.trainer} has changed: trial ${news.trial} is trained by program ${news.digest}, trials before by ${news.before}. If its results change with it, raise \`version\` in the grid: all cells are then trained by one program`;
    case 'stopping':
      return `${WHY[news.why]}: ${news.running === 0 ? 'nothing is running' : 'workers are saving their state (Ctrl-C again to stop at once)'}`;
    case 'event':
      return (news.event.type === 'started' || news.event.type === 'progress') && news.event.note !== undefined
        ? `trial ${news.event.trial}: ${news.event.note}`
        : undefined;
    case 'sweep-started':
    case 'handed':
    case 'done':
      return undefined;
  }
}

const NEXT = {
  final: 'not tried again',
  retried: 'will be tried again',
  shrunk: 'will be tried again with half as many images at a time',
  released: 'handed to another worker',
} as const;
const WHY = {
  interrupted: 'stopping',
  paused: 'the sweep was paused',
  cancelled: 'the sweep was cancelled',
  halted: 'it fails in the same way again and again',
} as const;

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
