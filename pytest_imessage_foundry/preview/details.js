// The columns of a row: values as they stand, archives as trees that fold.
function columnsNode(columns) {
  const table = el("div", "columns");
  for (const [name, value] of Object.entries(columns)) {
    table.append(add(el("div", "column"), el("b", "", name), treeNode(value)));
  }
  const copy = el("button", "copy", "Copy as JSON");
  copy.type = "button";
  copy.addEventListener("click", () => {
    const text = JSON.stringify(columns, null, 1);
    // Where the clipboard is closed to files, the text is shown to be selected.
    const show = () => copy.replaceWith(el("pre", "words", text));
    if (!navigator.clipboard) return show();
    return navigator.clipboard.writeText(text).then(() => {
      copy.textContent = "Copied";
    }, show);
  });
  return add(el("div", "row-columns"), copy, table);
}
function treeNode(value) {
  if (value === null || typeof value !== "object") {
    return el("span", "words value", String(value));
  }
  const entries = Object.entries(value);
  const node = add(el("details"), el("summary", "",
    Array.isArray(value) ? `${entries.length} items` : entries.map(([key]) => key)
      .slice(0, 4).join(", ") || "empty"));
  let filled = false;
  node.addEventListener("toggle", () => {
    if (filled) return;
    filled = true;
    for (const [key, each] of entries) {
      node.append(add(el("div", "column"), el("b", "words", key), treeNode(each)));
    }
  });
  return node;
}
