import { describe, expect, it } from 'vitest';
import { parseAddress } from './cluster-definition.ts';
import { AdvertisedListenerUnreachable, BrokerUnreachable, unreachableKindOf } from './unreachable.ts';

function failure(code: string, message = 'failed'): Error {
  return Object.assign(new Error(message), { code });
}

describe('unreachableKindOf', () => {
  it.each([
    [failure('ENOTFOUND'), 'dns'],
    [failure('ECONNREFUSED'), 'refused'],
    [failure('SELF_SIGNED_CERT_IN_CHAIN'), 'tls'],
    [failure('DEPTH_ZERO_SELF_SIGNED_CERT'), 'tls'],
    [failure('ERR_TLS_CERT_ALTNAME_INVALID'), 'tls'],
    [failure('PLT_KFK_USER', 'Broker requires TLS.'), 'tls'],
    [failure('PLT_KFK_AUTHENTICATION'), 'sasl'],
    [failure('PLT_KFK_NETWORK', 'Connection to h:1 timed out.'), 'timeout'],
    [failure('PLT_KFK_NETWORK', 'Connection closed'), 'not-kafka'],
    [failure('EWHATEVER'), 'unknown'],
    ['no error at all', 'unknown'],
  ])('tells %s as %s', (error, kind) => {
    expect(unreachableKindOf(error)).toBe(kind);
  });

  it('takes a SASL handshake that failed for want of TLS for that', () => {
    const cause = failure('PLT_KFK_USER', 'Broker requires TLS.');
    const error = Object.assign(new Error('no mechanism', { cause }), { code: 'PLT_KFK_AUTHENTICATION' });
    expect(unreachableKindOf(error)).toBe('tls');
  });

  it('takes a SASL handshake that was not answered for a connection that closed', () => {
    const cause = failure('PLT_KFK_NETWORK', 'Connection closed');
    const error = Object.assign(new Error('no mechanism', { cause }), { code: 'PLT_KFK_AUTHENTICATION' });
    expect(unreachableKindOf(error)).toBe('not-kafka');
  });

  it('looks into causes and gathered errors', () => {
    const wrapped = new Error('outside', { cause: new AggregateError([failure('ENOTFOUND')]) });
    expect(unreachableKindOf(wrapped)).toBe('dns');
  });
});

describe('BrokerUnreachable', () => {
  it('names the address and, for an advertised one, the setting to change', () => {
    const refused = new BrokerUnreachable('refused', { host: 'kafka-1', port: 9092 }, null);
    expect(refused.message).toBe('Nothing listens on kafka-1:9092: the connection was refused.');
    const advertised = new AdvertisedListenerUnreachable(refused.address, refused);
    expect(advertised.kind).toBe('advertised-listener');
    expect(advertised.message).toMatch(/kafka-1:9092.*advertised\.listeners/);
  });
});

describe('parseAddress', () => {
  it.each([
    ['kafka:19092', { host: 'kafka', port: 19092 }],
    ['kafka', { host: 'kafka', port: 9092 }],
    ['[::1]:9093', { host: '::1', port: 9093 }],
  ])('reads %s', (text, address) => {
    expect(parseAddress(text)).toEqual(address);
  });

  it.each(['', ':9092', 'kafka:0', 'kafka:70000', 'kafka:port', '::1:9092', 'http://kafka:9092'])(
    'refuses "%s"',
    (text) => {
      expect(() => parseAddress(text)).toThrow('is not an address of the form host:port');
    },
  );
});
