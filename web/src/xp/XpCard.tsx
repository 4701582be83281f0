import { number } from "../format";

export interface Xp {
  player_id: string;
  name: string;
  total_xp: number;
  level: number;
  title: string;
  xp_in_level: number;
  xp_to_next: number;
  percentage: number;
}

/** Level, title, total, and the way to the next level. */
export function XpCard({ xp }: { xp: Xp }) {
  const whole = xp.xp_in_level + xp.xp_to_next;
  return (
    <>
      <p class="level">
        <span class="level-number">{xp.level}</span>
        <span>
          {xp.name || xp.player_id}
          <br />
          Level {xp.level}
          <br />
          <strong>{xp.title}</strong>
        </span>
      </p>
      <label class="bar">
        <span>
          {xp.xp_to_next > 0 ? `${number(xp.xp_to_next)} XP to level ${xp.level + 1}` : "The highest level"}
        </span>
        <progress max={whole || 1} value={whole ? xp.xp_in_level : 1} />
      </label>
      <p>
        <strong>{number(xp.total_xp)}</strong> XP in all
      </p>
      {xp.total_xp === 0 && <p class="hint">Start an experience: the first event of a day pays its first XP.</p>}
    </>
  );
}
