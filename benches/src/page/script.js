const form = document.getElementById('filters'), shown = document.getElementById('shown');
const selects = [...form.querySelectorAll('select')];
const asked = new URLSearchParams(location.search);
for (const select of selects) {
  const value = asked.get(select.name);
  if ([...select.options].some(option => option.value === value)) select.value = value;
}
function apply() {
  const chosen = selects.filter(select => select.value !== '');
  for (const part of document.querySelectorAll('[data-primitive]')) {
    part.hidden = chosen.some(select => select.name in part.dataset && part.dataset[select.name] !== select.value);
  }
  for (const group of document.querySelectorAll('[data-group]')) {
    group.hidden = !group.querySelector('[data-primitive]:not([hidden])');
  }
  const all = document.querySelectorAll('details').length;
  const left = document.querySelectorAll('details:not([hidden])').length;
  shown.textContent = `${left} of ${all} workloads`;
}
form.addEventListener('change', apply);
form.hidden = false;
apply();
