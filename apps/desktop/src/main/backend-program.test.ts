import { describe, expect, it } from 'vitest';
import { findBackend } from './backend-program.ts';

const places = (files: readonly string[], environment: Record<string, string> = {}) => ({
  environment,
  resources: '/app/resources',
  checkout: '/checkout',
  exists: (path: string) => files.includes(path),
});

const SOURCE = ['/checkout/node_modules/.bin/node', '/checkout/packages/cli/dist/odradek.js'];
const PACKAGED = ['/app/resources/node/node', '/app/resources/odradek/odradek.js'];

describe('findBackend', () => {
  it('takes what the app was packaged with before the checkout', () => {
    expect(findBackend(places([...SOURCE, ...PACKAGED]))).toEqual({
      node: '/app/resources/node/node',
      script: '/app/resources/odradek/odradek.js',
    });
    expect(findBackend(places(SOURCE))).toEqual({ node: SOURCE[0], script: SOURCE[1] });
  });

  it('prefers ODRADEK_NODE, when it is there', () => {
    expect(findBackend(places([...SOURCE, '/my/node'], { ODRADEK_NODE: '/my/node' }))?.node).toBe('/my/node');
    expect(findBackend(places(SOURCE, { ODRADEK_NODE: '/gone' }))?.node).toBe(SOURCE[0]);
  });

  it('finds nothing where the program is not built', () => {
    expect(findBackend(places(['/checkout/node_modules/.bin/node']))).toBeNull();
  });
});
