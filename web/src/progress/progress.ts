import { relative } from "../format";

export type State = "DISCOVERED" | "IN_PROGRESS" | "COMPLETED" | "MASTERED" | "ABANDONED";

export interface Experience {
  experience_id: string;
  state: State;
  completion_percentage: number;
  mastery_level: number;
  total_time_seconds: number;
  last_progress_at: string | null;
}

export interface Experiences {
  experiences: Experience[];
}

/** What the catalogue calls each experience. */
export interface Catalogue {
  experiences: { id: string; name: string }[];
}

const ORDER: State[] = ["IN_PROGRESS", "ABANDONED", "DISCOVERED", "COMPLETED", "MASTERED"];

const WORDS: Record<State, string> = {
  DISCOVERED: "Not begun yet",
  IN_PROGRESS: "In progress",
  COMPLETED: "Completed",
  MASTERED: "Mastered",
  ABANDONED: "Given up for now",
};

/** What is going on first; among equals the latest. */
export function ordered(experiences: readonly Experience[]): Experience[] {
  return [...experiences].sort(
    (a, b) =>
      ORDER.indexOf(a.state) - ORDER.indexOf(b.state) ||
      (b.last_progress_at ?? "").localeCompare(a.last_progress_at ?? ""),
  );
}

/** In progress, 3 days ago; Completed, mastery 2. */
export function standing(experience: Experience, now: number = Date.now()): string {
  const { state, mastery_level, last_progress_at } = experience;
  if (state === "COMPLETED") return `${WORDS[state]}, mastery ${mastery_level}`;
  if (state === "MASTERED" || !last_progress_at) return WORDS[state];
  return `${WORDS[state]}, ${relative(last_progress_at, now)}`;
}

/** 2 h 5 min, 5 min; nothing for less than a minute. */
export function spent(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours > 0) return `${hours} h ${minutes % 60} min`;
  return minutes > 0 ? `${minutes} min` : "";
}
