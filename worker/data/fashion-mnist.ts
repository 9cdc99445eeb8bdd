/** Fashion-MNIST (Xiao et al. 2017, MIT licence): 60,000 + 10,000 grey images of clothes, 28 x 28, ten classes. */
import { ScalesweepError } from '../../contract/index.ts';
import type { DatasetDescriptor } from './descriptor.ts';
import { decodeIdx } from './idx.ts';
import type { RawImages } from './raw.ts';
import { debianPackageSource } from './sources/debian-package.ts';
import { folderSource } from './sources/folder.ts';
import { httpSource } from './sources/http.ts';

const INSTALLED = '/usr/share/datasets/fashion-mnist';
const CLASSES = 10;

/** Pairs an IDX file of square images with its file of labels. */
export function decodeIdxSplit(contents: ReadonlyMap<string, Uint8Array>, prefix: string): RawImages {
  const read = (name: string, rank: number) => decodeIdx(contents.get(name) ?? new Uint8Array(), rank, name);
  const images = read(`${prefix}-images-idx3-ubyte`, 3);
  const labels = read(`${prefix}-labels-idx1-ubyte`, 1);
  const [count = 0, height = 0, width = 0] = images.dimensions;
  if (labels.dimensions[0] !== count) {
    throw new ScalesweepError(
      'DATASET_CORRUPT',
      `Expected ${count} labels in ${prefix}-labels-idx1-ubyte, one per image, got ${labels.dimensions[0]}`,
    );
  }
  if (height !== width) {
    throw new ScalesweepError(
      'DATASET_CORRUPT',
      `Expected square images in ${prefix}-images-idx3-ubyte, got ${width} x ${height}`,
    );
  }
  return { count, channels: 1, side: height, pixels: images.elements, labels: Uint16Array.from(labels.elements) };
}

export const fashionMnist: DatasetDescriptor = {
  name: 'fashion-mnist',
  identity: 'fashion-mnist/1',
  classes: CLASSES,
  classNames: [
    'T-shirt/top',
    'Trouser',
    'Pullover',
    'Dress',
    'Coat',
    'Sandal',
    'Shirt',
    'Sneaker',
    'Bag',
    'Ankle boot',
  ],
  // Of the unpacked files: the same content is packed differently from one source to another.
  files: [
    {
      name: 'train-images-idx3-ubyte',
      bytes: 47_040_016,
      sha256: 'c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888',
    },
    {
      name: 'train-labels-idx1-ubyte',
      bytes: 60_008,
      sha256: 'bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9',
    },
    {
      name: 't10k-images-idx3-ubyte',
      bytes: 7_840_016,
      sha256: '5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b',
    },
    {
      name: 't10k-labels-idx1-ubyte',
      bytes: 10_008,
      sha256: '0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34',
    },
  ],
  sources: [
    folderSource(`Debian package dataset-fashion-mnist, installed in ${INSTALLED}`, INSTALLED),
    debianPackageSource('dataset-fashion-mnist', INSTALLED),
    httpSource('official address', 'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/', { packed: true }),
  ],
  decode: (contents) => ({ train: decodeIdxSplit(contents, 'train'), test: decodeIdxSplit(contents, 't10k') }),
};
