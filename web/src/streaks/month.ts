export type DateKind =
  | "active"
  | "repaired"
  | "frozen"
  | "paused"
  | "rest"
  | "restored"
  | "amnesty"
  | "skipped"
  | "missed"
  | "open"
  | "to_come";

export interface Month {
  month: string;
  local_day: string;
  /** In order, from the first; null before the player was ever active. */
  dates: { date: string; kind: DateKind | null; bonus_xp: number }[];
}

export type Day = Month["dates"][number];

const WORDS: Record<DateKind, string> = {
  active: "active",
  repaired: "active, and repaired the streak",
  frozen: "kept by a freeze",
  paused: "paused",
  rest: "a day of rest",
  restored: "restored",
  amnesty: "an outage, which costs nothing",
  skipped: "left out by the calendar",
  missed: "missed",
  open: "still open",
  to_come: "to come",
};

export type Look = "done" | "kept" | "missed" | "open" | "blank";

const LOOKS: Record<DateKind, Look> = {
  active: "done",
  repaired: "done",
  frozen: "kept",
  paused: "kept",
  rest: "kept",
  restored: "kept",
  amnesty: "kept",
  skipped: "blank",
  missed: "missed",
  open: "open",
  to_come: "blank",
};

/** What became of a date, in words. */
export function words(day: Day): string {
  const what = day.kind ? WORDS[day.kind] : "before you began";
  return day.bonus_xp > 0 ? `${what}, ${day.bonus_xp} XP` : what;
}

/** How a date is drawn. */
export function look(day: Day): Look {
  return day.kind ? LOOKS[day.kind] : "blank";
}

/** The month in weeks from Monday to Sunday; null where a week reaches out of it. */
export function weeks(days: Day[]): (Day | null)[][] {
  const [first] = days;
  if (!first) return [];
  const before = (new Date(`${first.date}T00:00:00Z`).getUTCDay() + 6) % 7;
  const cells: (Day | null)[] = [...Array<null>(before).fill(null), ...days];
  while (cells.length % 7 > 0) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(7 * week, 7 * week + 7));
}
