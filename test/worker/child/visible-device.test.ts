import { describe, expect, it } from 'vitest';
import { visibleDevice } from '../../../worker/child/visible-device.ts';

describe('the device that a child sees', () => {
  it.each([
    ['3', 'cuda:0', '3'],
    ['2,5,7', 'cuda:1', '5'],
    [' 2 , 5 ', 'cuda:1', '5'],
    ['GPU-8932f937-d72c-4106-c12f-20bd9faed9f6', 'cuda:0', 'GPU-8932f937-d72c-4106-c12f-20bd9faed9f6'],
    ['MIG-GPU-8932f937-d72c-4106/1/0,MIG-45', 'cuda:0', 'MIG-GPU-8932f937-d72c-4106/1/0'],
  ])('CUDA_VISIBLE_DEVICES=%s and %s: the entry %s, in the order that it was given in', (given, device, own) => {
    const seen = visibleDevice(device, { CUDA_VISIBLE_DEVICES: given });
    expect(seen).toEqual({ device: 'cuda:0', env: { CUDA_VISIBLE_DEVICES: own } });
  });

  it.each([
    ['', 'cuda:0'],
    ['NoDevFiles', 'cuda:0'],
    ['-1', 'cuda:0'],
    ['3', 'cuda:1'],
    ['1,-1,2', 'cuda:1'],
  ])('CUDA_VISIBLE_DEVICES=%o and %s: none, and it tells', (given, device) => {
    const failing = (): unknown => visibleDevice(device, { CUDA_VISIBLE_DEVICES: given });
    expect(failing).toThrow(expect.objectContaining({ code: 'DEVICE_UNAVAILABLE' }));
    expect(failing).toThrow(`'${given}'`);
  });

  it('counts in the order of the bus where nobody chose', () => {
    expect(visibleDevice('cuda:2', {}).env).toEqual({ CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: '2' });
  });

  it('hides GPUs from what trains on a CPU', () => {
    expect(visibleDevice('cpu', { CUDA_VISIBLE_DEVICES: '3' })).toEqual({
      device: 'cpu',
      env: { CUDA_VISIBLE_DEVICES: '' },
    });
  });
});
