import { calendarDate, days, number, relative } from "../format";

export interface Streak {
  status: "maintained" | "frozen" | "broken" | null;
  current: number;
  longest: number;
  total_active_days: number;
  freezes_available: number;
  last_active: string | null;
  active_today: boolean;
  broken_on: string | null;
  lost: number;
  repairable_until: string | null;
  /** What one day must hold to repair a break: so many completions, or so many seconds of sessions. */
  repair: { completions: number; seconds: number };
}

export type Heat = "cold" | "gold" | "orange" | "red";

/** How hot the flame burns: gold from 1 day, orange from 7, red from 30. */
export function heat(current: number): Heat {
  if (current >= 30) return "red";
  if (current >= 7) return "orange";
  return current > 0 ? "gold" : "cold";
}

/** What the streak's owner should know, and do, in a sentence or two. */
export function advice(streak: Streak, now: number = Date.now()): string {
  if (streak.repairable_until && streak.lost > 0) {
    const end = relative(streak.repairable_until, now);
    const { completions, seconds } = streak.repair;
    const enough = `Complete ${number(completions)} experiences, or play for ${number(Math.ceil(seconds / 60))} minutes in one day`;
    return `Your streak of ${days(streak.lost)} broke. ${enough}, and it is back. The chance ends ${end}.`;
  }
  if (streak.status === null) return "Do anything today, and your streak begins.";
  if (streak.status === "broken") {
    const when = streak.broken_on ? ` on ${calendarDate(streak.broken_on)}` : "";
    return `Your streak ended${when}. Play today to begin a new one.`;
  }
  if (streak.active_today) return "Done for today. Come back tomorrow to keep it going.";
  if (streak.status === "frozen") return "A freeze kept your streak. Play today to go on.";
  return "Play today to keep your streak.";
}
