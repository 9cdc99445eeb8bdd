import { mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchDescribed } from '../../../worker/data/fetch.ts';
import { fetchDataset } from '../../../worker/data/index.ts';
import { debianPackageSource } from '../../../worker/data/sources/debian-package.ts';
import { folderSource } from '../../../worker/data/sources/folder.ts';
import { httpSource } from '../../../worker/data/sources/http.ts';
import { describeFiles, madeUpFiles, sourceOf, writePacked } from './made-up-files.ts';
import { temporaryFolders } from './temporary-folders.ts';
import { COMPUTES_A_WHILE } from '../../support/time-outs.ts';

vi.setConfig({ testTimeout: COMPUTES_A_WHILE, hookTimeout: COMPUTES_A_WHILE });

const temporary = temporaryFolders();
const files = madeUpFiles(12, 6);
const first = 'train-images-idx3-ubyte';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Serves what `answer` gives for a path; 404 where it gives nothing. */
async function serve(answer: (name: string) => Uint8Array | undefined): Promise<string> {
  const server = createServer((request, response) => {
    const body = answer(path.basename(request.url ?? ''));
    response.writeHead(body === undefined ? 404 : 200, { connection: 'close' }).end(body);
  });
  return listen(server);
}

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

const damaged = (name: string): Map<string, Uint8Array> => {
  const copy = Uint8Array.from(files.get(name)!);
  copy[copy.length - 1]! ^= 1;
  return new Map<string, Uint8Array>([...files, [name, copy]]);
};

describe('fetching a dataset', () => {
  it('takes it from the first source that has it, and from the cache ever after', async () => {
    const cacheDir = temporary();
    const [broken, whole, spare] = [
      sourceOf('broken', new Error('connection refused')),
      sourceOf('whole', files),
      sourceOf('spare', files),
    ];
    const descriptor = describeFiles(files, [broken, whole, spare]);
    const fetched = await fetchDescribed(descriptor, { cacheDir });
    expect(fetched.sources).toEqual(['whole']);
    expect(readdirSync(fetched.folder).sort()).toEqual([...files.keys()].sort());
    expect((await fetchDescribed(descriptor, { cacheDir })).sources).toEqual(['cache']);
    expect([broken.asked, whole.asked, spare.asked]).toEqual([1, 1, 0]);
  });

  it('reads the gzipped files of an installed package', async () => {
    const installed = temporary();
    writePacked(installed, files);
    const descriptor = describeFiles(files, [folderSource('installed', installed)]);
    const { contents } = await fetchDescribed(descriptor, { cacheDir: temporary() });
    for (const [name, content] of files) expect(Buffer.compare(contents.get(name)!, content)).toBe(0);
  });

  it('completes what one source lacks from the next', async () => {
    const part = sourceOf('part', new Map([[first, files.get(first)!]]));
    const rest = sourceOf('rest', files);
    const fetched = await fetchDescribed(describeFiles(files, [part, rest]), { cacheDir: temporary() });
    expect(fetched.sources).toEqual(['part', 'rest']);
  });

  it('refuses a content of another checksum, names it, and asks the next source', async () => {
    const log: string[] = [];
    const descriptor = describeFiles(files, [sourceOf('bad mirror', damaged(first)), sourceOf('good', files)]);
    const fetched = await fetchDescribed(descriptor, { cacheDir: temporary(), log: (line) => log.push(line) });
    expect(fetched.sources).toEqual(['bad mirror', 'good']);
    expect(readFileSync(path.join(fetched.folder, first)).equals(files.get(first)!)).toBe(true);
  });

  it('names a damaged file of the cache and fetches it again, leaving the others', async () => {
    const cacheDir = temporary();
    const source = sourceOf('source', files);
    const descriptor = describeFiles(files, [source]);
    const { folder } = await fetchDescribed(descriptor, { cacheDir });
    truncateSync(path.join(folder, first), 30);
    const log: string[] = [];
    const fetched = await fetchDescribed(descriptor, { cacheDir, log: (line) => log.push(line) });
    expect(log[0]).toMatch(/damaged.*train-images-idx3-ubyte: expected 448 bytes, got 30/);
    expect(readFileSync(path.join(folder, first)).equals(files.get(first)!)).toBe(true);
    expect(fetched.sources).toEqual(['source']);
  });

  it('says that a damaged file could not be replaced, and where it lies', async () => {
    const cacheDir = temporary();
    const { folder } = await fetchDescribed(describeFiles(files, [sourceOf('once', files)]), { cacheDir });
    writeFileSync(path.join(folder, first), damaged(first).get(first)!);
    const offline = describeFiles(files, [sourceOf('mirror', new Error('no route to host'))]);
    await expect(fetchDescribed(offline, { cacheDir })).rejects.toMatchObject({
      code: 'DATASET_CORRUPT',
      message: expect.stringMatching(
        new RegExp(`cache: ${path.join(folder, first)}: expected SHA-256 [^]*- mirror: no route to host`),
      ) as string,
    });
  });

  it('names everything it tried when nothing has it', async () => {
    const refusing = await serve(() => undefined);
    const installed = path.join(temporary(), 'not-installed');
    const descriptor = describeFiles(files, [
      folderSource('installed package', installed),
      debianPackageSource('no-such-package-of-scalesweep', '/usr/share/nothing'),
      httpSource('official address', refusing, { packed: true }),
      sourceOf('torn mirror', damaged(first)),
    ]);
    // The last source would give all but one file: one missing file is a missing dataset.
    const failure: unknown = await fetchDescribed(descriptor, { cacheDir: temporary() }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code: 'DATASET_UNAVAILABLE', hint: expect.stringContaining('made-up') as string });
    const { message } = failure as Error;
    expect(message).toMatch(/- cache: none of its files in /);
    expect(message).toContain(`- installed package: none of its files in ${installed}`);
    expect(message).toMatch(/- Debian package no-such-package-of-scalesweep \(apt-get download\): /);
    expect(message).toContain(`- official address (${refusing}): ${refusing}${first}.gz: HTTP 404 Not Found`);
    expect(message).toMatch(/- torn mirror: train-images-idx3-ubyte: expected SHA-256 [0-9a-f]{64}, got [0-9a-f]{64}/);
  });

  it('names the truncated gzip and leaves nothing of it', async () => {
    const torn = temporary();
    writePacked(torn, files);
    truncateSync(path.join(torn, `${first}.gz`), 40);
    const cacheDir = temporary();
    const descriptor = describeFiles(files, [folderSource('torn', torn)]);
    await expect(fetchDescribed(descriptor, { cacheDir })).rejects.toMatchObject({
      code: 'DATASET_UNAVAILABLE',
      message: expect.stringMatching(/torn: train-images-idx3-ubyte\.gz: unexpected end of file/) as string,
    });
    expect(readdirSync(cacheDir)).toEqual([]);
  });

  it('stops unpacking at the expected size', async () => {
    const bomb = temporary();
    writePacked(bomb, new Map([[first, new Uint8Array(5_000_000)]]));
    await expect(
      fetchDescribed(describeFiles(files, [folderSource('bomb', bomb)]), { cacheDir: temporary() }),
    ).rejects.toThrow(/train-images-idx3-ubyte\.gz: Cannot create a Buffer larger than/);
  });

  it('downloads and unpacks from a server, and stops at more than was expected', async () => {
    const base = await serve((name) => gzipSync(files.get(name.replace('.gz', ''))!));
    const honest = describeFiles(files, [httpSource('official', base, { packed: true })]);
    const fetched = await fetchDescribed(honest, { cacheDir: temporary() });
    expect(fetched.sources).toEqual([`official (${base})`]);

    const endless = await serve(() => new Uint8Array(1_000_000));
    await expect(
      fetchDescribed(describeFiles(files, [httpSource('endless', endless, { packed: false })]), {
        cacheDir: temporary(),
      }),
    ).rejects.toThrow(/more than the expected \d+ bytes/);
  });

  it('stops the other downloads when one fails, and says what failed', async () => {
    const held: ServerResponse[] = [];
    const server = createServer((request, response) => {
      if (path.basename(request.url ?? '') === first) held.push(response.writeHead(200));
      else if (held.length > 0) response.writeHead(503).end();
      else setTimeout(() => server.emit('request', request, response), 5);
    });
    const base = await listen(server);
    const source = httpSource('overloaded', base, { packed: false });
    await expect(fetchDescribed(describeFiles(files, [source]), { cacheDir: temporary() })).rejects.toThrow(/HTTP 503/);
    if (!held[0]!.closed) await once(held[0]!, 'close');
  });

  it('names a server that cannot be reached', async () => {
    const unreachable = describeFiles(files, [httpSource('nobody', 'http://127.0.0.1:1/', { packed: true })]);
    await expect(fetchDescribed(unreachable, { cacheDir: temporary() })).rejects.toThrow(
      /nobody.*(refused|bad port)/is,
    );
  });

  it('says which folder cannot be written', async () => {
    const cacheDir = path.join(temporary(), 'a-file');
    writeFileSync(cacheDir, '');
    const descriptor = describeFiles(files, [sourceOf('source', files)]);
    const options = { cacheDir, secondDir: path.join(cacheDir, 'second') };
    await expect(fetchDescribed(descriptor, options)).rejects.toMatchObject({
      code: 'STORE_UNWRITABLE',
      message: expect.stringContaining(cacheDir) as string,
      hint: expect.stringContaining(`SCALESWEEP_DATA=${cacheDir} scalesweep data fetch made-up`) as string,
    });
  });

  it('keeps what it fetched in a second place where the cache belongs to somebody else, and finds it there', async () => {
    const cacheDir = path.join(temporary(), 'a-file');
    writeFileSync(cacheDir, '');
    const source = sourceOf('source', files);
    const options = { cacheDir, secondDir: temporary() };
    for (const sources of [['source'], ['cache']])
      expect((await fetchDescribed(describeFiles(files, [source]), options)).sources).toEqual(sources);
    expect(source.asked).toBe(1);
  });

  it('takes gzipped files that somebody put into the cache folder by hand', async () => {
    const cacheDir = temporary();
    mkdirSync(path.join(cacheDir, 'made-up'));
    writePacked(path.join(cacheDir, 'made-up'), files);
    const fetched = await fetchDescribed(describeFiles(files, []), { cacheDir });
    expect(fetched.sources).toEqual(['cache']);
  });

  it('knows its datasets by name', async () => {
    await expect(fetchDataset('fashion-mnits', { cacheDir: temporary() })).rejects.toMatchObject({
      code: 'DATASET_UNAVAILABLE',
      message: 'Expected the name of a known dataset, got "fashion-mnits"',
      hint: expect.stringContaining('fashion-mnist') as string,
    });
  });
});
