/** The form of a grid file for editors: `grids/schema.json` is this; a test keeps the two equal. */
import { z } from 'zod';
import { gridSchema } from './schema.ts';

/** JSON Schema, draft 2020-12. Says what a file may look like; what its values mean to each other is checked on reading. */
export function gridJsonSchema(): object {
  return {
    ...z.toJSONSchema(gridSchema, {
      io: 'input',
      reused: 'ref',
      override: ({ jsonSchema }) => withOwnAxes(jsonSchema),
    }),
    title: 'scalesweep grid',
  };
}

/** Wherever axes stand, a trainer's own settings may: their names are known to the file alone. */
function withOwnAxes(schema: z.core.JSONSchema.BaseSchema): void {
  if (schema.properties?.['epochs'] === undefined) return;
  schema.patternProperties = { '^params\\.[A-Za-z]\\w*$': { description: 'A setting of your trainer; one or a list' } };
}
