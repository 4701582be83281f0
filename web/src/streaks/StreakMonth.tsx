import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import type { Api } from "../api/api";
import { type Day, type Look, type Month, look, weeks, words } from "./month";

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MARKS: Record<Look, string> = { done: "●", kept: "❄", missed: "×", open: "○", blank: "" };

/** This month, day by day: what was active, what was kept, what was missed. */
export function StreakMonth({ api, tick }: { api: Api; tick: number }) {
  const month = useSignal<Month | undefined>(undefined);

  // An adornment of the streak: where it does not answer, the card stands without it.
  useEffect(() => {
    void api
      .get<Month>("/players/me/streak/calendar")
      .then((found) => (month.value = found))
      .catch(() => undefined);
  }, [api, tick]);

  if (!month.value) return null;
  const { month: name, dates, local_day } = month.value;
  const title = new Intl.DateTimeFormat("en", { month: "long", year: "numeric", timeZone: "UTC" });
  return (
    <table class="month">
      <caption>{title.format(new Date(`${name}-01T00:00:00Z`))}</caption>
      <thead>
        <tr>
          {WEEKDAYS.map((weekday) => (
            <th key={weekday} scope="col" abbr={weekday}>
              {weekday.slice(0, 2)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {weeks(dates).map((week, number) => (
          <tr key={number}>
            {week.map((day, weekday) => (
              <Cell key={day?.date ?? weekday} day={day} today={local_day} />
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Cell({ day, today }: { day: Day | null; today: string }) {
  if (!day) return <td />;
  const how = look(day);
  return (
    <td class={`date date-${how}`} title={words(day)} {...(day.date === today ? { "aria-current": "date" } : {})}>
      {Number(day.date.slice(8))}
      <span aria-hidden="true">{MARKS[how]}</span>
      <span class="visually-hidden">: {words(day)}</span>
    </td>
  );
}
