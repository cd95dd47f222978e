import { describe, expect, test } from 'vitest';
import { parseListenerList, parseProtocolMap } from './listener-list.ts';

describe('listeners', () => {
  test.each([
    ['PLAINTEXT://127.0.0.1:9092', { name: 'PLAINTEXT', host: '127.0.0.1', port: 9092 }],
    ['plaintext://:0', { name: 'PLAINTEXT', host: '', port: 0 }],
    ['IN-SIDE://host_a.example:1', { name: 'IN-SIDE', host: 'host_a.example', port: 1 }],
    ['V6://[::1]:9092', { name: 'V6', host: '::1', port: 9092 }],
  ])('%s is read', (text, entry) => {
    expect(parseListenerList([text], { distinctPorts: true })).toEqual({ kind: 'parsed', entries: [entry] });
  });

  test.each([['localhost:9092'], ['PLAINTEXT://localhost'], ['PLAINTEXT://a:70000'], ['PLAINTEXT://a b:1']])(
    '%s is none',
    (text) => {
      expect(parseListenerList([text], { distinctPorts: true })).toEqual({
        kind: 'invalid',
        message: `Unable to parse ${text} to a broker endpoint`,
      });
    },
  );

  test('ports differ where a node binds them, not where it advertises them', () => {
    const texts = ['A://a:1', 'B://b:1'];
    expect(parseListenerList(texts, { distinctPorts: true }).kind).toBe('invalid');
    expect(parseListenerList(texts, { distinctPorts: false }).kind).toBe('parsed');
    expect(parseListenerList(['A://a:0', 'B://b:0'], { distinctPorts: true }).kind).toBe('parsed');
  });
});

describe('the protocol map', () => {
  test('pairs names with protocols, whatever their case', () => {
    const outcome = parseProtocolMap('inside:plaintext, OUTSIDE:SASL_SSL');
    expect(outcome.kind === 'parsed' && [...outcome.protocols]).toEqual([
      ['INSIDE', 'PLAINTEXT'],
      ['OUTSIDE', 'SASL_SSL'],
    ]);
  });

  test.each([['INSIDE'], ['INSIDE:HTTP']])('%s is refused', (text) => {
    expect(parseProtocolMap(text).kind).toBe('invalid');
  });
});
