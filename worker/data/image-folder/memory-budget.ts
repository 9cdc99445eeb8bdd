/** Bounds what is in memory at one time by its bytes. */
export interface MemoryBudget {
  share(): MemoryShare;
}

/** What one user of a budget holds. */
export interface MemoryShare {
  /** Waits until so many bytes are free, in the order of asking. More than the whole budget is given when nothing else is held. Once per share. */
  take(bytes: number): Promise<void>;
  /** Idempotent; a share that took nothing gives nothing back. */
  giveBack(): void;
}

export function makeMemoryBudget(mostBytes: number): MemoryBudget {
  let held = 0;
  const waiting: { readonly bytes: number; readonly start: () => void }[] = [];
  const admit = (): void => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (held > 0 && held + next.bytes > mostBytes) return;
      waiting.shift();
      held += next.bytes;
      next.start();
    }
  };
  return {
    share() {
      let taken = 0;
      return {
        take: (bytes) =>
          new Promise((resolve) => {
            const start = (): void => {
              taken = bytes;
              resolve();
            };
            waiting.push({ bytes, start });
            admit();
          }),
        giveBack() {
          held -= taken;
          taken = 0;
          admit();
        },
      };
    },
  };
}
