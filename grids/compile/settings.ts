/** The settings of a section: each a fixed value, a rule over the cell, or left to its default. */
import type { Check } from '../read/check.ts';
import { isOfFamilies, type GridFamily } from './families.ts';
import type { CompiledAxes } from './axes.ts';
import { compileRule, isLiteral } from './rules.ts';
import { RECIPE_DEFAULTS } from '../schema/defaults.ts';
import { fieldsOf, readLiteral, type Field, type Fields, type Kind, type Section } from '../schema/fields.ts';
import type { Path, Place } from '../read/problems.ts';
import type { Rule } from '../read/program.ts';
import type { Assignment } from '../plan/space.ts';

export interface Settings {
  readonly fixed: Assignment;
  readonly rules: Rule[];
  /** All settings that the file can have. */
  readonly fields: Fields;
  readonly axes: CompiledAxes | undefined;
  /** Whether every cell has it; of axes with a problem, whether any part of them names it. */
  readonly isOnAxes: (name: string) => boolean;
  /** The families whose networks the grid may have. */
  readonly families: readonly GridFamily[];
  /** What a rule at this point of the file may name; grows as sections are read. */
  readonly kinds: Map<string, Kind>;
  readonly placeOf: (path: Path) => Place;
}

type Mapping = Readonly<Record<string, unknown>>;

export function compileSection(section: Section, raw: Mapping, settings: Settings, check: Check): void {
  const fields = fieldsOf(section, settings.fields).filter((field) => isOfFamilies(field, settings.families));
  // Fixed values and defaults can be named wherever they stand; rules only by what stands below them.
  for (const field of fields) {
    const written = raw[field.name];
    const isRule = written !== undefined && !isLiteral(field, written);
    const hasDefault = field.section !== 'data' && !isRequired(field);
    if (!isRule && (written !== undefined || hasDefault)) settings.kinds.set(field.name, field.kind);
    if (written === undefined || !check.isSound([section, field.name])) continue;
    refuseBoth(field, [section, field.name], settings, check);
    if (!isRule) readFixed(field, written, [section, field.name], settings, check);
  }
  for (const name of Object.keys(raw)) {
    const field = fields.find((each) => each.name === name);
    if (field === undefined || isLiteral(field, raw[name]) || !check.isSound([section, name]) || isRate(raw[name]))
      continue;
    addRule(field, raw[name], [section, name], settings, check);
  }
  for (const field of fields) {
    if (
      isRequired(field) &&
      raw[field.name] === undefined &&
      check.isSoundHere([section]) &&
      !check.isMeant(field.name) &&
      !settings.isOnAxes(field.name)
    ) {
      check.report([section], `Expected \`${field.name}\` in \`${section}\` or on an axis, got neither`, true);
    }
  }
}

/** Learning rate in proportion to the batch: `{per256: 0.1}` is 0.1 at a batch of 256. Goyal et al. 2017, section 2.1. */
export function compileLearningRate(raw: unknown, settings: Settings, check: Check): void {
  const path: Path = ['recipe', 'learningRate'];
  const field = settings.fields.get('learningRate');
  if (!isRate(raw) || field === undefined || !check.isSound(path)) return;
  refuseBoth(field, path, settings, check);
  const inner: Path = [...path, 'per256'];
  const { per256 } = raw;
  const place = settings.placeOf(inner);
  if (!isLiteral(field, per256)) {
    const rate = compileRule(field, per256, inner, namesOf(settings), check);
    if (rate !== undefined)
      settings.rules.push({
        field,
        place,
        evaluate: (scope) => (Number(rate(scope)) * Number(scope['batchSize'])) / 256,
      });
    return;
  }
  const reading = readLiteral(field, per256);
  if (!reading.ok) check.report(inner, reading.message);
  else
    settings.rules.push({
      field,
      place,
      evaluate: (scope) => (Number(reading.value) * Number(scope['batchSize'])) / 256,
    });
}

function isRate(raw: unknown): raw is { per256: unknown } {
  return typeof raw === 'object' && raw !== null && 'per256' in raw;
}

/** Without a default: to be found in the recipe or on an axis. */
function isRequired(field: Field): boolean {
  return field.section === 'recipe' ? !Object.hasOwn(RECIPE_DEFAULTS, field.name) : field.name === 'family';
}

/** A value beside an axis that every cell has would never be used. */
export function refuseBoth(field: Field, path: Path, settings: Settings, check: Check): void {
  if (settings.axes?.space.always.has(field.name) !== true) return;
  check.report(
    path,
    `Expected \`${field.name}\` in one place, got it in \`${String(path[0])}\` and on an axis that every cell has`,
    true,
  );
}

function readFixed(field: Field, raw: unknown, path: Path, settings: Settings, check: Check): void {
  const reading = readLiteral(field, raw);
  if (!reading.ok) check.report(path, reading.message);
  else settings.fixed[field.name] = reading.value;
}

function addRule(field: Field, raw: unknown, path: Path, settings: Settings, check: Check): void {
  const evaluate = compileRule(field, raw, path, namesOf(settings), check);
  if (field.name === 'family') check.report(path, 'Expected `family` to be fixed or on an axis, got a rule');
  else if (evaluate !== undefined) settings.rules.push({ field, place: settings.placeOf(path), evaluate });
  // Known even when broken, so that one mistake is not reported once more wherever it is named.
  settings.kinds.set(field.name, field.kind);
}

function namesOf({ kinds, axes, fields }: Settings): Parameters<typeof compileRule>[3] {
  return { kinds, axes: axes?.values ?? new Map(), fields };
}
