// Computes a network's program (explorer/program.py) with WebGPU: one shader for each step.

const WORKGROUP = 64; // invocations; every implementation of WebGPU allows 256

const GPU_ACTIVATIONS = {
  linear: () => "value",
  leaky: (slope) => `select(value, value * ${float(slope)}, value < 0.0)`,
  relu: () => "max(value, 0.0)",
  sigmoid: () => "1.0 / (1.0 + exp(-value))",
  tanh: () => "tanh(clamp(value, -15.0, 15.0))", // some implementations of tanh overflow beyond
};

// Writes a number as WGSL reads a float.
function float(number) {
  return Number.isInteger(number) ? `${number}.0` : `${number}`;
}

// The body of each kind's shader, which computes `value` for the position `i` of the result.
const SHADERS = {
  convolution: (step) => convolutionShader(step, "y * DOWN + row - TOP", "x * RIGHT + column - LEFT", ""),
  transposed: (step) =>
    convolutionShader(
      step,
      "(y + TOP - row) / DOWN",
      "(x + LEFT - column) / RIGHT",
      "if (y + TOP < row || x + LEFT < column || (y + TOP - row) % DOWN != 0 || (x + LEFT - column) % RIGHT != 0)" +
        " { continue; }",
    ),
  scale: (step) => `
    let channel = i % ${step.filters};
    let value = input0[i] * scale[channel] + bias[channel];`,
  activation: (step) => (step.activation === "softmax" ? softmaxShader(step) : "let value = input0[i];"),
  embedding: (step) => `
    var value = 0.0;
    for (var row = 0; row < ${step.rows}; row++) { value += input0[row] * table[row * ${step.columns} + i]; }`,
  add: (step, sizes) => `let value = ${repeated(sizes).join(" + ")};`,
  multiply: (step, sizes) => `let value = ${repeated(sizes).join(" * ")};`,
  concatenate: concatenateShader,
  dot: (step, sizes) => `
    var value = 0.0;
    for (var n = 0; n < ${sizes[0]}; n++) { value += input0[n] * input1[n]; }`,
};

function repeated(sizes) {
  return sizes.map((size, number) => `input${number}[i % ${size}]`);
}

function convolutionShader(step, inputY, inputX, guard) {
  const numbers = {
    HEIGHT: step.height, WIDTH: step.width, DEPTH: step.depth, FILTERS: step.filters, ROWS: step.rows,
    COLUMNS: step.columns, DOWN: step.down, RIGHT: step.right, TOP: step.top, LEFT: step.left,
    OUTPUT_WIDTH: step.outputWidth,
  };
  const body = `
    let channel = i % FILTERS;
    let y = (i / FILTERS) / OUTPUT_WIDTH;
    let x = (i / FILTERS) % OUTPUT_WIDTH;
    var sum = 0.0;
    for (var row = 0; row < ROWS; row++) {
      for (var column = 0; column < COLUMNS; column++) {
        ${guard}
        let input_y = ${inputY};
        let input_x = ${inputX};
        if (input_y < 0 || input_y >= HEIGHT || input_x < 0 || input_x >= WIDTH) { continue; }
        let start = (input_y * WIDTH + input_x) * DEPTH;
        let first = ((row * COLUMNS + column) * FILTERS + channel) * DEPTH;
        for (var n = 0; n < DEPTH; n++) { sum += input0[start + n] * kernel[first + n]; }
      }
    }
    let value = sum * scale[channel] + bias[channel];`;
  return body.replace(/\b[A-Z]+(_[A-Z]+)*\b/g, (name) => numbers[name] ?? name);
}

function softmaxShader(step) {
  return `
    let start = i - i % ${step.filters};
    var largest = input0[start];
    for (var n = 1; n < ${step.filters}; n++) { largest = max(largest, input0[start + n]); }
    var sum = 0.0;
    for (var n = 0; n < ${step.filters}; n++) { sum += exp(input0[start + n] - largest); }
    let value = exp(input0[i] - largest) / sum;`;
}

function concatenateShader(step, sizes) {
  const depths = sizes.map((size) => size / step.pixels);
  const total = depths.reduce((sum, depth) => sum + depth, 0);
  let end = 0;
  const cases = depths.map((depth, number) => {
    const start = end;
    end += depth;
    return `if (place >= ${start} && place < ${end}) { value = input${number}[pixel * ${depth} + place - ${start}]; }`;
  });
  return `
    let pixel = i / ${total};
    let place = i % ${total};
    var value = 0.0;
    ${cases.join("\n    ")}`;
}

// A network on the GPU, with the interface of Engine.
class GpuEngine {
  constructor(device, program, buffer) {
    this.device = device;
    this.program = program;
    const sizes = program.inputs.map((shape, number) => inputSize(program, number, shape));
    program.steps.forEach((step) => sizes.push(step.size));
    this.sizes = sizes;
    this.tensors = sizes.map((size) => this.storage(size));
    this.steps = program.steps.map((step, position) => this.prepare(step, position + program.inputs.length, buffer));
    this.readers = program.outputs.map((number) =>
      device.createBuffer({ size: sizes[number] * 4, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ }),
    );
  }

  close() {
    this.device.destroy();
  }

  storage(size) {
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    return this.device.createBuffer({ size: size * 4, usage });
  }

  prepare(step, target, buffer) {
    const arrays = readArrays(step, buffer);
    const names = [...step.inputs.map((_, number) => `input${number}`), ...Object.keys(arrays)];
    const buffers = step.inputs.map((number) => this.tensors[number]);
    for (const array of Object.values(arrays)) {
      buffers.push(this.storage(array.length));
      this.device.queue.writeBuffer(buffers.at(-1), 0, array);
    }
    const activation = step.activation === "softmax" ? "linear" : step.activation;
    const code = `
      ${names.map((name, n) => `@group(0) @binding(${n}) var<storage, read> ${name}: array<f32>;`).join("\n")}
      @group(0) @binding(${names.length}) var<storage, read_write> result: array<f32>;
      @compute @workgroup_size(${WORKGROUP})
      fn main(@builtin(global_invocation_id) id: vec3u) {
        let i = i32(id.x);
        if (i >= ${step.size}) { return; }
        ${SHADERS[step.kind](step, step.inputs.map((number) => this.sizes[number]))}
        result[i] = ${GPU_ACTIVATIONS[activation](step.slope)};
      }`;
    const module = this.device.createShaderModule({ code });
    const pipeline = this.device.createComputePipeline({ layout: "auto", compute: { module, entryPoint: "main" } });
    const entries = [...buffers, this.tensors[target]].map((resource, binding) => ({
      binding,
      resource: { buffer: resource },
    }));
    const group = this.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
    return { pipeline, group, workgroups: Math.ceil(step.size / WORKGROUP) };
  }

  async run(inputs) {
    inputs.forEach((values, number) => {
      this.device.queue.writeBuffer(this.tensors[number], 0, Float32Array.from(values));
    });
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    for (const { pipeline, group, workgroups } of this.steps) {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(workgroups);
    }
    pass.end();
    this.program.outputs.forEach((number, position) => {
      encoder.copyBufferToBuffer(this.tensors[number], 0, this.readers[position], 0, this.sizes[number] * 4);
    });
    this.device.queue.submit([encoder.finish()]);
    const outputs = [];
    for (const reader of this.readers) {
      await reader.mapAsync(GPUMapMode.READ);
      outputs.push(new Float32Array(reader.getMappedRange().slice(0)));
      reader.unmap();
    }
    return outputs;
  }
}

// The number of values of an input: a label is given as a share of each class.
function inputSize(program, number, shape) {
  const embedding = program.steps.find((step) => step.kind === "embedding" && step.inputs.includes(number));
  return embedding ? embedding.rows : shape.reduce((product, length) => product * length, 1);
}

// Returns a GPU engine, or null: without WebGPU, with a GPU that is only simulated (unless `force`), or if its result
// differs from that of plain JavaScript.
async function gpuEngine(program, buffer, engine, force) {
  try {
    const adapter = await navigator.gpu?.requestAdapter();
    if (!adapter || (adapter.info?.isFallbackAdapter && !force)) return null;
    const gpu = new GpuEngine(await adapter.requestDevice(), program, buffer);
    const inputs = program.inputs.map((shape, number) =>
      Array.from({ length: inputSize(program, number, shape) }, (_, i) => Math.sin(i)),
    );
    const [expected, found] = [await engine.run(inputs), await gpu.run(inputs)];
    const isSame = expected.every((values, n) => values.every((value, i) => Math.abs(value - found[n][i]) < 1e-3));
    if (!isSame) gpu.close();
    return isSame ? gpu : null;
  } catch (error) {
    console.info(`WebGPU is not used: ${error.message}`);
    return null;
  }
}
