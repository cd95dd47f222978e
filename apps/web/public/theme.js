// Runs before the first paint, so that the page never shows in the wrong theme. src/shared/theme.ts writes the choice.
const choice = localStorage.getItem('odradek.theme');
const prefersDark = matchMedia('(prefers-color-scheme: dark)').matches;
document.documentElement.dataset.theme =
  choice === 'dark' || (choice !== 'light' && prefersDark) ? 'dark' : 'light';
