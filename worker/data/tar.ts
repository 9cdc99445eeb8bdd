/** The regular files of a tar archive (ustar), by name. What is neither a file nor a name we need is passed over. */
const BLOCK = 512;
const REGULAR = new Set(['0', '\0']);

function text(header: Uint8Array, from: number, length: number): string {
  return Buffer.from(header.subarray(from, from + length))
    .toString('latin1')
    .replace(/\0.*$/s, '');
}

/** Views of the archive's own memory. @throws {Error} if the archive ends within a file or a size is no number. */
export function untar(archive: Uint8Array): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + BLOCK <= archive.length;) {
    const header = archive.subarray(at, at + BLOCK);
    const name = text(header, 0, 100);
    if (name === '') break;
    const size = Number.parseInt(text(header, 124, 12).trim() || '0', 8);
    if (!Number.isSafeInteger(size)) throw new Error(`Expected the size of ${name} in the archive, got no number`);
    const start = at + BLOCK;
    if (start + size > archive.length) throw new Error(`Expected ${size} bytes of ${name} in the archive, got its end`);
    if (REGULAR.has(String.fromCharCode(header[156]!))) files.set(name, archive.subarray(start, start + size));
    at = start + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}
