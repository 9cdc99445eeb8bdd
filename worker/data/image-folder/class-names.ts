/** Which names in an image folder are classes and images, and which of them are the same. */

/** What operating systems and network disks put into folders, in lower case. */
const JUNK = new Set([
  'thumbs.db',
  'ehthumbs.db',
  'desktop.ini',
  '@eadir',
  '#recycle',
  '#snapshot',
  '@recycle',
  '__macosx',
  '$recycle.bin',
  'system volume information',
  'lost+found',
]);

/** Hidden files (`.DS_Store`, `._photo.jpg`) and {@link JUNK} are neither images nor classes. */
export function isJunk(name: string): boolean {
  return name.startsWith('.') || JUNK.has(name.toLowerCase());
}

/**
 * The class that each folder name stands for: names that differ in their Unicode form alone (macOS decomposes letters, others do
 * not) are one class, by its composed name (NFC). A name in one form alone stays as it is, since it is part of the identity.
 */
export function classNames(folders: Iterable<string>): ReadonlyMap<string, string> {
  const forms = new Map<string, Set<string>>();
  for (const name of folders) {
    const composed = name.normalize('NFC');
    forms.set(composed, (forms.get(composed) ?? new Set()).add(name));
  }
  return new Map(
    [...forms].flatMap(([composed, names]) => [...names].map((name) => [name, names.size > 1 ? composed : name])),
  );
}
