import { useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";

import { AchievementsCard } from "./achievements/AchievementsCard";
import type { Achievements } from "./achievements/achievements";
import { Api } from "./api/api";
import { Card } from "./api/resource";
import { type Config, loadConfig } from "./config";
import { type Boards, LeaderboardsCard } from "./leaderboards/LeaderboardsCard";
import { ProgressCard } from "./progress/ProgressCard";
import type { Experiences } from "./progress/progress";
import { Session, ended, signedIn } from "./session/session";
import { StreakCard } from "./streaks/StreakCard";
import { StreakMonth } from "./streaks/StreakMonth";
import type { Streak } from "./streaks/streak";
import { type Xp, XpCard } from "./xp/XpCard";

const REFRESH_MILLISECONDS = 30_000;

interface Ready {
  config: Config;
  session: Session;
}

/** The page: whoever is signed in sees their progress; whoever is not is asked to sign in. */
export function App() {
  const ready = useSignal<Ready | undefined>(undefined);
  const failed = useSignal<string | undefined>(undefined);

  useEffect(() => {
    void (async () => {
      try {
        const config = await loadConfig();
        const session = new Session(config);
        ready.value = { config, session };
        await session.begin();
      } catch (error) {
        failed.value = error instanceof Error ? error.message : String(error);
        signedIn.value = false;
      }
    })();
  }, []);

  return (
    <>
      <a class="skip" href="#main">
        Skip to your progress
      </a>
      <header>
        <p class="brand">
          <img src="/cairn.svg" alt="" width="28" height="28" /> Cairn
        </p>
        {signedIn.value && (
          <button type="button" onClick={() => ready.value?.session.signOut()}>
            Sign out
          </button>
        )}
      </header>
      <main id="main" tabIndex={-1}>
        {failed.value && (
          <p class="trouble" role="alert">
            {failed.value}
          </p>
        )}
        {signedIn.value === false && ready.value && <SignIn signIn={() => void ready.value?.session.signIn()} />}
        {signedIn.value && ready.value && <Progress {...ready.value} />}
      </main>
    </>
  );
}

function SignIn({ signIn }: { signIn: () => void }) {
  const heading = useRef<HTMLHeadingElement>(null);
  // What had the focus is gone: a reader goes on from here.
  useEffect(() => {
    if (ended.value) heading.current?.focus();
  }, []);
  return (
    <section class="card welcome">
      <h1 ref={heading} tabIndex={-1}>
        {ended.value ? "Your session is over" : "Your progress"}
      </h1>
      <p>Sign in to see your level, your streak, your achievements and where you stand.</p>
      <button type="button" class="primary" onClick={signIn}>
        Sign in
      </button>
    </section>
  );
}

function Progress({ config, session }: Ready) {
  const tick = useSignal(0);
  const said = useSignal("");
  const api = useMemo(() => new Api(config.api, session), [config, session]);
  const shared = { api, tick: tick.value, onSignedOut: () => session.end() };

  useEffect(() => {
    const timer = setInterval(() => {
      if (document.visibilityState === "visible") tick.value += 1;
    }, REFRESH_MILLISECONDS);
    return () => clearInterval(timer);
  }, []);

  return (
    <>
      <div class="bar-top">
        <h1>Your progress</h1>
        <button
          type="button"
          onClick={() => {
            tick.value += 1;
            said.value = `Refreshed at ${new Date().toLocaleTimeString("en")}`;
          }}
        >
          Refresh
        </button>
        <p class="visually-hidden" role="status">
          {said}
        </p>
      </div>
      <div class="grid">
        <Card<Xp> {...shared} name="xp" path="/players/me/xp" title="XP">
          {(xp) => <XpCard xp={xp} />}
        </Card>
        <Card<Streak> {...shared} name="streak" path="/players/me/streak" title="Streak">
          {(streak) => (
            <>
              <StreakCard streak={streak} />
              <StreakMonth api={api} tick={tick.value} />
            </>
          )}
        </Card>
        <Card<Boards> {...shared} name="board" path="/leaderboards" title="Leaderboards">
          {({ boards }) => <LeaderboardsCard {...shared} boards={boards} />}
        </Card>
        <Card<Experiences> {...shared} name="progress" path="/players/me/experiences?limit=100" title="Experiences">
          {(experiences) => <ProgressCard api={api} experiences={experiences} />}
        </Card>
        <Card<Achievements> {...shared} name="achievements" path="/players/me/achievements" title="Achievements">
          {(achievements) => <AchievementsCard achievements={achievements} />}
        </Card>
      </div>
    </>
  );
}
