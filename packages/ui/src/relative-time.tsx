import type { ReactNode } from 'react';
import { useNow } from './clock.tsx';

/** `12 s ago`, kept current; the exact local time on hover and for assistive technology. */
export function RelativeTime({ at }: { at: number }): ReactNode {
  const now = useNow();
  return (
    <time dateTime={new Date(at).toISOString()} title={exactTime(at)}>
      {formatAge(now - at)} ago
    </time>
  );
}

/** An age in its largest whole unit: `0 s`, `59 s`, `3 min`, `5 h`, `12 d`. Below zero counts as zero. */
export function formatAge(ageMs: number): string {
  const seconds = Math.max(0, Math.floor(ageMs / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** Local date and time to the millisecond, with the offset of the time zone. */
export function exactTime(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const time = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  const zone = -date.getTimezoneOffset();
  const sign = zone < 0 ? '−' : '+';
  const offset = `${sign}${two(Math.floor(Math.abs(zone) / 60))}:${two(Math.abs(zone) % 60)}`;
  return `${day} ${time}.${String(date.getMilliseconds()).padStart(3, '0')} UTC${offset}`;
}
