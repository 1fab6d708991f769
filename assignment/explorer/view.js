// What the page shows, and how its address describes it.

const page = JSON.parse(document.getElementById("data").textContent);

const START = {
  plane: 0,
  x: 0,
  y: 0,
  length: 1,
  directions: page.directions.map(() => 0),
  label: 0,
  second: page.classes.length > 1 ? 1 : 0,
  share: 0,
};

const numbers = (view) => [
  view.plane, view.x, view.y, view.length, view.label, view.second, view.share, ...view.directions,
];

// Returns a view as text for the page's address.
const asText = (view) => numbers(view).map((value) => +value.toFixed(3)).join(",");

// Returns the view that a text describes; null if it describes none.
function fromText(text) {
  const values = text.split(",").map(Number);
  if (values.length !== numbers(START).length || !values.every(Number.isFinite)) return null;
  const [plane, x, y, length, label, second, share, ...directions] = values;
  const whole = (value, high) => limited(Math.round(value), 0, Math.max(high, 0));
  return {
    plane: whole(plane, 2 ** 32 - 1),
    x: limited(x, -1, 1),
    y: limited(y, -1, 1),
    length: limited(length, 0, 2),
    label: whole(label, page.classes.length - 1),
    second: whole(second, page.classes.length - 1),
    share: limited(share, 0, 1),
    directions: directions.map((amount) => limited(amount, -4, 4)),
  };
}

// Returns the view and the kept views that the address describes.
function readAddress() {
  const [first, ...others] = location.hash.slice(1).split(";").map(fromText);
  return [first ?? START, others.filter(Boolean)];
}

let addressTimer = 0;
function writeAddress(view, kept) {
  clearTimeout(addressTimer); // browsers limit how often the address may change
  addressTimer = setTimeout(() => {
    history.replaceState(null, "", `#${[view, ...kept].map(asText).join(";")}`);
  }, 200);
}
