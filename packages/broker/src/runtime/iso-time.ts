const DAY_MS = 86_400_000;
/** The days of four hundred years, after which the calendar repeats. */
const CYCLE_DAYS = 146_097;
/** From the first of March of the year 0, the begin of a cycle, to 1970. */
const DAYS_TO_1970 = 719_468;

/** As `new Date(epochMs).toISOString()` from the year 0 to 9999, without the megabyte of time zones that a Date looks at. */
export function isoTime(epochMs: number): string {
  const day = Math.floor(epochMs / DAY_MS);
  const { year, month, dayOfMonth } = dateOf(day);
  const ms = epochMs - day * DAY_MS;
  const clock = [Math.floor(ms / 3_600_000), Math.floor(ms / 60_000) % 60, Math.floor(ms / 1000) % 60];
  const date = [String(year).padStart(4, '0'), twoDigits(month), twoDigits(dayOfMonth)];
  return `${date.join('-')}T${clock.map(twoDigits).join(':')}.${String(Math.floor(ms) % 1000).padStart(3, '0')}Z`;
}

/** Years are counted from March, so that the day that only some have is their last. */
function dateOf(epochDay: number): { year: number; month: number; dayOfMonth: number } {
  const shifted = epochDay + DAYS_TO_1970;
  const cycle = Math.floor(shifted / CYCLE_DAYS);
  const day = shifted - cycle * CYCLE_DAYS;
  const leapDays = Math.floor(day / 1460) - Math.floor(day / 36_524) + Math.floor(day / 146_096);
  const yearOfCycle = Math.floor((day - leapDays) / 365);
  const dayOfYear = day - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const dayOfMonth = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0), month, dayOfMonth };
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
