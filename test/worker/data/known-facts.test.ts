import { describe, expect, it } from 'vitest';
import { catalog, classNamesOf } from '../../../worker/data/index.ts';
import { insectsIn } from './insects.ts';
import { threeClasses } from './photographs.ts';
import { temporaryFolders } from './temporary-folders.ts';

const temporary = temporaryFolders();

describe('the names of the classes', () => {
  it('are as many as there are classes, of the datasets that the program knows', async () => {
    for (const { name, identity, classes, classNames } of catalog) {
      expect(new Set(classNames).size).toBe(classes);
      expect(await classNamesOf({ name, identity })).toBe(classNames);
    }
    expect(await classNamesOf({ name: 'cifar-10', identity: 'cifar-10/2' })).toBeUndefined();
  });

  it('are the class folders of photographs in the order of the labels, of the very content', async () => {
    const { fetch, options } = insectsIn(temporary(), threeClasses(4, 2));
    const { identity } = await fetch();
    expect(await classNamesOf({ name: 'insects', identity }, options)).toEqual(['ant', 'bee', 'cat']);
    const other = identity.replace(/\/[0-9a-f]/, '/x');
    expect(await classNamesOf({ name: 'insects', identity: other }, options)).toBeUndefined();
    expect(await classNamesOf({ name: 'wasps', identity }, options)).toBeUndefined();
  });
});
