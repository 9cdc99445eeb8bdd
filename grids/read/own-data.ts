/** A dataset of the user's own that is packed where the grid is read: what the grid leaves out is taken from there. */
import { parseDocument } from 'yaml';
import { dataSpec } from '../../contract/index.ts';
import { DATASETS, type DatasetFacts } from '../schema/datasets.ts';

/** What a grid states of such a dataset, beside its name. */
const FACTS = ['identity', 'images', 'classes', 'channels'] as const;
type Mapping = Readonly<Record<string, unknown>>;

/** Facts of a dataset by its name, where this machine has it. */
export interface NamedFacts extends DatasetFacts {
  readonly name: string;
}

/** The name of a grid's dataset, where the grid leaves out what the program does not know of it. */
export function unstatedDataset(text: string): string | undefined {
  const document = parseDocument(text, { version: '1.2', merge: false });
  // What is wrong with the text is said by whoever reads it next.
  const data = document.errors.length > 0 ? undefined : document.get('data');
  if (typeof data !== 'object' || data === null || !('toJSON' in data)) return undefined;
  const raw = document.getIn(['data', 'name']);
  const { success, data: name } = dataSpec.shape.name.safeParse(raw);
  if (!success || Object.hasOwn(DATASETS, name)) return undefined;
  return FACTS.some((fact) => !document.hasIn(['data', fact])) ? name : undefined;
}

/** The values of a grid with what is missing about its dataset; as they are where they speak of another content. */
export function withFacts(value: unknown, facts: NamedFacts | undefined): unknown {
  const data = (value as { data?: Mapping } | null)?.data;
  if (facts === undefined || data?.['name'] !== facts.name) return value;
  if (data['identity'] !== undefined && data['identity'] !== facts.identity) return value;
  return { ...(value as Mapping), data: { ...chosen(facts), ...data } };
}

/** The same in the text that is kept with a sweep: it is read again where the dataset may not be. */
export function textWithFacts(text: string, facts: NamedFacts): string {
  const document = parseDocument(text, { version: '1.2', merge: false });
  for (const [fact, known] of Object.entries(chosen(facts)))
    if (!document.hasIn(['data', fact])) document.setIn(['data', fact], known);
  return document.toString({ lineWidth: 0 });
}

function chosen(facts: NamedFacts): Record<string, unknown> {
  return Object.fromEntries(FACTS.map((fact) => [fact, facts[fact]]));
}
