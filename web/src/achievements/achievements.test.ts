import { expect, it } from "vitest";

import { type Achievement, ordered } from "./achievements";

function achievement(id: string, more: Partial<Achievement>): Achievement {
  return {
    achievement_id: id,
    title: id,
    description: "",
    icon: "cairn",
    rarity: "common",
    xp: 50,
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
