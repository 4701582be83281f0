import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { type Api, ApiError, type Problem, SignedOut } from "./api";

/** What whoever reads needs. */
export interface Access {
  api: Api;
  /** Counts up whenever everything is to be read again. */
  tick: number;
  onSignedOut: () => void;
}

interface Props<T> extends Access {
  path: string;
  children: (content: T) => ComponentChildren;
}

/** A card that shows one resource. */
export function Card<T>({ name, title, ...resource }: Props<T> & { name: string; title: string }) {
  return (
    <section class={`card card-${name}`} aria-labelledby={`${name}-title`}>
      <h2 id={`${name}-title`}>{title}</h2>
      <Resource<T> {...resource} />
    </section>
  );
}

/** One resource: its skeleton, its content, or what went wrong and a way to try again. */
export function Resource<T>({ api, path, tick, onSignedOut, children }: Props<T>) {
  const content = useSignal<T | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);
  const asked = useRef(0);

  async function read(): Promise<void> {
    const number = ++asked.current;
    const isLatest = () => number === asked.current;
    try {
      const found = await api.get<T>(path);
      if (!isLatest()) return;
      content.value = found;
      problem.value = undefined;
    } catch (error) {
      if (error instanceof SignedOut) onSignedOut();
      else if (!isLatest()) return;
      else if (error instanceof ApiError) problem.value = error.problem;
      else problem.value = { title: "Something went wrong on this page", detail: String(error) };
    }
  }

  useEffect(() => void read(), [path, tick]);

  return (
    <div aria-busy={!content.value && !problem.value}>
      {problem.value && <Trouble problem={problem.value} retry={() => void read()} />}
      {content.value ? children(content.value) : !problem.value && <Skeleton />}
    </div>
  );
}

function Skeleton() {
  return (
    <div class="skeleton">
      <p class="visually-hidden">Loading</p>
      <span /> <span /> <span />
    </div>
  );
}

function Trouble({ problem, retry }: { problem: Problem; retry: () => void }) {
  return (
    <div class="trouble" role="alert">
      <p>
        <strong>{problem.title}.</strong> {problem.detail}
      </p>
      {problem.request_id && <p class="small">Request {problem.request_id}</p>}
      <button type="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}
