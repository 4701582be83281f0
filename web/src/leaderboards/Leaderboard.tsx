import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import type { Api } from "../api/api";
import { calendarDate, number, relative } from "../format";

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
  board: string;
  unit: string;
  as_of: string;
  /** The days that are ranked, where it is not all of them. */
  from?: string;
  to?: string;
  total_players: number;
  rows: Row[];
  own?: Row | null;
}

interface Props {
  api: Api;
  board: Leaderboard;
  tick: number;
}

/** The top ten, and the reader's own row; where that is further down, with the rows around it. */
export function Leaderboard({ api, board, tick }: Props) {
  if (board.rows.length === 0) return <p class="hint">Nobody is on this board yet. Be the first.</p>;
  const own = board.own;
  const isOwn = (row: Row) => row.player_id !== null && row.player_id === own?.player_id;
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
                {board.unit === "XP" ? "XP" : board.unit[0]?.toUpperCase() + board.unit.slice(1)}
              </th>
            </tr>
          </thead>
          <tbody>
            {board.rows.map((row, place) => (
              <Line key={row.player_id ?? `place ${place}`} row={row} own={isOwn(row)} />
            ))}
          </tbody>
          {own && !board.rows.some(isOwn) && <Around api={api} board={board} own={own} tick={tick} />}
        </table>
      </div>
      <p class="small">
        {own === null && "You are not on this board yet. "}
        {board.from && board.to && `${calendarDate(board.from)} to ${calendarDate(board.to)} · `}
        {number(board.total_players)} {board.total_players === 1 ? "player" : "players"} · as of {relative(board.as_of)}
      </p>
    </>
  );
}

/** The reader's own row and its neighbours below the top. They are an adornment: until they are there, it stands alone. */
function Around({ api, board, own, tick }: Props & { own: Row }) {
  const rows = useSignal<Row[]>([]);

  useEffect(() => {
    let wanted = true;
    void api
      .get<{ rows: Row[] }>(`/leaderboards/${board.board}/players/me/neighbours?radius=2`)
      .then((found) => {
        if (wanted) rows.value = found.rows;
      })
      .catch(() => undefined);
    return () => {
      wanted = false;
      rows.value = [];
    };
  }, [api, board.board, tick]);

  const isOwn = (row: Row) => row.player_id !== null && row.player_id === own.player_id;
  const listed = board.rows.flatMap((row) => row.player_id ?? []);
  const around = rows.value.filter((row) => !row.player_id || !listed.includes(row.player_id));
  return (
    <tbody class="outside">
      {(around.some(isOwn) ? around : [own]).map((row, place) => (
        <Line key={row.player_id ?? `place ${place}`} row={row} own={isOwn(row)} />
      ))}
    </tbody>
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
