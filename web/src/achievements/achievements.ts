export interface Achievement {
  achievement_id: string;
  title: string;
  description: string;
  icon: string;
  rarity: "common" | "rare" | "epic" | "legendary";
  xp: number;
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
