import { useSignal } from "@preact/signals";

import { type Access, Resource } from "../api/resource";
import { Leaderboard } from "./Leaderboard";

export interface Boards {
  boards: { id: string; title: string }[];
}

/** One of the boards that are shown, as the reader chooses. */
export function LeaderboardsCard({ boards, ...access }: Boards & Access) {
  const chosen = useSignal(boards[0]?.id);
  if (!chosen.value) return <p class="hint">No leaderboard is shown here.</p>;
  return (
    <>
      <label class="choice">
        Board
        <select value={chosen.value} onChange={(event) => (chosen.value = event.currentTarget.value)}>
          {boards.map((board) => (
            <option key={board.id} value={board.id}>
              {board.title}
            </option>
          ))}
        </select>
      </label>
      <Resource<Leaderboard> {...access} path={`/leaderboards/${chosen.value}?limit=10`}>
        {(board) => <Leaderboard {...access} board={board} />}
      </Resource>
    </>
  );
}
