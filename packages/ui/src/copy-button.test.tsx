import { fireEvent, render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { CopyButton } from './copy-button.tsx';

function clipboardThat(writeText: (text: string) => Promise<void>) {
  Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
}

it('copies exactly the text and says so', async () => {
  const written: string[] = [];
  clipboardThat(async (text) => void written.push(text));
  render(<CopyButton text="127.0.0.1:9092" what="bootstrap servers" />);
  fireEvent.click(screen.getByRole('button', { name: 'Copy bootstrap servers' }));
  expect(await screen.findByText('Copied')).toBeDefined();
  expect(written).toEqual(['127.0.0.1:9092']);
});

it('says when the browser refuses', async () => {
  clipboardThat(() => Promise.reject(new Error('not allowed')));
  render(<CopyButton text="x" what="text" />);
  fireEvent.click(screen.getByRole('button', { name: 'Copy text' }));
  expect(await screen.findByText(/The browser refused/)).toBeDefined();
});
