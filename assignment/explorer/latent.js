// The latent space: planes, points on them, and walks from one to another.

// Returns a function of random numbers in (0, 1), the same for the same seed. Source: mulberry32 (Ettinger 2017).
function randomNumbers(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (((mixed ^ (mixed >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}

// Returns a vector of normal random numbers, by the method of Box and Muller.
function normalVector(random) {
  return Array.from({ length: page.latentDim }, () => {
    return Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random());
  });
}

const lengthOf = (vector) => Math.hypot(...vector);
const ofLength = (vector, length) => {
  const factor = length / lengthOf(vector);
  return vector.map((value) => value * factor);
};
const limited = (value, low, high) => Math.max(low, Math.min(high, value));

// Returns the center of a plane and the two vectors that span it. Plane 0 is the one that the run drew at every grid.
function planeVectors(number) {
  if (number === 0) return page.plane;
  const random = randomNumbers(number);
  return [normalVector(random), normalVector(random), normalVector(random)];
}

// Returns the noise at a place of the view's plane: a point of the plane of the usual length, moved along the directions,
// then stretched to the view's length.
function noiseAt(view, x, y) {
  const [center, right, down] = planeVectors(view.plane);
  const point = center.map((value, i) => value + page.planeReach * (x * right[i] + y * down[i]));
  const noise = ofLength(point, page.typicalLength);
  view.directions.forEach((amount, number) => {
    page.directions[number].forEach((value, i) => (noise[i] += amount * value));
  });
  return ofLength(noise, view.length * page.typicalLength);
}

// Returns the share of each class in the view's label.
function labelShares(view) {
  const shares = new Array(page.classes.length).fill(0);
  if (shares.length) {
    shares[view.label] += 1 - view.share;
    shares[view.second] += view.share;
  }
  return shares;
}

// Returns a point between two noise vectors on a great circle, and between their lengths. Source: Shoemake 1985.
function between(start, end, share) {
  const [first, second] = [lengthOf(start), lengthOf(end)];
  if (Math.min(first, second) < 1e-6) return start.map((value, i) => (1 - share) * value + share * end[i]);
  const cosine = start.reduce((sum, value, i) => sum + value * end[i], 0) / (first * second);
  const angle = Math.acos(limited(cosine, -1, 1));
  const [a, b] =
    Math.sin(angle) < 1e-6
      ? [1 - share, share]
      : [Math.sin((1 - share) * angle) / Math.sin(angle), Math.sin(share * angle) / Math.sin(angle)];
  const length = (1 - share) * first + share * second;
  return start.map((value, i) => length * ((a * value) / first + (b * end[i]) / second));
}
