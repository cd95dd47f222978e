import { expect, it } from 'vitest';
import { createTokenStore } from './token.ts';

function openedAt(address: string) {
  window.history.replaceState(null, '', address);
  return createTokenStore({ storage: localStorage, location: window.location, history: window.history });
}

it('a token in the address is kept and taken out of the address, the rest of which stays', () => {
  const tokens = openedAt('/c/local/groups?filter=bill#token=abc%2B1');
  expect(tokens.read()).toBe('abc+1');
  expect(`${location.pathname}${location.search}${location.hash}`).toBe('/c/local/groups?filter=bill');
});

it('a token in the address replaces the one that was kept', () => {
  openedAt('/#token=old');
  expect(openedAt('/#token=new').read()).toBe('new');
});

it('another fragment is left alone', () => {
  openedAt('/settings#content');
  expect(location.hash).toBe('#content');
});

it('a saved token ends the refusal, and listeners are told of both', () => {
  const tokens = openedAt('/');
  const told: (string | undefined)[] = [];
  tokens.subscribe(() => told.push(tokens.refusal()?.code));
  tokens.refuse({ code: 'TOKEN_MISSING', tokenFile: null });
  tokens.save('secret');
  expect(told).toEqual(['TOKEN_MISSING', undefined]);
  expect(tokens.read()).toBe('secret');
});
