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
  nearest ??= abbreviated(plain(given), valid);
  return nearest === undefined ? '' : ` (did you mean \`${nearest}\`?)`;
}

/** The only name that begins so, or whose words do: `batch` and `bs` are `batchSize`, `lr` is `learningRate`. */
function abbreviated(given: string, valid: readonly string[]): string | undefined {
  const fits = (name: string): boolean =>
    (given.length > 2 && plain(name).startsWith(given)) || (given.length > 1 && initials(name) === given);
  const [only, ...more] = valid.filter(fits);
  return more.length === 0 ? only : undefined;
}

const initials = (name: string): string =>
  name
    .replaceAll(/(?<=[A-Za-z])[a-z\d]+/g, '')
    .replaceAll(/[-_ ]/g, '')
    .toLowerCase();

function plain(name: string): string {
  return name.replaceAll(/[-_ ]/g, '').toLowerCase();
}
