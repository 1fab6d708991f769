// Asks the worker (worker.js), which runs the networks.

const worker = new Worker(
  URL.createObjectURL(new Blob([document.getElementById("worker").textContent], { type: "text/javascript" })),
);
const waiting = new Map(); // what to do with the answers, by the number of the question
let asked = 0;

function ask(question) {
  return new Promise((resolve, reject) => {
    waiting.set(++asked, { resolve, reject });
    worker.postMessage({ id: asked, ...question });
  });
}

worker.onmessage = ({ data }) => {
  const { resolve, reject } = waiting.get(data.id);
  waiting.delete(data.id);
  if (data.error) reject(new Error(data.error));
  else resolve(data);
};

// Returns the image of a noise vector and a label, the milliseconds that it took, and the discriminator's outputs (not for
// a tile of the map).
async function generate({ noise, shares, isTile }) {
  const answer = await ask({ inputs: page.classes.length ? [noise, shares] : [noise], isTile });
  page.processor = answer.processor ?? page.processor; // it changes if the GPU is lost
  return answer;
}

async function startWorker(processor) {
  const names = Object.keys(page.programs);
  const buffers = Object.fromEntries(names.map((name) => [name, decoded(`weights-${name}`)]));
  page.processor = (await ask({ start: true, programs: page.programs, buffers, processor })).processor;
}

function decoded(id) {
  const text = atob(document.getElementById(id).textContent.trim());
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes.buffer;
}
