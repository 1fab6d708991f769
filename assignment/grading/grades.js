// Sort the table by a column, and show only the rows that contain a text.
const table = document.getElementById("class");
const body = table.tBodies[0];
const rows = [...body.rows];
const heads = [...table.tHead.rows[0].cells];
const value = (row, column) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();

heads.forEach((head, column) => {
  const button = head.querySelector("button");
  if (!button) return;
  button.addEventListener("click", () => {
    const isNumber = head.classList.contains("number");
    const direction = head.getAttribute("aria-sort") === (isNumber ? "descending" : "ascending") ? -1 : 1;
    const order = isNumber ? -direction : direction;
    rows.sort((first, second) => {
      const [a, b] = [value(first, column), value(second, column)];
      if (a === "" || b === "") return (a === "") - (b === ""); // empty cells stay at the end
      return order * (isNumber ? a - b : a.localeCompare(b));
    });
    heads.forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", order > 0 ? "ascending" : "descending");
    body.append(...rows);
  });
});

const filter = document.getElementById("filter");
filter.addEventListener("input", () => {
  const wanted = filter.value.toLowerCase();
  let count = 0;
  rows.forEach((row) => {
    row.hidden = !row.textContent.toLowerCase().includes(wanted);
    count += !row.hidden;
  });
  document.getElementById("shown").textContent = wanted ? `${count} of ${rows.length}` : "";
});
