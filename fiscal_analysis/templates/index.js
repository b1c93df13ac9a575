// Search over the reports of batches. Without this script all of them are listed.
(() => {
  const form = document.getElementById("search");
  const rows = [...document.querySelectorAll("table.reports tbody tr")].map((row) => ({
    row,
    text: (row.textContent + " " + Object.values(row.dataset).join(" ")).toLowerCase(),
    study: row.dataset.study,
    districts: row.dataset.districts.split("|"),
    years: row.dataset.years.split("|"),
  }));
  const search = () => {
    const { words, study, district, year } = Object.fromEntries(new FormData(form));
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const each of rows) {
      const fits = wanted.every((word) => each.text.includes(word))
        && (!study || each.study === study)
        && (!district || each.districts.includes(district))
        && (!year || each.years.includes(year));
      each.row.hidden = !fits;
      shown += fits;
    }
    const told = form.elements.count.dataset.told;
    form.elements.count.value = told.replace("{shown}", shown).replace("{all}", rows.length);
  };
  form.addEventListener("input", search);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  search();
})();
