import { redisReason } from './redis-reason.ts';

/** Whether one kind of operation works, told once each way. */
export interface Notice {
  readonly failed: (error: unknown) => void;
  readonly worked: () => void;
}

interface NoticeOptions {
  readonly log: (text: string) => void;
  /** What cannot be done: `Trials cannot be handed out just now`. The reason follows. */
  readonly failing: string;
  /** That it can be done: `Trials are handed out again`. */
  readonly again: string;
  /** How long it must have worked before that is told, ms: what fails now and then is one trouble. @defaultValue 5 s */
  readonly calmMs?: number;
}

/** However often something is tried in vain, there is one line when it begins to fail (for each cause) and one when it works again. */
export function makeNotice({ log, failing, again, calmMs = 5000 }: NoticeOptions): Notice {
  const told = new Set<string>();
  let calm: NodeJS.Timeout | undefined;
  return {
    failed: (error) => {
      clearTimeout(calm);
      calm = undefined;
      const { code, text, hint } = redisReason(error);
      const cause = code === 'UNBLOCKED' ? 'READONLY' : code;
      if (told.has(cause)) return;
      told.add(cause);
      log(`${failing}: ${text}${hint === undefined ? '' : `. ${hint}`}`);
    },
    worked: () => {
      if (told.size === 0 || calm !== undefined) return;
      calm = setTimeout(() => {
        calm = undefined;
        told.clear();
        log(again);
      }, calmMs);
      calm.unref();
    },
  };
}
