import { signal } from "@preact/signals";
import * as oauth from "oauth4webapi";

import type { Config } from "../config";

/** What is kept in this tab while somebody is signed in. `expires_at` is in epoch milliseconds. */
interface Kept {
  access_token: string;
  refresh_token?: string;
  expires_at: number;
}

const KEPT = "cairn.session";
const PENDING = "cairn.sign-in";
const EARLY_MILLISECONDS = 60_000;

/** Whether somebody is signed in: unknown until the page has looked. */
export const signedIn = signal<boolean | undefined>(undefined);

/** Whether a session ended without being asked to. */
export const ended = signal(false);

/** Signing in by authorization code with PKCE, at whatever OIDC issuer the deployment names. */
export class Session {
  readonly #config: Config;
  readonly #server: oauth.AuthorizationServer;
  readonly #client: oauth.Client;
  #kept: Kept | undefined;
  #refreshing: Promise<string | undefined> | undefined;

  constructor(config: Config) {
    this.#config = config;
    this.#server = {
      issuer: config.issuer,
      authorization_endpoint: config.authorize_url,
      token_endpoint: config.token_url,
    };
    this.#client = { client_id: config.client_id };
  }

  /** Takes up what a redirect brought, or what this tab kept. */
  async begin(): Promise<void> {
    const here = new URL(location.href);
    if (here.searchParams.has("code") || here.searchParams.has("error")) await this.#finish(here);
    const kept = sessionStorage.getItem(KEPT);
    if (kept) this.#kept = JSON.parse(kept) as Kept;
    signedIn.value = this.#kept !== undefined;
  }

  /** Leaves for the sign-in page. */
  async signIn(): Promise<void> {
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    sessionStorage.setItem(PENDING, JSON.stringify({ verifier, state }));
    const url = new URL(this.#config.authorize_url);
    url.search = new URLSearchParams({
      response_type: "code",
      client_id: this.#config.client_id,
      redirect_uri: this.#config.redirect_uri,
      scope: this.#config.scope,
      state,
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    }).toString();
    location.assign(url);
  }

  /** Forgets the tokens and leaves for the issuer's sign-out. */
  signOut(): void {
    this.forget();
    const url = new URL(this.#config.logout_url);
    url.search = new URLSearchParams({
      client_id: this.#config.client_id,
      logout_uri: this.#config.redirect_uri,
    }).toString();
    location.assign(url);
  }

  /** Forgets the tokens of a session that the issuer has ended. */
  end(): void {
    ended.value = true;
    this.forget();
  }

  /** Forgets the tokens. */
  forget(): void {
    this.#kept = undefined;
    sessionStorage.removeItem(KEPT);
    signedIn.value = false;
  }

  /**
   * An access token that is still good, or undefined where one has to sign in again.
   * Throws the TypeError of fetch where the issuer can't be reached.
   */
  async token(renew = false): Promise<string | undefined> {
    if (!this.#kept) return undefined;
    if (!renew && Date.now() < this.#kept.expires_at - EARLY_MILLISECONDS) return this.#kept.access_token;
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async #finish(here: URL): Promise<void> {
    const pending = sessionStorage.getItem(PENDING);
    sessionStorage.removeItem(PENDING);
    history.replaceState(null, "", here.pathname);
    if (!pending) return;
    const { verifier, state } = JSON.parse(pending) as { verifier: string; state: string };
    const parameters = oauth.validateAuthResponse(this.#server, this.#client, here, state);
    const answer = await oauth.authorizationCodeGrantRequest(
      this.#server,
      this.#client,
      oauth.None(),
      parameters,
      this.#config.redirect_uri,
      verifier,
      this.#options(),
    );
    this.#keep(await oauth.processAuthorizationCodeResponse(this.#server, this.#client, answer));
  }

  async #refresh(): Promise<string | undefined> {
    const refresh = this.#kept?.refresh_token;
    if (!refresh) return undefined;
    try {
      const answer = await oauth.refreshTokenGrantRequest(
        this.#server,
        this.#client,
        oauth.None(),
        refresh,
        this.#options(),
      );
      const fresh = await oauth.processRefreshTokenResponse(this.#server, this.#client, answer);
      this.#keep({ ...fresh, refresh_token: fresh.refresh_token ?? refresh });
      return fresh.access_token;
    } catch (error) {
      // fetch fails with a TypeError: the issuer was not reached, so it has not ended the session.
      if (error instanceof TypeError) throw error;
      return undefined;
    }
  }

  #keep(fresh: Pick<oauth.TokenEndpointResponse, "access_token" | "refresh_token" | "expires_in">): void {
    this.#kept = {
      access_token: fresh.access_token,
      ...(fresh.refresh_token ? { refresh_token: fresh.refresh_token } : {}),
      expires_at: Date.now() + (fresh.expires_in ?? 3600) * 1000,
    };
    sessionStorage.setItem(KEPT, JSON.stringify(this.#kept));
  }

  /** Plain HTTP is for the cloud on this machine alone. */
  #options(): { [oauth.allowInsecureRequests]: boolean } {
    return { [oauth.allowInsecureRequests]: new URL(this.#config.token_url).hostname === "localhost" };
  }
}
