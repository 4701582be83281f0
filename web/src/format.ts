const numbers = new Intl.NumberFormat("en");
const dates = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric" });
const localDates = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const ago = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
  ["second", 1],
];

/** 12,345 */
export function number(value: number): string {
  return numbers.format(value);
}

/** An instant as a date: 20 Nov 2026. */
export function date(instant: string): string {
  return dates.format(new Date(instant));
}

/** A calendar date, which has no zone: 20 Nov 2026. */
export function calendarDate(day: string): string {
  return localDates.format(new Date(`${day}T00:00:00Z`));
}

/** An instant as people say it: 5 minutes ago, in 3 hours. */
export function relative(instant: string, now: number = Date.now()): string {
  const seconds = (new Date(instant).getTime() - now) / 1000;
  const [unit, size] = UNITS.find(([, size]) => Math.abs(seconds) >= size) ?? ["second", 1];
  return ago.format(Math.trunc(seconds / size), unit);
}

/** 1 day, 2 days. */
export function days(count: number): string {
  return `${number(count)} ${count === 1 ? "day" : "days"}`;
}
