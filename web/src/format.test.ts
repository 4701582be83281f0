import { expect, it } from "vitest";

import { calendarDate, days, number, relative } from "./format";

const NOW = Date.parse("2026-11-20T12:00:00Z");

it("says how long ago, and how soon", () => {
  expect(relative("2026-11-20T11:55:00Z", NOW)).toBe("5 minutes ago");
  expect(relative("2026-11-20T15:30:00Z", NOW)).toBe("in 3 hours");
  expect(relative("2026-11-19T12:00:00Z", NOW)).toBe("yesterday");
  expect(relative("2026-11-20T12:00:00Z", NOW)).toBe("now");
});

it("writes numbers, days and dates for people", () => {
  expect(number(12345)).toBe("12,345");
  expect(days(1)).toBe("1 day");
  expect(days(2)).toBe("2 days");
  expect(calendarDate("2026-11-20")).toBe("Nov 20, 2026");
});
