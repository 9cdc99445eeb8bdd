import { describe, expect, it } from 'vitest';
import { nearestDevice, parseDevice } from '../../contract/index.ts';

describe('parseDevice', () => {
  it.each([
    ['cpu', { kind: 'cpu', index: 0 }],
    ['cuda:0', { kind: 'cuda', index: 0 }],
    ['cuda:12', { kind: 'cuda', index: 12 }],
    ['webgpu:0', { kind: 'webgpu', index: 0 }],
  ])('reads %s', (text, device) => {
    expect(parseDevice(text)).toEqual(device);
  });

  it.each([
    '',
    'cuda',
    'cuda:',
    'cuda:-1',
    'cuda:1x',
    'cuda:1000',
    'cpu:0',
    'CPU',
    'gpu:0',
    '/dev/nvidia0',
    'cuda:0,cpu',
  ])('takes %j for no device', (text) => {
    expect(parseDevice(text)).toBeUndefined();
  });
});

describe('nearestDevice', () => {
  it.each([
    ['cuda', 'cuda:0'],
    ['cuda1', 'cuda:1'],
    ['CUDA:2', 'cuda:2'],
    ['cdua:3', 'cuda:3'],
    ['gpu:1', 'cuda:1'],
    ['nvidia0', 'cuda:0'],
    ['webgpu', 'webgpu:0'],
    ['web-gpu:0', 'webgpu:0'],
    ['vulkan:0', 'webgpu:0'],
    ['CPU', 'cpu'],
    ['cpu:0', 'cpu'],
    ['', 'cpu'],
  ])('takes %j for %s, which is one', (text, device) => {
    expect(nearestDevice(text)).toBe(device);
    expect(parseDevice(device)).toBeDefined();
  });
});
