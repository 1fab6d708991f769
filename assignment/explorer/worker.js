// Receives the networks, then noise and labels; answers with images and the discriminator's outputs.

let networks = {};
let plain = {}; // the same networks in plain JavaScript, if the GPU is lost
let queue = Promise.resolve(); // one message at a time: a network has one set of buffers

onmessage = ({ data }) => {
  queue = queue.then(() => answer(data));
};

async function answer(data) {
  try {
    postMessage({ id: data.id, ...(data.start ? await start(data) : await generate(data)) });
  } catch (error) {
    postMessage({ id: data.id, error: error.message });
  }
}

// programs, buffers: of the generator and, if the page has it, of the discriminator.
// processor: "automatic", "javascript", or "webgpu", which also takes a simulated GPU.
async function start({ programs, buffers, processor }) {
  Object.values(networks).forEach((network) => network.close());
  let onGpu = processor !== "javascript";
  const started = {};
  plain = {};
  for (const [name, program] of Object.entries(programs)) {
    plain[name] = new Engine(program, buffers[name]);
    const gpu = onGpu ? await gpuEngine(program, buffers[name], plain[name], processor === "webgpu") : null;
    onGpu = gpu !== null;
    started[name] = gpu ?? plain[name];
  }
  networks = started;
  return { processor: onGpu ? "webgpu" : "javascript" };
}

async function generate({ inputs, isTile }) {
  try {
    return await run(inputs, isTile);
  } catch (error) {
    if (networks === plain) throw error;
    networks = plain; // the GPU was lost, for example while the computer slept
    return { ...(await run(inputs, isTile)), processor: "javascript" };
  }
}

async function run(inputs, isTile) {
  const began = performance.now();
  const [image] = await networks.generator.run(inputs);
  const milliseconds = performance.now() - began;
  const { discriminator } = networks;
  const shown = [image, ...inputs.slice(1)].slice(0, discriminator?.program.inputs.length); // it may take no label
  const verdict = discriminator && !isTile && (await discriminator.run(shown));
  return { image, milliseconds, verdict };
}
