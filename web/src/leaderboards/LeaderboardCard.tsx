import { number, relative } from "../format";

export interface Row {
  rank: number;
  player_id: string;
  name: string;
  score: number;
  level: number;
  title: string;
}

export interface Leaderboard {
  as_of: string;
  total_players: number;
  rows: Row[];
  own: Row | null;
}

const MEDALS = ["🥇", "🥈", "🥉"];

/** The top ten, with the reader's own row wherever it is. */
export function LeaderboardCard({ board }: { board: Leaderboard }) {
  if (board.rows.length === 0) return <p class="hint">Nobody has XP yet. Be the first.</p>;
  const own = board.own;
  const outside = own && !board.rows.some((row) => row.player_id === own.player_id);
  return (
    <>
      <div class="scroll">
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
            {board.rows.map((row) => (
              <Line key={row.player_id} row={row} own={row.player_id === own?.player_id} />
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
        {number(board.total_players)} players · as of {relative(board.as_of)}
      </p>
    </>
  );
}

function Line({ row, own }: { row: Row; own: boolean }) {
  const medal = MEDALS[row.rank - 1];
  return (
    <tr class={own ? "own" : undefined}>
      <td>
        {medal && <span aria-hidden="true">{medal} </span>}
        {number(row.rank)}
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
