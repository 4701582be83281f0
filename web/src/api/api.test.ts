import { afterEach, describe, expect, it, vi } from "vitest";

import { Api, ApiError, SignedOut } from "./api";

const session = { token: (renew?: boolean) => Promise.resolve(renew ? "fresh" : "stale") };

function answering(...answers: (Response | Error)[]): { send: typeof fetch; tokens: string[] } {
  const tokens: string[] = [];
  const send = (_: unknown, init?: RequestInit) => {
    tokens.push((init?.headers as Record<string, string>)["Authorization"] ?? "");
    const next = answers.shift();
    return next instanceof Error ? Promise.reject(next) : Promise.resolve(next as Response);
  };
  return { send: send as typeof fetch, tokens };
}

afterEach(() => vi.unstubAllGlobals());

describe("reading from the API", () => {
  it("gives the body", async () => {
    const { send, tokens } = answering(Response.json({ level: 3 }));
    expect(await new Api("http://api", session, send).get("/x")).toEqual({ level: 3 });
    expect(tokens).toEqual(["Bearer stale"]);
  });

  it("renews the token once where the gateway refuses it without a CORS header", async () => {
    const { send, tokens } = answering(new TypeError("Failed to fetch"), Response.json({ level: 3 }));
    expect(await new Api("http://api", session, send).get("/x")).toEqual({ level: 3 });
    expect(tokens).toEqual(["Bearer stale", "Bearer fresh"]);
  });

  it("is signed out where the renewed token is refused too", async () => {
    vi.stubGlobal("navigator", { onLine: true });
    const { send } = answering(new TypeError("Failed to fetch"), new TypeError("Failed to fetch"));
    await expect(new Api("http://api", session, send).get("/x")).rejects.toBeInstanceOf(SignedOut);
  });

  it("says so where the network is gone", async () => {
    vi.stubGlobal("navigator", { onLine: false });
    const { send } = answering(new TypeError("Failed to fetch"), new TypeError("Failed to fetch"));
    await expect(new Api("http://api", session, send).get("/x")).rejects.toMatchObject({
      problem: { title: "You are offline" },
    });
  });

  it("stays signed in where neither the API nor the issuer can be reached", async () => {
    vi.stubGlobal("navigator", { onLine: true });
    const unreached = {
      token: (renew?: boolean) => (renew ? Promise.reject(new TypeError("Failed to fetch")) : Promise.resolve("stale")),
    };
    const { send } = answering(new TypeError("Failed to fetch"));
    await expect(new Api("http://api", unreached, send).get("/x")).rejects.toMatchObject({
      problem: { title: "Cairn can't be reached" },
    });
  });

  it("shows a problem as the API words it", async () => {
    const body = { title: "The table is busy", detail: "Send the same request again.", request_id: "r-1", status: 503 };
    const { send } = answering(Response.json(body, { status: 503 }));
    const error = await new Api("http://api", session, send).get("/x").catch((each: unknown) => each);
    expect(error).toBeInstanceOf(ApiError);
    expect((error as ApiError).problem).toEqual({
      title: "The table is busy",
      detail: "Send the same request again.",
      request_id: "r-1",
    });
  });

  it("makes a problem of the gateway's own body", async () => {
    const { send } = answering(Response.json({ message: "Too Many Requests" }, { status: 429 }));
    const error = await new Api("http://api", session, send).get("/x").catch((each: unknown) => each);
    expect((error as ApiError).problem).toEqual({ title: "The API answered 429", detail: "Too Many Requests" });
  });
});
