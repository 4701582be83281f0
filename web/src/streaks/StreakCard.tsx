import { days } from "../format";
import { advice, heat, type Streak } from "./streak";

/** The flame, what it stands at, and what to do today. */
export function StreakCard({ streak }: { streak: Streak }) {
  return (
    <>
      <p class="streak">
        <svg class={`flame flame-${heat(streak.current)}`} viewBox="0 0 24 24" aria-hidden="true">
          <path d="M12 1c1 4 6 6.5 6 12.5A6 6.5 0 0 1 12 23a6 6.5 0 0 1-6-6.5c0-3 1.5-4.5 2.5-6 .5 1.5 1 2.5 2 3C10 9 10.5 5 12 1z" />
        </svg>
        <span>
          <span class="streak-number">{streak.current}</span> {streak.current === 1 ? "day" : "days"} in a row
        </span>
      </p>
      <p class="hint">{advice(streak)}</p>
      <dl class="figures">
        <div>
          <dt>Longest</dt>
          <dd>{days(streak.longest)}</dd>
        </div>
        <div>
          <dt>Active</dt>
          <dd>{days(streak.total_active_days)}</dd>
        </div>
        <div>
          <dt>Freezes left</dt>
          <dd>{streak.freezes_available}</dd>
        </div>
      </dl>
    </>
  );
}
