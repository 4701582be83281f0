import { describe, expect, it } from "vitest";

import { advice, heat, type Streak } from "./streak";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const RUNNING: Streak = {
  status: "maintained",
  current: 5,
  longest: 9,
  total_active_days: 40,
  freezes_available: 2,
  last_active: "2026-11-19",
  active_today: false,
  broken_on: null,
  lost: 0,
  repairable_until: null,
  repair: { completions: 2, seconds: 3600 },
};

describe("advice", () => {
  it("asks to play today while the day is open", () => {
    expect(advice(RUNNING, NOW)).toBe("Play today to keep your streak.");
  });

  it("lets the player rest once today is done", () => {
    expect(advice({ ...RUNNING, active_today: true }, NOW)).toContain("Done for today");
  });

  it("says how a broken streak can be repaired, and until when", () => {
    const broken = { ...RUNNING, status: "broken" as const, current: 0, lost: 24, repairable_until: "2026-11-20T17:00:00Z" };
    expect(advice(broken, NOW)).toContain("streak of 24 days broke");
    expect(advice(broken, NOW)).toContain("Complete 2 experiences, or play for 60 minutes in one day");
    expect(advice(broken, NOW)).toContain("in 5 hours");
  });

  it("names the day on which a streak ended", () => {
    const broken = { ...RUNNING, status: "broken" as const, current: 0, broken_on: "2026-11-17" };
    expect(advice(broken, NOW)).toBe("Your streak ended on Nov 17, 2026. Play today to begin a new one.");
  });

  it("tells a newcomer how to begin", () => {
    expect(advice({ ...RUNNING, status: null, current: 0 }, NOW)).toContain("your streak begins");
  });
});

describe("heat", () => {
  it("goes from gold over orange to red", () => {
    expect([0, 1, 6, 7, 29, 30].map(heat)).toEqual(["cold", "gold", "gold", "orange", "orange", "red"]);
  });
});
