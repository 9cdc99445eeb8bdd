/** The form of a grid file for editors: `grids/schema.json` is this; a test keeps the two equal. */
import { z } from 'zod';
import { gridSchema } from './schema.ts';

/** JSON Schema, draft 2020-12. Says what a file may look like; what its values mean to each other is checked on reading. */
export function gridJsonSchema(): object {
  return { ...z.toJSONSchema(gridSchema, { io: 'input', reused: 'ref' }), title: 'scalesweep grid' };
}
