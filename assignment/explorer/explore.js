// The page: what the visitor sees and does.

const element = (id) => document.getElementById(id);

const TILES = page.tiles; // of the map, in each direction
const NOW = page.epochs.length; // the last position of the slider of epochs: the saved generator
const STEP = 0.05; // of an arrow key; with Shift four times as far
const WALK_SECONDS = 3; // from one kept image to the next
const ANNOUNCED_AFTER = 500; // milliseconds without a change, so that a screen reader is not flooded
const PNG_SCALE = 10; // 28 pixels become 280

let [view, kept] = readAddress();
let epoch = NOW; // the position of the slider of epochs
let viewAtTheEnd = view; // to which that slider returns
let walking = 0; // the number of the walk that goes on, 0 if none does
let walks = 0;

// ---------------------------------------------------------------------------------------------- drawing

function paint(canvas, image, left = 0, top = 0) {
  const pixels = new ImageData(28, 28);
  image.forEach((value, i) => {
    pixels.data.fill(Math.round(255 * limited((value + 1) / 2, 0, 1)), 4 * i, 4 * i + 3);
    pixels.data[4 * i + 3] = 255;
  });
  canvas.getContext("2d").putImageData(pixels, left, top);
}

// Writes a coordinate without "-0.00".
const coordinate = (value) => (Math.abs(value) < 0.005 ? 0 : value).toFixed(2);

function describe({ noise, shares }, place) {
  const present = page.classes.map((name, i) => [name, shares[i]]).filter(([, share]) => share > 0);
  const classes = present.map(([name, share]) => (share < 1 ? `${name} ${Math.round(100 * share)} %` : name));
  return [...classes, place, `length ${(lengthOf(noise) / page.typicalLength).toFixed(2)}`].join(", ");
}

let announcement = 0;
function showPlace(text) {
  element("place").textContent = text;
  element("image").setAttribute("aria-label", `The generated image: ${text}`);
  clearTimeout(announcement);
  announcement = setTimeout(() => (element("announced").textContent = text), ANNOUNCED_AFTER);
}

function showVerdict(outputs) {
  element("verdict").hidden = !outputs;
  if (!outputs) return;
  const [validity, classes] = outputs;
  let text = page.givesProbability
    ? `The discriminator: real with probability ${validity[0].toFixed(2)} (at 0.50 it cannot tell)`
    : `The discriminator’s output: ${validity[0].toFixed(2)} (above 0: real)`;
  if (classes) {
    const best = classes.indexOf(Math.max(...classes));
    text += `; it sees ${page.classes[best] ?? `class ${best}`}`;
  }
  element("verdict").textContent = text;
}

let recent = []; // milliseconds of the last images
function showSpeed(milliseconds) {
  recent = [...recent, milliseconds].slice(-20);
  const median = [...recent].sort((a, b) => a - b)[Math.floor(recent.length / 2)];
  const name = page.processor === "webgpu" ? "WebGPU" : "JavaScript";
  element("speed").textContent = `${name}, ${median.toFixed(median < 10 ? 1 : 0)} ms per image`;
}

function stop(reason) {
  element("problem").hidden = false;
  element("problem").textContent = `The generator cannot run in this browser: ${reason}`;
}

// One image is computed at a time: the one that is wanted now, otherwise the next tile of the map.
let isBusy = false;
let wanted = null; // the noise and the label to show next, and the place in words
let tiles = []; // of the map, still to draw
let current = null; // what the large image shows; null for a picture of an earlier epoch
let drawing = 0; // the number of the map, so that tiles of an earlier one are left out

async function work() {
  if (isBusy) return;
  isBusy = true;
  try {
    while (wanted || tiles.length) {
      if (wanted) await showWanted();
      else await drawTile(tiles.shift());
    }
  } catch (error) {
    stop(error.message);
  } finally {
    isBusy = false;
  }
}

async function showWanted() {
  const question = wanted;
  wanted = null;
  const { image, milliseconds, verdict } = await generate(question);
  if (epoch < NOW) return; // the slider of epochs was moved meanwhile
  current = { ...question, image };
  paint(element("image"), image);
  showVerdict(verdict);
  showSpeed(milliseconds);
  showPlace(describe(question, question.place));
}

async function drawTile({ column, row, map }) {
  const middle = (index) => (2 * index + 1) / TILES - 1; // of a tile
  const noise = noiseAt(view, middle(column), middle(row));
  const { image, milliseconds } = await generate({ noise, shares: labelShares(view), isTile: true });
  showSpeed(milliseconds);
  if (map !== drawing) return;
  paint(element("map"), image, 28 * column, 28 * row);
  element("map-progress").textContent = tiles.length ? `drawing ${TILES ** 2 - tiles.length} of ${TILES ** 2}` : "";
}

// ---------------------------------------------------------------------------------------------- changes of the view

let mapped = ""; // the plane, the label and the sliders of the map

// Shows the view: the controls, the image, the address, and the map if it has changed.
function refresh() {
  const cross = element("cross");
  cross.hidden = walking > 0;
  cross.style.left = `${50 * (view.x + 1)}%`;
  cross.style.top = `${50 * (view.y + 1)}%`;
  showControls();
  element("plane-number").textContent = view.plane ? `Plane ${view.plane}` : "The first plane";
  writeAddress(view, kept);
  if (epoch < NOW) return showEarlier();
  const place = `x ${coordinate(view.x)}, y ${coordinate(-view.y)}`;
  wanted = { noise: noiseAt(view, view.x, view.y), shares: labelShares(view), place };
  const key = asText({ ...view, x: 0, y: 0 });
  if (key !== mapped) {
    mapped = key;
    drawing += 1;
    const context = element("map").getContext("2d");
    context.fillStyle = "#000a"; // the tiles of the earlier map become dark
    context.fillRect(0, 0, 28 * TILES, 28 * TILES);
    tiles = [];
    for (let row = 0; row < TILES; row++) {
      for (let column = 0; column < TILES; column++) tiles.push({ column, row, map: drawing });
    }
    const middle = (TILES - 1) / 2;
    const distance = ({ column, row }) => Math.hypot(column - middle, row - middle);
    tiles.sort((a, b) => distance(a) - distance(b));
  }
  work();
}

function change(changes) {
  stopWalking();
  const staysOnPlane = Object.keys(changes).every((name) => ["x", "y", "label"].includes(name));
  if (!staysOnPlane) epoch = NOW; // of earlier epochs there are only pictures of one plane
  view = { ...view, ...changes };
  refresh();
}

function showControls() {
  const set = (input, value, text) => {
    input.value = value;
    input.setAttribute("aria-valuetext", text);
    input.parentElement.querySelector(".value").textContent = text;
  };
  document.querySelectorAll(".direction").forEach((input, number) => {
    set(input, view.directions[number], view.directions[number].toFixed(2));
  });
  if (NOW) set(element("epoch"), epoch, epoch < NOW ? `${page.epochs[epoch][0]}` : "end");
  element("keep").disabled = epoch < NOW || walking > 0; // only images that the generator draws on the plane can be kept
  set(element("length"), view.length, view.length.toFixed(2));
  if (page.classes.length) {
    document.querySelectorAll("[name=label]").forEach((input) => (input.checked = +input.value === view.label));
    element("second").value = view.second;
    set(element("share"), view.share, `${Math.round(100 * view.share)} %`);
  }
}

// ---------------------------------------------------------------------------------------------- earlier epochs

const pictures = page.epochs.map(([, url]) => Object.assign(new Image(), { src: url }));

// Shows the picture that the run drew after an earlier epoch: the map, and its tile at the cross as the image.
async function showEarlier() {
  const [shown, number] = [view, epoch];
  await pictures[number].decode();
  if (shown !== view || number !== epoch) return; // changed meanwhile
  [tiles, wanted, current, mapped] = [[], null, null, ""];
  drawing += 1;
  const top = 28 * TILES * view.label;
  element("map").getContext("2d").drawImage(pictures[number], 0, -top);
  const tile = (place) => limited(Math.floor(((place + 1) / 2) * TILES), 0, TILES - 1);
  element("image").getContext("2d").drawImage(pictures[number], -28 * tile(view.x), -top - 28 * tile(view.y));
  element("map-progress").textContent = "";
  showVerdict(null);
  const label = page.classes.length ? `${page.classes[view.label]}, ` : "";
  showPlace(`${label}after epoch ${page.epochs[number][0]}`);
}

// Moves to an epoch. Before the end, there is only the plane that the run drew; then the earlier view returns.
function showEpoch(number) {
  stopWalking();
  if (epoch === NOW) viewAtTheEnd = view;
  epoch = number;
  view = epoch < NOW ? { ...START, x: view.x, y: view.y, label: view.label } : viewAtTheEnd;
  refresh();
}

// ---------------------------------------------------------------------------------------------- kept images

function button(text, label, className, action) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: text, className });
  made.setAttribute("aria-label", label);
  made.addEventListener("click", action);
  return made;
}

// Adds a kept image to the list.
function addKept(view) {
  const item = document.createElement("li");
  const canvas = Object.assign(document.createElement("canvas"), { width: 28, height: 28 });
  const show = button("", "Return to this kept image", "", () => change(view));
  show.append(canvas);
  const remove = button("×", "Remove this kept image", "remove", () => {
    const next = item.nextElementSibling ?? item.previousElementSibling;
    kept = kept.filter((other) => other !== view);
    item.remove();
    (next?.querySelector(".remove") ?? element("keep")).focus();
    showKeptControls();
  });
  item.append(show, remove);
  element("kept").append(item);
  generate({ noise: noiseAt(view, view.x, view.y), shares: labelShares(view) }).then(
    ({ image }) => paint(canvas, image),
    (error) => stop(error.message),
  );
}

function showKeptControls() {
  element("none-kept").hidden = kept.length > 1;
  element("walk").disabled = kept.length < 2;
  element("keep").textContent = kept.length ? `Keep (${kept.length})` : "Keep";
  writeAddress(view, kept);
}

function showAllKept() {
  element("kept").replaceChildren();
  kept.forEach(addKept);
  showKeptControls();
}

function stopWalking() {
  walking = 0;
  element("walk").textContent = "Walk through them";
}

// Walks from each kept image to the next, and stops at the last, or if it is called during a walk.
function walk() {
  if (walking) return change({});
  element("walk").textContent = "Stop the walk";
  const stations = kept.map((view) => ({ noise: noiseAt(view, view.x, view.y), shares: labelShares(view) }));
  const [last, number, began] = [kept.at(-1), ++walks, performance.now()];
  walking = number;
  epoch = NOW;
  element("cross").hidden = true;
  showControls();
  const step = (now) => {
    if (walking !== number) return;
    const time = Math.max(0, (now - began) / (1000 * WALK_SECONDS));
    const from = Math.floor(time);
    if (from >= stations.length - 1) return change(last);
    const [first, second] = [stations[from], stations[from + 1]];
    const share = time - from;
    wanted = {
      noise: between(first.noise, second.noise, share),
      shares: first.shares.map((value, i) => (1 - share) * value + share * second.shares[i]),
      place: "on the walk",
    };
    work();
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
}

// Returns a name that tells the saved images of different views apart.
function fileName() {
  if (walking) return `${page.name}_walk`;
  const parts = [page.name];
  if (page.classes.length) parts.push(page.classes[view.label]);
  if (view.share) parts.push(page.classes[view.second], view.share.toFixed(2));
  parts.push("plane", view.plane, coordinate(view.x), coordinate(-view.y));
  if (view.length !== 1) parts.push("length", view.length.toFixed(2));
  view.directions.forEach((amount, i) => amount && parts.push(`direction-${i + 1}`, amount.toFixed(2)));
  if (epoch < NOW) parts.push("epoch", page.epochs[epoch][0]);
  return parts.join("_").replace(/[/\\:*?"<>| ]+/g, "-"); // characters that a file name cannot have everywhere
}

function savePng() {
  const name = fileName(); // of what is shown now
  const large = Object.assign(document.createElement("canvas"), { width: 28 * PNG_SCALE, height: 28 * PNG_SCALE });
  const context = large.getContext("2d");
  context.imageSmoothingEnabled = false;
  context.drawImage(element("image"), 0, 0, large.width, large.height);
  large.toBlob((blob) => {
    const href = URL.createObjectURL(blob);
    Object.assign(document.createElement("a"), { href, download: `${name}.png` }).click();
    setTimeout(() => URL.revokeObjectURL(href), 10_000); // some browsers read it after the click
  });
}

// ---------------------------------------------------------------------------------------------- the controls

function listenToPad() {
  const pad = element("pad");
  const toPointer = (event) => {
    const box = pad.getBoundingClientRect();
    const along = (value, start, length) => limited((2 * (value - start)) / length - 1, -1, 1);
    change({ x: along(event.clientX, box.left, box.width), y: along(event.clientY, box.top, box.height) });
  };
  pad.addEventListener("pointerdown", (event) => {
    pad.setPointerCapture(event.pointerId);
    toPointer(event);
  });
  pad.addEventListener("pointermove", (event) => {
    if (event.buttons) toPointer(event);
  });
  pad.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key === "Home") change({ x: 0, y: 0 });
    else if (moves[event.key]) {
      const [x, y] = moves[event.key].map((direction) => direction * (event.shiftKey ? 4 * STEP : STEP));
      change({ x: limited(view.x + x, -1, 1), y: limited(view.y + y, -1, 1) });
    } else return;
    event.preventDefault();
  });
}

function listen() {
  listenToPad();
  element("new-plane").addEventListener("click", () => {
    change({ plane: 1 + Math.floor(Math.random() * 999_999), x: 0, y: 0 });
  });
  element("center").addEventListener("click", () => change({ x: 0, y: 0 }));
  element("reset").addEventListener("click", () => change(START));
  document.querySelectorAll(".direction").forEach((input, number) => {
    input.addEventListener("input", () => {
      change({ directions: view.directions.map((amount, other) => (other === number ? +input.value : amount)) });
    });
  });
  element("epoch")?.addEventListener("input", (event) => showEpoch(+event.target.value));
  element("length").addEventListener("input", (event) => change({ length: +event.target.value }));
  document.querySelectorAll("[name=label]").forEach((input) => {
    input.addEventListener("change", () => change({ label: +input.value }));
  });
  element("second")?.addEventListener("change", (event) => change({ second: +event.target.value }));
  element("share")?.addEventListener("input", (event) => change({ share: +event.target.value }));
  element("keep").addEventListener("click", () => {
    kept = [...kept, view];
    addKept(view);
    showKeptControls();
  });
  element("walk").addEventListener("click", walk);
  element("png").addEventListener("click", savePng);
  element("processor").addEventListener("change", start);
  addEventListener("hashchange", () => {
    stopWalking();
    epoch = NOW;
    [view, kept] = readAddress();
    showAllKept();
    refresh();
  });
}

async function start() {
  recent = [];
  const processor = element("processor").value;
  element("speed").textContent = "starting";
  try {
    await startWorker(processor);
  } catch (error) {
    return stop(error.message);
  }
  element("problem").hidden = true;
  const isMissing = processor === "webgpu" && page.processor !== "webgpu";
  element("speed-note").textContent = isMissing ? "; this browser has no WebGPU that gives the same image" : "";
  showAllKept();
  refresh();
}

element("map").width = element("map").height = 28 * TILES;
listen();
showControls();
start();
