/** Looks at a page in headless Chromium, where one is installed. */
import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';

export function findChromium(): string | undefined {
  return ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((file) => existsSync(file));
}

export interface Seen {
  /** Of the console. */
  readonly messages: readonly string[];
  readonly figures: number;
  /** Drawings with an area on the page: of each figure one, wide or for a phone. */
  readonly visibleDrawings: number;
  readonly scrollWidth: number;
  /** Elements that reach past the page's edge, those in a scrolling box of their own aside. */
  readonly overflowing: readonly string[];
}

/** The page in a frame of a width, measured by a script in a page around it (the page itself has none). */
export function lookAt(page: string, width: number): Seen {
  const probe = path.join(path.dirname(page), 'probe.html');
  writeFileSync(
    probe,
    `<iframe id="frame" width="${width}" height="900" style="border:0" src="${path.basename(page)}"></iframe><script>
      frame.onload = () => {
        const page = frame.contentDocument;
        const overflowing = [...page.querySelectorAll('body *')]
          .filter((each) => !each.closest('.scroll, svg, pre') && each.getBoundingClientRect().right > ${width} + 0.5)
          .map((each) => each.outerHTML.slice(0, 80));
        const drawings = [...page.querySelectorAll('figure svg')].filter((each) => each.getBoundingClientRect().width > 0);
        document.title = encodeURIComponent(JSON.stringify({
          figures: page.querySelectorAll('figure').length, visibleDrawings: drawings.length,
          scrollWidth: page.documentElement.scrollWidth, overflowing,
        }));
      };
    </script>`,
  );
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--allow-file-access-from-files',
    '--virtual-time-budget=10000',
  ];
  const run = spawnSync(
    findChromium() ?? '',
    [...flags, `--window-size=${width + 100},900`, '--enable-logging=stderr', '--dump-dom', `file://${probe}`],
    { encoding: 'utf8', timeout: 100_000 },
  );
  const title = /<title>([^<]+)<\/title>/.exec(run.stdout)?.[1];
  if (title === undefined) throw new Error(`Expected Chromium to measure the page, got: ${run.stderr.slice(-2000)}`);
  const messages = run.stderr.split('\n').filter((line) => line.includes('CONSOLE'));
  return { ...(JSON.parse(decodeURIComponent(title)) as Omit<Seen, 'messages'>), messages };
}
