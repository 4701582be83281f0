import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";

import type { Api } from "../api/api";
import { type Catalogue, type Experiences, ordered, spent, standing } from "./progress";

const SHOWN = 6;

/** Each experience of the player: where they stand, how far they are, and the time they spent. */
export function ProgressCard({ api, experiences }: { api: Api; experiences: Experiences }) {
  const names = useSignal<Record<string, string>>({});
  const all = useSignal(false);

  // Names are an adornment: until the catalogue answers, and where it does not, ids stand for them.
  useEffect(() => {
    void api
      .get<Catalogue>("/experiences?limit=100")
      .then((found) => (names.value = Object.fromEntries(found.experiences.map((each) => [each.id, each.name]))))
      .catch(() => undefined);
  }, [api]);

  const list = ordered(experiences.experiences);
  if (list.length === 0) return <p class="hint">Nothing begun yet. Your first experience will show here.</p>;
  return (
    <>
      <ul class="experiences" id="experiences">
        {(all.value ? list : list.slice(0, SHOWN)).map((each) => (
          <li key={each.experience_id}>
            <label class="bar">
              <span class="bar-line">
                <strong>{names.value[each.experience_id] ?? each.experience_id}</strong>
                <span>{each.completion_percentage} %</span>
              </span>
              <progress max={100} value={each.completion_percentage} />
            </label>
            <p class="small hint">
              {[standing(each), spent(each.total_time_seconds)].filter(Boolean).join(" · ")}
            </p>
          </li>
        ))}
      </ul>
      {list.length > SHOWN && (
        <button
          type="button"
          aria-expanded={all.value}
          aria-controls="experiences"
          onClick={() => (all.value = !all.value)}
        >
          {all.value ? "Show fewer" : `Show all ${list.length} experiences`}
        </button>
      )}
    </>
  );
}
