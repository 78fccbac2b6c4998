// Sets the theme before the first paint, so that the page does not flash in the other one. A file of its own because
// the Content-Security-Policy forbids inline scripts. Changes of the theme are in src/page/use-theme.ts.
try {
  document.documentElement.dataset.theme = JSON.parse(localStorage.getItem('sluice.settings')).theme
} catch {
  // Nothing was chosen, or the browser does not allow storage.
}
