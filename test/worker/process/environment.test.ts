import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { gitCommit } from '../../../worker/process/environment.ts';
import { useFolders } from '../../orchestrator/support/folders.ts';

describe('the commit of a checkout', () => {
  const newFolder = useFolders();
  const git = (cwd: string, ...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], {
      cwd,
      encoding: 'utf8',
    }).trim();

  const makeCheckout = (): string => {
    const root = path.join(newFolder(), 'checkout');
    mkdirSync(root);
    git(root, 'init', '-q');
    writeFileSync(path.join(root, 'file'), 'content');
    git(root, 'add', 'file');
    git(root, 'commit', '-q', '-m', 'first');
    return root;
  };

  it('is what git says: loose, packed, detached and in a linked worktree', () => {
    const root = makeCheckout();
    const commit = git(root, 'rev-parse', 'HEAD');
    expect(gitCommit(root)).toBe(commit);
    git(root, 'pack-refs', '--all');
    expect(gitCommit(root)).toBe(commit);
    git(root, 'worktree', 'add', '-q', '-b', 'other', '../linked');
    expect(gitCommit(path.join(root, '..', 'linked'))).toBe(commit);
    git(root, 'checkout', '-q', '--detach');
    expect(gitCommit(root)).toBe(commit);
  });

  it('is not known outside of one', () => {
    expect(gitCommit(newFolder())).toBeUndefined();
  });
});
