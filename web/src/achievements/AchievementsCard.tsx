import { useSignal } from "@preact/signals";

import { date, number } from "../format";
import { type Achievement, type Achievements, measured, ordered } from "./achievements";
import { Icon } from "./Icon";

const SHOWN = 12;

/** A grid of what is unlocked and what is next. */
export function AchievementsCard({ achievements }: { achievements: Achievements }) {
  const all = useSignal(false);
  const list = ordered(achievements.achievements);
  const shown = all.value ? list : list.slice(0, SHOWN);
  return (
    <>
      <p>
        {achievements.unlocked_count} of {achievements.total} unlocked
      </p>
      <ul class="achievements" id="achievements">
        {shown.map((each) => (
          <Tile key={each.achievement_id} achievement={each} />
        ))}
      </ul>
      {list.length > SHOWN && (
        <button
          type="button"
          aria-expanded={all.value}
          aria-controls="achievements"
          onClick={() => (all.value = !all.value)}
        >
          {all.value ? "Show fewer" : `Show all ${list.length}`}
        </button>
      )}
    </>
  );
}

function Tile({ achievement }: { achievement: Achievement }) {
  const { unlocked } = achievement;
  return (
    <li class={unlocked ? "tile" : "tile tile-locked"}>
      <Icon name={achievement.icon} />
      <h3>{achievement.title}</h3>
      <p class="small">{achievement.description}</p>
      <p class="small">
        <span class={`rarity rarity-${achievement.rarity}`}>{achievement.rarity}</span> {number(achievement.xp)} XP
      </p>
      {unlocked ? (
        <p class="small unlocked">✓ Unlocked{achievement.unlocked_at && ` ${date(achievement.unlocked_at)}`}</p>
      ) : (
        <label class="bar small">
          <span>
            Locked: {measured(achievement)}
          </span>
          <progress max={1} value={achievement.progress ?? 0} />
        </label>
      )}
    </li>
  );
}
