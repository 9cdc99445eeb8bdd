/** Words for axes and strategies, as findings say them. */
import { costNouns } from '../contract/index.ts';
import type { Strategy } from './finding.ts';

export const axisNames = costNouns;

export const strategyNames: Readonly<Record<Strategy, string>> = {
  width: 'width',
  depth: 'depth',
  resolution: 'resolution',
  epochs: 'training length',
};

/** `+0.64`, `-0.72`: two decimals and a sign. */
export function signed(value: number): string {
  const text = value.toFixed(2);
  return value > 0 && Number(text) !== 0 ? `+${text}` : text;
}

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
