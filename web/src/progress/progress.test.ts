import { describe, expect, it } from "vitest";

import { type Experience, ordered, spent, standing } from "./progress";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const WOODS: Experience = {
  experience_id: "woods",
  state: "IN_PROGRESS",
  completion_percentage: 45,
  mastery_level: 0,
  total_time_seconds: 7500,
  last_progress_at: "2026-11-17T12:00:00Z",
};

describe("ordered", () => {
  it("shows what is going on before what is done, and the latest first", () => {
    const done = { ...WOODS, experience_id: "done", state: "COMPLETED" as const, last_progress_at: "2026-11-19T12:00:00Z" };
    const later = { ...WOODS, experience_id: "later", last_progress_at: "2026-11-18T12:00:00Z" };
    const left = { ...WOODS, experience_id: "left", state: "ABANDONED" as const };
    expect(ordered([done, WOODS, left, later]).map((each) => each.experience_id)).toEqual(["later", "woods", "left", "done"]);
  });
});

describe("standing", () => {
  it("says how long ago something happened where it goes on", () => {
    expect(standing(WOODS, NOW)).toBe("In progress, 3 days ago");
  });

  it("says the mastery of what is completed", () => {
    expect(standing({ ...WOODS, state: "COMPLETED", mastery_level: 2 }, NOW)).toBe("Completed, mastery 2");
    expect(standing({ ...WOODS, state: "MASTERED", mastery_level: 5 }, NOW)).toBe("Mastered");
  });
});

describe("spent", () => {
  it("counts in hours and minutes", () => {
    expect([59, 60, 3599, 3600, 7500].map(spent)).toEqual(["", "1 min", "59 min", "1 h 0 min", "2 h 5 min"]);
  });
});
