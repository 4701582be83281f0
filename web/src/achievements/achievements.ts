import { number } from "../format";

export interface Achievement {
  achievement_id: string;
  title: string;
  description: string;
  icon: string;
  rarity: "common" | "rare" | "epic" | "legendary";
  xp: number;
  metric: string | null;
  unlocked: boolean;
  unlocked_at: string | null;
  progress: number | null;
  value: number | null;
  threshold: number | null;
}

export interface Achievements {
  unlocked_count: number;
  total: number;
  achievements: Achievement[];
}

/**
 * How far one is: 4 of 10, or 1.5 of 10 hours for the metric that counts seconds. Of several metrics a percentage, and of
 * a secret nothing.
 */
export function measured({ metric, value, threshold, progress }: Achievement): string {
  if (value === null || threshold === null) {
    return progress === null ? "a secret" : `${Math.floor(progress * 100)} %`;
  }
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
      (b.progress ?? 0) - (a.progress ?? 0) ||
      (a.threshold ?? 0) - (b.threshold ?? 0),
  );
}
