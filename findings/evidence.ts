/**
 * A recommendation in the paper's terms: scale depth where longer training makes over-fitting possible and width on short
 * schedules, scale the resolution slowly, and don't carry a rule over from short schedules, small models or one base.
 */
import type { Finding, Verdict } from './finding.ts';
import type { Evidence, Recommendation } from './recommendation.ts';
import { signed } from './words.ts';

type Sayings = Readonly<Record<Exclude<Verdict, 'no-data'>, string>>;

/** What each verdict of a question means for scaling, for the findings that speak about the recommendation's cell. */
const SAYINGS: Readonly<Record<string, Sayings>> = {
  'depth-over-width': {
    supported: 'depth before width at this schedule',
    contradicted: 'width before depth at this schedule',
    'not-separable': 'depth and width are not separable at this schedule',
  },
  'winner-flips': {
    supported: 'the winner changes with the length of training: a rule from short schedules misleads',
    contradicted: 'one winner at every schedule trained',
    'not-separable': 'whether the winner changes with the length of training is open',
  },
  'depth-over-resolution': {
    supported: 'depth before resolution from here: scale the resolution slowly',
    contradicted: 'the resolution is worth more than depth from here',
    'not-separable': 'depth and resolution are not separable from here',
  },
  'width-over-resolution': {
    supported: 'width before resolution from here: scale the resolution slowly',
    contradicted: 'the resolution is worth more than width from here',
    'not-separable': 'width and resolution are not separable from here',
  },
  'resolution-returns-diminish': {
    supported: 'returns of the resolution diminish beyond this',
    contradicted: 'returns of the resolution grow beyond this',
    'not-separable': 'whether returns of the resolution diminish beyond this is open',
  },
  'over-fitting': {
    supported: 'most cells over-fit at this schedule, where the paper finds depth ahead',
    contradicted: 'most cells do not over-fit at this schedule',
    'not-separable': 'how many cells over-fit at this schedule is open',
  },
  'short-predicts-long': {
    supported: 'short schedules rank cells as the longest does',
    contradicted: 'short schedules are no guide to the longest',
    'not-separable': 'whether short schedules are a guide is open',
  },
  'small-predicts-large': {
    supported: 'small networks rank cells as big ones do',
    contradicted: 'small networks are no guide to big ones',
    'not-separable': 'whether small networks are a guide is open',
  },
  'recommendation-stable': {
    supported: 'the same winner from every base that tells them apart',
    contradicted: 'the winner depends on the base that one starts from',
    'not-separable': 'whether the winner depends on the base is open',
  },
};

export function withEvidence(recommendation: Recommendation, findings: readonly Finding[]): Recommendation {
  const { from, axis } = recommendation;
  if (from === null) return recommendation;
  // Of the axes that findings are matched on, train FLOPs within one schedule are FLOPs.
  const matched = axis === 'stepMs' ? 'stepMs' : 'flops';
  const evidence = findings.flatMap((finding): Evidence[] => {
    const sayings = SAYINGS[finding.slug];
    if (sayings === undefined || finding.effect === null || finding.verdict === 'no-data') return [];
    if (finding.axis !== matched && !finding.slug.endsWith('-long') && !finding.slug.endsWith('-large')) return [];
    if (!speaksOf(finding, from)) return [];
    const place = typeof finding.scope['resolution'] === 'number' ? ` and ${finding.scope['resolution']} pixels` : '';
    const interval = finding.interval === null ? '' : ` [${finding.interval.map(signed).join(', ')}]`;
    return [
      {
        finding: finding.id,
        says:
          shareSaying(finding) ??
          `${sayings[finding.verdict]}${place} (${signed(finding.effect)}${interval} ${finding.unit})`,
      },
    ];
  });
  return { ...recommendation, evidence };
}

/** An inconclusive share is said in counts: an interval around 0 of 4 tells a reader nothing, or the wrong thing. */
function shareSaying({ slug, verdict, effect, pairs }: Finding): string | undefined {
  if (verdict !== 'not-separable' || effect === null) return undefined;
  const counted = `${Math.round(effect * pairs)} of ${pairs}`;
  const few = pairs < MANY ? 'too few to tell' : 'neither most nor few';
  if (slug === 'over-fitting') return `${counted} cells over-fit at this schedule; ${few}`;
  if (slug === 'recommendation-stable')
    return `the same winner of depth against width from ${counted} bases; too few of them are separated to tell`;
  return undefined;
}

/** From so many on, an interval that holds one half says that it is about half. */
const MANY = 20;

function speaksOf({ slug, scope }: Finding, from: NonNullable<Recommendation['from']>): boolean {
  if (slug === 'winner-flips') return scope['resolution'] === undefined;
  if (typeof scope['epochs'] === 'number' && scope['epochs'] !== from.epochs) return false;
  for (const name of ['resolution', 'fromResolution', 'beyond']) {
    if (typeof scope[name] === 'number' && scope[name] !== from.resolution) return false;
  }
  return true;
}
