/** What the deployment tells the page: where the API is (with its prefix), and how to sign in. */
export interface Config {
  api: string;
  issuer: string;
  client_id: string;
  authorize_url: string;
  token_url: string;
  logout_url: string;
  redirect_uri: string;
  scope: string;
}

/** Reads /config.json. Throws an Error that says what to do where there is none. */
export async function loadConfig(): Promise<Config> {
  const answer = await fetch("/config.json", { cache: "no-cache" });
  // The site answers a path that is no file with the page itself.
  const config = answer.ok ? ((await answer.json().catch(() => undefined)) as Config | undefined) : undefined;
  if (!config) throw new Error("There is no /config.json beside this page. Deploy the stack again: it uploads one.");
  return config;
}
