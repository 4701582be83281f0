import { describe, expect, it } from "vitest";

import { type Day, type DateKind, look, weeks, words } from "./month";

function month(first: string, count: number): Day[] {
  const begin = Date.parse(`${first}T00:00:00Z`);
  return Array.from({ length: count }, (_, day) => ({
    date: new Date(begin + day * 86_400_000).toISOString().slice(0, 10),
    kind: "missed" as DateKind,
    bonus_xp: 0,
  }));
}

describe("weeks", () => {
  it("puts the first of a month under its weekday", () => {
    const november = weeks(month("2026-11-01", 30)); // a Sunday
    expect(november).toHaveLength(6);
    expect(november[0]?.map((day) => day?.date ?? null)).toEqual([null, null, null, null, null, null, "2026-11-01"]);
    expect(november[5]?.map((day) => day?.date ?? null)).toEqual(["2026-11-30", null, null, null, null, null, null]);
  });

  it("needs no more than four rows for a February that begins on a Monday", () => {
    expect(weeks(month("2027-02-01", 28)).flat().every(Boolean)).toBe(true);
  });

  it("loses no day and doubles none", () => {
    for (const [first, count] of [["2026-08-01", 31], ["2024-02-01", 29], ["2026-12-01", 31]] as const) {
      const shown = weeks(month(first, count)).flat().flatMap((day) => (day ? [day.date] : []));
      expect(shown).toEqual(month(first, count).map((day) => day.date));
    }
  });
});

describe("a date", () => {
  it("says what became of it, and what it paid", () => {
    expect(words({ date: "2026-11-20", kind: "active", bonus_xp: 25 })).toBe("active, 25 XP");
    expect(words({ date: "2026-11-20", kind: "frozen", bonus_xp: 0 })).toBe("kept by a freeze");
    expect(words({ date: "2026-11-20", kind: null, bonus_xp: 0 })).toBe("before you began");
  });

  it("looks done, kept, missed or open", () => {
    const kinds: (DateKind | null)[] = ["active", "repaired", "frozen", "paused", "missed", "open", "to_come", null];
    expect(kinds.map((kind) => look({ date: "2026-11-20", kind, bonus_xp: 0 }))).toEqual([
      "done",
      "done",
      "kept",
      "kept",
      "missed",
      "open",
      "blank",
      "blank",
    ]);
  });
});
