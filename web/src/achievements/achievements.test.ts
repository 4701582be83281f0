import { expect, it } from "vitest";

import { type Achievement, measured, ordered } from "./achievements";

function achievement(id: string, more: Partial<Achievement>): Achievement {
  return {
    achievement_id: id,
    title: id,
    description: "",
    icon: "cairn",
    rarity: "common",
    xp: 50,
    metric: "words_learned",
    unlocked: false,
    unlocked_at: null,
    progress: 0,
    value: 0,
    threshold: 10,
    ...more,
  };
}

it("puts unlocked first, the newest first, then the nearest", () => {
  const list = [
    achievement("far", { progress: 0.1 }),
    achievement("old", { unlocked: true, unlocked_at: "2026-11-01T00:00:00Z", progress: 1 }),
    achievement("near", { progress: 0.9 }),
    achievement("new", { unlocked: true, unlocked_at: "2026-11-20T00:00:00Z", progress: 1 }),
  ];
  expect(ordered(list).map((each) => each.achievement_id)).toEqual(["new", "old", "near", "far"]);
  expect(list[0]?.achievement_id).toBe("far");
});

it("counts study time in hours, rounded down, and everything else as it is", () => {
  expect(measured(achievement("a", { metric: "study_seconds", value: 35_999, threshold: 36_000 }))).toBe("9.9 of 10 hours");
  expect(measured(achievement("b", { value: 4 }))).toBe("4 of 10");
  expect(measured(achievement("c", { value: null, threshold: null, progress: 0.256 }))).toBe("25 %");
  expect(measured(achievement("d", { value: null, threshold: null, progress: null }))).toBe("a secret");
});
