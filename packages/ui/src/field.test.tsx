import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { SelectField, TextArea, TextField } from './field.tsx';

it('a field is named by its label and described by its error', async () => {
  render(<TextField label="Name" hint="letters and digits" error="A topic needs a name" />);
  const input = screen.getByRole('textbox', { name: 'Name' });
  expect(input.getAttribute('aria-invalid')).toBe('true');
  const described = input.getAttribute('aria-describedby') ?? '';
  expect(document.getElementById(described.split(' ')[0] ?? '')?.textContent).toBe('A topic needs a name');
  expect(screen.queryByText('letters and digits')).toBeNull();
});

it('a field that is right shows its hint', () => {
  render(<TextField label="Name" hint="letters and digits" />);
  expect(screen.getByText('letters and digits')).toBeDefined();
  expect(screen.getByRole('textbox', { name: 'Name' }).getAttribute('aria-invalid')).not.toBe('true');
});

it('choices and long texts are named by their labels too', () => {
  render(
    <>
      <SelectField label="Partition" options={[{ value: '', label: 'all' }]} />
      <TextArea label="Value" />
    </>,
  );
  expect(screen.getByRole('combobox', { name: 'Partition' })).toBeDefined();
  expect(screen.getByRole('textbox', { name: 'Value' }).tagName).toBe('TEXTAREA');
});
