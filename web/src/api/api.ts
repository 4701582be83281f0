import type { Session } from "../session/session";

/** A refusal as the API words it (RFC 9457). */
export interface Problem {
  title: string;
  detail: string;
  request_id?: string;
}

/** A request that failed, with what to tell the person. */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.title);
    this.problem = problem;
  }
}

/** The session is over: the only way on is to sign in again. */
export class SignedOut extends Error {}

/** Reads from the API as whoever is signed in. */
export class Api {
  readonly #base: string;
  readonly #session: Pick<Session, "token">;
  readonly #fetch: typeof fetch;

  constructor(base: string, session: Pick<Session, "token">, send: typeof fetch = fetch.bind(globalThis)) {
    this.#base = base;
    this.#session = session;
    this.#fetch = send;
  }

  /**
   * Reads one resource. The gateway's own 401 carries no CORS header, so a browser reports it as a network
   * error: after one try with a renewed token that counts as signed out too, as long as the network is there.
   */
  async get<T>(path: string): Promise<T> {
    let answer = await this.#send(path, false);
    if (!answer || answer.status === 401) answer = await this.#send(path, true);
    if (!answer) {
      if (!navigator.onLine) throw unreachable();
      throw new SignedOut();
    }
    if (answer.status === 401) throw new SignedOut();
    if (!answer.ok) throw new ApiError(await problemOf(answer));
    return (await answer.json()) as T;
  }

  async #send(path: string, renew: boolean): Promise<Response | undefined> {
    const token = await this.#session.token(renew).catch((error: unknown) => {
      throw error instanceof TypeError ? unreachable() : error;
    });
    if (!token) throw new SignedOut();
    try {
      return await this.#fetch(this.#base + path, { headers: { Authorization: `Bearer ${token}` } });
    } catch (error) {
      if (error instanceof TypeError) return undefined;
      throw error;
    }
  }
}

function unreachable(): ApiError {
  if (!navigator.onLine) return new ApiError({ title: "You are offline", detail: "Try again once you are back." });
  return new ApiError({ title: "Cairn can't be reached", detail: "You are still signed in. Try again in a moment." });
}

/** The problem of an answer, whoever gave it: a function, or the gateway with a body of its own. */
export async function problemOf(answer: Response): Promise<Problem> {
  const body = (await answer.json().catch(() => ({}))) as Partial<Problem> & { message?: string };
  return {
    title: body.title ?? `The API answered ${answer.status}`,
    detail: body.detail ?? body.message ?? "Try again in a moment.",
    ...(body.request_id ? { request_id: body.request_id } : {}),
  };
}
