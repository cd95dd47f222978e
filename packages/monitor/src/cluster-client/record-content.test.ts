import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { producedBytes, recordContent } from './record-content.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe('recordContent', () => {
  it('tells null, empty, and the word null apart', () => {
    expect(recordContent(null, 10)).toEqual({ encoding: 'null' });
    expect(recordContent(bytesOf(''), 10)).toMatchObject({ encoding: 'utf8', text: '', sizeBytes: 0 });
    expect(recordContent(bytesOf('null'), 10)).toMatchObject({ encoding: 'utf8', text: 'null' });
  });

  it('keeps every digit of a large number', () => {
    const text = '{"id":9223372036854775807,"price":0.10}';
    expect(recordContent(bytesOf(text), 1000)).toMatchObject({ encoding: 'json', text });
  });

  it('shows what is not UTF-8 as base64', () => {
    expect(recordContent(Uint8Array.from([0xff, 0x00]), 10)).toMatchObject({
      encoding: 'base64',
      text: '/wA=',
    });
  });

  it('cuts long text between characters and says so', () => {
    expect(recordContent(bytesOf('añb'), 2)).toEqual({
      encoding: 'utf8',
      text: 'a',
      sizeBytes: 4,
      truncated: true,
    });
  });

  it('does not call a cut document JSON', () => {
    expect(recordContent(bytesOf('[1,2,3]'), 3)).toMatchObject({ encoding: 'utf8', truncated: true });
  });

  it('gives back the same bytes when what it shows is produced again', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const shown = recordContent(bytes, 64);
        const content = shown.encoding === 'json' ? { ...shown, encoding: 'utf8' as const } : shown;
        expect(producedBytes(content)).toEqual(Buffer.from(bytes));
      }),
    );
  });
});
