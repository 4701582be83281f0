import { number } from "../format";

export interface Achievement {
  achievement_id: string;
  title: string;
  description: string;
  icon: string;
  rarity: "common" | "rare" | "epic" | "legendary";
  xp: number;
  metric: string;
  unlocked: boolean;
  unlocked_at: string | null;
  progress: number;
  value: number;
  threshold: number;
}

export interface Achievements {
  unlocked_count: number;
  total: number;
  achievements: Achievement[];
}

/** How far one is: 4 of 10, or 1.5 of 10 hours for the metric that counts seconds. */
export function measured({ metric, value, threshold }: Achievement): string {
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
      b.progress - a.progress ||
      a.threshold - b.threshold,
  );
}
