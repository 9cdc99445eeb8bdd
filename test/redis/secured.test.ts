import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { connectRedis } from '../../worker/remote/index.ts';
import { useFolders } from '../orchestrator/support/folders.ts';
import { freePort, startRedis } from './support/redis-server.ts';
import { STARTS_PROCESSES } from '../support/time-outs.ts';

vi.setConfig({ testTimeout: STARTS_PROCESSES, hookTimeout: STARTS_PROCESSES });

const quiet = { onNotice: () => undefined };

describe('Redis with a password and TLS', () => {
  const newFolder = useFolders();

  it('asks for the password that is missing, and takes it from the URL or the environment', async () => {
    const redis = await startRedis({ args: ['--requirepass', 'sesame'], client: { password: 'sesame' } });
    try {
      await expect(connectRedis(redis.url, { ...quiet, env: {} })).rejects.toMatchObject({
        code: 'REDIS_UNAVAILABLE',
        exitCode: 2,
        hint: expect.stringMatching(/SCALESWEEP_REDIS_PASSWORD/) as string,
      });
      await expect(
        connectRedis(redis.url, { ...quiet, env: { SCALESWEEP_REDIS_PASSWORD: 'wrong' } }),
      ).rejects.toMatchObject({ code: 'REDIS_UNAVAILABLE' });
      for (const [url, env] of [
        [redis.url, { SCALESWEEP_REDIS_PASSWORD: 'sesame' }],
        [redis.url.replace('//', '//:sesame@'), {}],
      ] as const) {
        const connection = await connectRedis(url, { ...quiet, env });
        expect(await connection.ping()).toBe('PONG');
        connection.disconnect();
      }
    } finally {
      await redis.close();
    }
  });

  it('trusts a server whose authority it was given, and no other', async () => {
    const folder = newFolder();
    const { ca, key, cert } = makeCertificates(folder);
    const redis = await startRedis({
      isTls: true,
      args: [
        '--tls-cert-file',
        cert,
        '--tls-key-file',
        key,
        '--tls-ca-cert-file',
        ca,
        '--tls-auth-clients',
        'no',
        '--requirepass',
        'sesame',
      ],
      client: { password: 'sesame', tls: { ca: readFileSync(ca, 'utf8') } },
    });
    try {
      const env = { SCALESWEEP_REDIS_PASSWORD: 'sesame' };
      await expect(connectRedis(redis.url, { ...quiet, env })).rejects.toMatchObject({
        code: 'REDIS_UNAVAILABLE',
        hint: expect.stringMatching(/SCALESWEEP_REDIS_CA/) as string,
      });
      const connection = await connectRedis(redis.url, { ...quiet, env: { ...env, SCALESWEEP_REDIS_CA: ca } });
      expect(await connection.ping()).toBe('PONG');
      connection.disconnect();
    } finally {
      await redis.close();
    }
  });

  it('never shows the password', async () => {
    const port = await freePort();
    await expect(
      connectRedis(`redis://:sesame@127.0.0.1:${port}`, { ...quiet, env: {}, timeoutMs: 200 }),
    ).rejects.toSatisfy(
      (error: Error) => !error.message.includes('sesame') && error.message.includes(`127.0.0.1:${port}`),
    );
    await expect(connectRedis('http://:sesame@host', { ...quiet, env: {} })).rejects.toSatisfy(
      (error: Error) => !error.message.includes('sesame') && error.message.startsWith('Expected redis://'),
    );
  });
});

/** A signing authority and a server's certificate for 127.0.0.1. */
function makeCertificates(folder: string): { ca: string; key: string; cert: string } {
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'ca.key',
    '-out',
    'ca.crt',
    '-subj',
    '/CN=test',
    '-days',
    '2',
  );
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'redis.key',
    '-out',
    'redis.csr',
    '-subj',
    '/CN=127.0.0.1',
    '-addext',
    'subjectAltName=IP:127.0.0.1',
  );
  openssl(
    'x509',
    '-req',
    '-in',
    'redis.csr',
    '-CA',
    'ca.crt',
    '-CAkey',
    'ca.key',
    '-CAcreateserial',
    '-out',
    'redis.crt',
    '-days',
    '2',
    '-copy_extensions',
    'copy',
  );
  return { ca: path.join(folder, 'ca.crt'), key: path.join(folder, 'redis.key'), cert: path.join(folder, 'redis.crt') };
}
