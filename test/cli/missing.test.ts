/** What is missing where results are there and an answer is empty. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { useFolders } from '../orchestrator/support/folders.ts';
import { invoke } from '../orchestrator/support/invoke.ts';

describe('results that lack', () => {
  const newFolder = useFolders();

  async function imported(csv: string) {
    const folder = newFolder();
    writeFileSync(path.join(folder, 'r.csv'), csv);
    const store = ['--db', path.join(folder, 'results.db')];
    const taken = await invoke('import', path.join(folder, 'r.csv'), '--dataset', 'mine', ...store);
    expect(taken.code, taken.err).toBe(0);
    const ask = (...words: string[]) => invoke(...words, ...store);
    return { taken, ask, file: path.join(folder, 'r.csv') };
  }

  it('FLOPs', async () => {
    const { taken, ask } = await imported('width,depth,resolution,epochs,minivalTop1\n1,14,28,5,0.8\n1,20,28,5,0.9\n');
    expect(taken.err).toContain('has no `flops`');
    const missing = 'Of the 2 finished trials no flops are known';
    expect((await ask('pareto')).err).toContain(missing);
    expect((await ask('best', '--max-flops', '1G')).err).toContain(`hint: ${missing}`);
    expect((await ask('isoflop', '--flops', '1G')).err).toContain(missing);
    expect((await ask('best')).out).toContain('90');
    const json = await ask('pareto', '--json');
    expect(JSON.parse(json.out)).toMatchObject({ front: [] });
    expect(json.err).toContain(missing);
  });

  it('minival accuracy', async () => {
    const { taken, ask } = await imported('width,depth,resolution,epochs,testTop1,flops\n1,14,28,5,0.8,1e6\n');
    expect(taken.err).toContain('test accuracies alone');
    const missing = 'Of the 1 finished trial the test accuracy alone is known';
    expect((await ask('pareto')).err).toContain(missing);
    expect((await ask('best')).err).toContain(missing);
  });

  it('nothing, in what is imported a second time and changed', async () => {
    const { taken, ask, file } = await imported('width,depth,resolution,epochs,minivalTop1,flops\n1,14,28,5,0.8,1e6\n');
    expect(taken.out).toMatch(/: 1 result on mine, 1 new$/);
    const again = await ask('import', file, '--dataset', 'mine');
    expect(again.out).toMatch(/: 1 result on mine, 0 new, 1 already there$/);
    writeFileSync(file, 'width,depth,resolution,epochs,minivalTop1,flops\n1,14,28,5,0.9,1e6\n');
    const refused = await ask('import', file, '--dataset', 'mine');
    expect(refused.code).toBe(2);
    expect(refused.err).toMatch(/minivalTop1 0\.9, the store has 0\.8.*\n.*--replace/);
    const replaced = await ask('import', file, '--dataset', 'mine', '--replace');
    expect(replaced.out).toMatch(/: 1 result on mine, 0 new, 1 replaced$/);
    expect(replaced.err).toContain('minivalTop1 0.9, the store has 0.8');
  });
});
