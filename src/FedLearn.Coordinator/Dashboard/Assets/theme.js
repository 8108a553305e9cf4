// Before anything is painted: the reader's choice of light or dark, where there is one.
const kept = localStorage.getItem("theme");
if (kept) document.documentElement.dataset.theme = kept;
