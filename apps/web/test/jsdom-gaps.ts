import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

// A page that is late on a busy machine is not wrong.
configure({ asyncUtilTimeout: 8000 });

afterEach(() => {
  cleanup();
  localStorage.clear();
});

// jsdom lays nothing out, so it observes no sizes, knows no media and scrolls nowhere.
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
window.matchMedia ??= (media) =>
  Object.assign(new EventTarget(), {
    media,
    matches: false,
    onchange: null,
    addListener() {},
    removeListener() {},
  });
window.scrollTo = () => {};
