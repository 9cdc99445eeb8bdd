/** The nearest of the valid names, for the end of an error message. */
import { distance } from 'fastest-levenshtein';

/** ` (did you mean \`x\`?)` for the nearest of the valid names, or nothing when none is near. */
export function didYouMean(given: string, valid: readonly string[]): string {
  let nearest: string | undefined;
  let least = Math.max(2, Math.floor(given.length / 3)) + 1;
  for (const name of valid) {
    // A name in the wrong case or with another separator is one slip, however many letters it touches.
    const slips = plain(name) === plain(given) ? 0 : distance(given.toLowerCase(), name.toLowerCase());
    // `flop` is `flops` cut short rather than `flip` misspelt.
    const apart = name.startsWith(given) || given.startsWith(name) ? slips - 0.5 : slips;
    if (apart < least && apart < name.length) [nearest, least] = [name, apart];
  }
  return nearest === undefined ? '' : ` (did you mean \`${nearest}\`?)`;
}

function plain(name: string): string {
  return name.replaceAll(/[-_ ]/g, '').toLowerCase();
}
