import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";

import { type Api, ApiError, type Problem, SignedOut } from "./api";

interface Props<T> {
  api: Api;
  path: string;
  title: string;
  name: string;
  /** Counts up whenever everything is to be read again. */
  tick: number;
  onSignedOut: () => void;
  children: (content: T) => ComponentChildren;
}

/** A card that shows one resource: its skeleton, its content, or what went wrong and a way to try again. */
export function Card<T>({ api, path, name, title, tick, onSignedOut, children }: Props<T>) {
  const content = useSignal<T | undefined>(undefined);
  const problem = useSignal<Problem | undefined>(undefined);

  async function read(): Promise<void> {
    try {
      content.value = await api.get<T>(path);
      problem.value = undefined;
    } catch (error) {
      if (error instanceof SignedOut) onSignedOut();
      else if (error instanceof ApiError) problem.value = error.problem;
      else problem.value = { title: "Something went wrong on this page", detail: String(error) };
    }
  }

  useEffect(() => void read(), [path, tick]);

  return (
    <section class={`card card-${name}`} aria-labelledby={`${name}-title`} aria-busy={!content.value && !problem.value}>
      <h2 id={`${name}-title`}>{title}</h2>
      {problem.value && <Trouble problem={problem.value} retry={() => void read()} />}
      {content.value ? children(content.value) : !problem.value && <Skeleton />}
    </section>
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
