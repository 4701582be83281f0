import { number, relative } from "../format";

export interface Row {
  rank: number;
  /** Null for somebody else who plays under a pseudonym, which is then the name. */
  player_id: string | null;
  name: string;
  score: number;
  level: number;
  title: string;
}

export interface Leaderboard {
  as_of: string;
  total_players: number;
  rows: Row[];
  own?: Row | null;
}

/** The top ten, with the reader's own row wherever it is. */
export function LeaderboardCard({ board }: { board: Leaderboard }) {
  if (board.rows.length === 0) return <p class="hint">Nobody has XP yet. Be the first.</p>;
  const own = board.own;
  const isOwn = (row: Row) => row.player_id !== null && row.player_id === own?.player_id;
  const outside = own && !board.rows.some(isOwn);
  return (
    <>
      <div class="scroll" role="region" aria-label="The ten best players" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th scope="col">Rank</th>
              <th scope="col">Player</th>
              <th scope="col">Level</th>
              <th scope="col" class="right">
                XP
              </th>
            </tr>
          </thead>
          <tbody>
            {board.rows.map((row, place) => (
              <Line key={row.player_id ?? `place ${place}`} row={row} own={isOwn(row)} />
            ))}
          </tbody>
          {outside && (
            <tbody class="outside">
              <Line row={own} own />
            </tbody>
          )}
        </table>
      </div>
      <p class="small">
        {!own && "You are not on the board yet: your first XP puts you there. "}
        {number(board.total_players)} {board.total_players === 1 ? "player" : "players"} · as of {relative(board.as_of)}
      </p>
    </>
  );
}

function Line({ row, own }: { row: Row; own: boolean }) {
  return (
    <tr class={own ? "own" : undefined}>
      <td>
        {number(row.rank)} {row.rank <= 3 && <Medal rank={row.rank} />}
      </td>
      <th scope="row">
        {row.name || row.player_id}
        {own && <span class="you"> you</span>}
      </th>
      <td>
        {row.level} <span class="small">{row.title}</span>
      </td>
      <td class="right">{number(row.score)}</td>
    </tr>
  );
}

/** Gold, silver, bronze: the rank beside it says the same. */
function Medal({ rank }: { rank: number }) {
  return (
    <svg class={`medal medal-${rank}`} viewBox="0 0 24 24" aria-hidden="true">
      <path d="M6 2h4l2 5 2-5h4l-3.2 7.5a7 7 0 1 1-5.6 0z" />
    </svg>
  );
}
