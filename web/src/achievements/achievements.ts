import { number } from "../format";

export interface Achievement {
  achievement_id: string;
  title: string;
  description: string;
  icon: string;
  rarity: "common" | "rare" | "epic" | "legendary";
  xp: number;
  /** Null where it takes more than one, or is a secret still; so are threshold and value. */
  metric: string | null;
  unlocked: boolean;
  unlocked_at: string | null;
  /** 0 to 1; null of a secret. */
  progress: number | null;
  value: number | null;
  threshold: number | null;
}

export interface Achievements {
  unlocked_count: number;
  total: number;
  achievements: Achievement[];
}

/** How far one is: 4 of 10, 1.5 of 10 hours for the metric that counts seconds, or 40 % where several are counted. */
export function measured({ metric, value, threshold, progress }: Achievement): string {
  if (progress === null) return "a secret";
  if (value === null || threshold === null) return `${number(Math.floor(100 * progress))} %`;
  const unit = metric === "study_seconds" ? 3600 : 1;
  const done = Math.floor((Math.min(value, threshold) / unit) * 10) / 10;
  return `${number(done)} of ${number(threshold / unit)}${unit === 1 ? "" : " hours"}`;
}

/** Unlocked first, the newest first; then those that are nearest. */
export function ordered(achievements: readonly Achievement[]): Achievement[] {
  return [...achievements].sort(
    (a, b) =>
      Number(b.unlocked) - Number(a.unlocked) ||
      (b.unlocked_at ?? "").localeCompare(a.unlocked_at ?? "") ||
      (b.progress ?? -1) - (a.progress ?? -1) ||
      (a.threshold ?? 0) - (b.threshold ?? 0),
  );
}
