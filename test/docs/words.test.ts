import { describe, expect, it } from 'vitest';
import { page } from './support/markdown.ts';

/** What a newcomer must find in a page, in the words that answer the question. */
describe('pages say', () => {
  const readme = page('README.md').text;

  it.each(['minival', 'within noise', 'top-1', 'isoFLOP', 'FLOPs', 'grid', 'trial'])(
    'README: what `%s` means',
    (term) => expect(readme).toMatch(new RegExp(`^\\| ${term} \\| \\S.{20,} \\|$`, 'm')),
  );

  it('README: that a multiply-add counts 2', () => expect(readme).toMatch(/a multiply-add counts 2/));

  it('README: how to install without a checkout, since no registry has the package', () => {
    expect(readme).toMatch(/not on a registry/);
    expect(readme).toMatch(/npm pack/);
  });

  it('docs/gpu.md and docs/environment.md: which GPU cuda:N is beside CUDA_VISIBLE_DEVICES', () => {
    const row = /^\| `CUDA_VISIBLE_DEVICES` \|.*$/m;
    expect(row.exec(page('docs/gpu.md').text)?.[0]).toMatch(/N-th entry .* that scalesweep was started with/);
    expect(row.exec(page('docs/environment.md').text)?.[0]).toMatch(/N-th entry/);
  });

  it("docs/performance.md: that a plan's memory is a step's, a result's a worker's", () => {
    const { text } = page('docs/performance.md');
    expect(text).toMatch(/plan's `memoryBytes` is the peak of a \*\*training step\*\*/);
    expect(text).toMatch(/result's `peakBytes` is the peak of the whole \*\*worker process\*\*/);
  });
});
