import { cleanup, configure } from '@testing-library/react';
import { afterEach } from 'vitest';

// A page that is late on a busy machine is not wrong.
configure({ asyncUtilTimeout: 8000 });

afterEach(cleanup);

// jsdom lays nothing out, so it has no observer of sizes.
globalThis.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
};
