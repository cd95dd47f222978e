import { Notice } from '@odradek/ui/notice';
import type { ReactNode } from 'react';
import { ApiError, remedyFor } from './api-error.ts';

/** Why an act was refused, above the buttons of its form. */
export function RefusalNotice({ error }: { error: Error }): ReactNode {
  const code = error instanceof ApiError ? error.code : error.name;
  return (
    <Notice tone="critical">
      <code>{code}</code> {error.message} {remedyFor(code)}
    </Notice>
  );
}
