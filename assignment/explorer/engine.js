// Computes a network's program (explorer/program.py) with plain JavaScript. One example at a time, in float32.

const ACTIVATIONS = {
  linear: (value) => value,
  leaky: (value, slope) => (value < 0 ? value * slope : value),
  relu: (value) => (value > 0 ? value : 0),
  sigmoid: (value) => 1 / (1 + Math.exp(-value)),
  tanh: (value) => Math.tanh(value),
};

// Returns the arrays of a step's weights, by name. Kernels become float32 numbers, each filter with its own scale.
function readArrays(step, buffer) {
  const arrays = {};
  for (const [name, [position, length]] of Object.entries(step.arrays)) {
    arrays[name] =
      name === "kernel"
        ? Float32Array.from(new Int16Array(buffer, position, length))
        : new Float32Array(buffer, position, length);
  }
  return arrays;
}

// A network: `run` takes its inputs as arrays of numbers, and returns its outputs as arrays of float32 numbers.
class Engine {
  constructor(program, buffer) {
    this.program = program;
    this.steps = program.steps.map((step) => ({ ...step, ...readArrays(step, buffer) }));
    this.results = this.steps.map((step) => new Float32Array(step.size));
  }

  close() {}

  async run(inputs) {
    const tensors = [...inputs];
    this.steps.forEach((step, position) => {
      const result = this.results[position];
      COMPUTE[step.kind](
        step,
        step.inputs.map((number) => tensors[number]),
        result,
      );
      tensors.push(result);
    });
    return this.program.outputs.map((number) => Float32Array.from(tensors[number]));
  }
}

const COMPUTE = {
  convolution: convolve,
  transposed: convolve,

  scale(step, [values], result) {
    const activation = ACTIVATIONS[step.activation];
    for (let i = 0; i < result.length; i++) {
      const filter = i % step.filters;
      result[i] = activation(values[i] * step.scale[filter] + step.bias[filter], step.slope);
    }
  },

  activation(step, [values], result) {
    if (step.activation === "softmax") return softmax(step, values, result);
    const activation = ACTIVATIONS[step.activation];
    for (let i = 0; i < result.length; i++) result[i] = activation(values[i], step.slope);
  },

  // A label is given as a share of each class: 1 and zeros for one class, 0.5 and 0.5 for a blend of two.
  embedding(step, [shares], result) {
    result.fill(0);
    for (let row = 0; row < step.rows; row++) {
      for (let i = 0; i < step.columns; i++) result[i] += shares[row] * step.table[row * step.columns + i];
    }
  },

  // Shorter inputs, such as one value for each filter, are repeated.
  add(step, inputs, result) {
    result.fill(0);
    for (const values of inputs) {
      for (let i = 0; i < result.length; i++) result[i] += values[i % values.length];
    }
  },

  multiply(step, inputs, result) {
    result.fill(1);
    for (const values of inputs) {
      for (let i = 0; i < result.length; i++) result[i] *= values[i % values.length];
    }
  },

  concatenate(step, inputs, result) {
    let position = 0;
    for (let pixel = 0; pixel < step.pixels; pixel++) {
      for (const values of inputs) {
        const depth = values.length / step.pixels;
        for (let i = 0; i < depth; i++) result[position++] = values[pixel * depth + i];
      }
    }
  },

  dot(step, [first, second], result) {
    let sum = 0;
    for (let i = 0; i < first.length; i++) sum += first[i] * second[i];
    result[0] = sum;
  },
};

// A convolution, or a transposed one. For each pixel of the result, the kernel's positions that reach a pixel of the
// input are found first; then each filter sums the products at all of them. Four filters at a time read each input once.
function convolve(step, [values], result) {
  const { width, depth, filters, columns, outputHeight, outputWidth, kernel, scale, bias, slope } = step;
  const activation = ACTIVATIONS[step.activation];
  const vertical = reachable(outputHeight, step.rows, step.height, step.down, step.top, step.kind);
  const horizontal = reachable(outputWidth, columns, width, step.right, step.left, step.kind);
  const inputs = []; // where each position's input begins,
  const kernels = []; // and its part of the kernel
  let position = 0;
  for (let y = 0; y < outputHeight; y++) {
    for (let x = 0; x < outputWidth; x++) {
      inputs.length = kernels.length = 0;
      for (const [row, inputY] of vertical[y]) {
        for (const [column, inputX] of horizontal[x]) {
          inputs.push((inputY * width + inputX) * depth);
          kernels.push((row * columns + column) * filters * depth);
        }
      }
      let filter = 0;
      for (; filter + 4 <= filters; filter += 4) {
        let a = 0;
        let b = 0;
        let c = 0;
        let d = 0;
        for (let n = 0; n < inputs.length; n++) {
          const start = inputs[n];
          const first = kernels[n] + filter * depth;
          const second = first + depth;
          const third = second + depth;
          const fourth = third + depth;
          for (let i = 0; i < depth; i++) {
            const value = values[start + i];
            a += value * kernel[first + i];
            b += value * kernel[second + i];
            c += value * kernel[third + i];
            d += value * kernel[fourth + i];
          }
        }
        result[position++] = activation(a * scale[filter] + bias[filter], slope);
        result[position++] = activation(b * scale[filter + 1] + bias[filter + 1], slope);
        result[position++] = activation(c * scale[filter + 2] + bias[filter + 2], slope);
        result[position++] = activation(d * scale[filter + 3] + bias[filter + 3], slope);
      }
      for (; filter < filters; filter++) {
        let sum = 0;
        for (let n = 0; n < inputs.length; n++) {
          const start = inputs[n];
          const first = kernels[n] + filter * depth;
          for (let i = 0; i < depth; i++) sum += values[start + i] * kernel[first + i];
        }
        result[position++] = activation(sum * scale[filter] + bias[filter], slope);
      }
    }
  }
}

// For each row (or column) of the result: the kernel's rows that reach the input, and the input's row that each meets.
function reachable(outputLength, window, inputLength, stride, margin, kind) {
  return Array.from({ length: outputLength }, (_, output) => {
    const pairs = [];
    for (let offset = 0; offset < window; offset++) {
      const place = kind === "transposed" ? (output + margin - offset) / stride : output * stride + offset - margin;
      if (Number.isInteger(place) && place >= 0 && place < inputLength) pairs.push([offset, place]);
    }
    return pairs;
  });
}

function softmax(step, values, result) {
  for (let start = 0; start < result.length; start += step.filters) {
    const row = Array.from(values.slice(start, start + step.filters));
    const largest = Math.max(...row);
    const powers = row.map((value) => Math.exp(value - largest));
    const sum = powers.reduce((total, power) => total + power, 0);
    powers.forEach((power, i) => (result[start + i] = power / sum));
  }
}
