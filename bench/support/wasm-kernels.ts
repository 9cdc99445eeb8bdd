import type { Tensor, Tensor2D, Tensor4D, Tf } from '../../worker/engines/tensorflow/tf.ts';

/** What TensorFlow.js hands to a kernel. */
interface Call {
  readonly inputs: { readonly [name: string]: unknown };
  readonly attrs?: { readonly [name: string]: unknown };
}

interface ConvAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'same' | 'valid';
  /** [height, width, input channels, output channels] */
  readonly filterShape: [number, number, number, number];
}

type Kernel = NonNullable<ReturnType<Tf['getKernel']>>;
type Info = Parameters<ReturnType<Tf['engine']>['makeTensorFromTensorInfo']>[0];

/**
 * Lets TensorFlow.js's wasm backend (4.22.0) train a ResNet. It lacks the gradient of a convolution's filter: here that is a matrix
 * product for every position of the filter, the fastest that its other kernels can be put together to. And its `OneHot`
 * writes whole numbers where floats are asked for, which read as 1e-45.
 */
export function completeWasm(tf: Tf): void {
  const tensorOf = (info: unknown): Tensor => tf.engine().makeTensorFromTensorInfo(info as Info);
  tf.registerKernel({
    kernelName: 'Conv2DBackpropFilter',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs }: Call) => {
      const { x, dy } = inputs;
      return filterGradient(tf, tensorOf(x) as Tensor4D, tensorOf(dy) as Tensor4D, attrs as unknown as ConvAttributes);
    },
  });
  const whole = tf.getKernel('OneHot', 'wasm');
  tf.unregisterKernel('OneHot', 'wasm');
  tf.registerKernel({
    ...whole,
    kernelFunc: (call) => {
      const asked = (call.attrs as { readonly dtype?: 'float32' | 'int32' } | undefined)?.dtype ?? 'int32';
      const attrs = { ...call.attrs, dtype: 'int32' } as typeof call.attrs;
      const made = whole.kernelFunc({ ...call, attrs } as Parameters<Kernel['kernelFunc']>[0]);
      return asked === 'int32' ? made : tf.cast(tensorOf(made), asked);
    },
  });
}

/** @param x [batch, height, width, input channels], `dy` the same with output channels */
function filterGradient(tf: Tf, x: Tensor4D, dy: Tensor4D, { strides, pad, filterShape }: ConvAttributes): Tensor {
  return tf.tidy(() => {
    const [height, width, fromChannels, toChannels] = filterShape;
    const { padInfo, strideHeight, strideWidth, outHeight, outWidth } = tf.backend_util.computeConv2DInfo(
      x.shape,
      filterShape,
      strides,
      1,
      pad,
    );
    const { top, bottom, left, right } = padInfo;
    const padded = tf.pad(x, [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ]);
    const [images] = x.shape;
    const rows = images * outHeight * outWidth;
    const errors = tf.reshape(dy, [rows, toChannels]);
    const products: Tensor2D[] = [];
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const seen = tf.stridedSlice(
          padded,
          [0, row, column, 0],
          [images, row + (outHeight - 1) * strideHeight + 1, column + (outWidth - 1) * strideWidth + 1, fromChannels],
          [1, strideHeight, strideWidth, 1],
        );
        products.push(tf.matMul(tf.reshape(seen, [rows, fromChannels]), errors, true));
      }
    }
    return tf.reshape(tf.stack(products), filterShape);
  });
}
