import path from 'node:path';
import { format } from 'prettier';
import { expect, it } from 'vitest';
import { packageRoot } from '../../contract/index.ts';
import { gridJsonSchema } from '../../grids/schema/json-schema.ts';

// After a change of the grid's form: `npx vitest run test/grids/json-schema.test.ts -u` writes the file again.
it('schema.json is the form that grids are checked against', async () => {
  const text = await format(JSON.stringify(gridJsonSchema()), { parser: 'json', printWidth: 120 });
  await expect(text).toMatchFileSnapshot(path.join(packageRoot(), 'grids', 'schema.json'));
});
