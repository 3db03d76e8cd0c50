// Questions to the office. What can go wrong has four names, and whoever asks decides by them.
export class NoSignal extends Error {} // nothing came back: it may have arrived or not
export class Later extends Error {} // the office is busy or being restarted
export class SignedOut extends Error {}
export class NotAFacilitator extends Error {}

const FIELD = "/lapangan/";
const SECONDS = 30;

async function csrfToken() {
  if (self.cookieStore) return (await self.cookieStore.get("csrftoken"))?.value ?? "";
  return /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? "";
}

export async function ask(path, { method = "GET", body, headers = {}, seconds = SECONDS } = {}) {
  const said = { "Accept-Language": "id", ...headers };
  if (method !== "GET") said["X-CSRFToken"] = await csrfToken();
  let answer;
  try {
    answer = await fetch(path, {
      method,
      body,
      headers: said,
      cache: "no-store",
      redirect: "manual",
      signal: AbortSignal.timeout(seconds * 1000),
    });
  } catch {
    throw new NoSignal();
  }
  // A sign-in that ended is answered by 401, or by a way to the sign-in page.
  if (answer.type === "opaqueredirect" || answer.status === 401) throw new SignedOut();
  if (answer.status >= 500 || [408, 429].includes(answer.status)) throw new Later();
  return answer;
}

// The body may be cut off after the status has come: that is no answer either.
async function json(answer) {
  try {
    return await answer.json();
  } catch {
    throw new NoSignal();
  }
}

export async function askJson(path, options = {}) {
  const { value, ...rest } = options;
  if (value !== undefined) {
    rest.body = JSON.stringify(value);
    rest.headers = { "Content-Type": "application/json" };
  }
  const answer = await ask(path, rest);
  return { status: answer.status, said: await json(answer) };
}

async function own(path, options) {
  const answer = await ask(FIELD + path, options);
  if (answer.status === 403) throw new NotAFacilitator();
  if (!answer.ok && answer.status !== 304) throw new Later();
  return answer;
}

export const who = async () => (await json(await own("siapa/"))).owner;

export async function keys(device) {
  const body = new URLSearchParams({ device });
  return json(await own("kunci/", { method: "POST", body }));
}

// null when the phone has the newest already.
export async function families(etag) {
  const answer = await own("keluarga/", { headers: etag ? { "If-None-Match": etag } : {} });
  if (answer.status === 304) return null;
  return { etag: answer.headers.get("ETag"), data: await json(answer) };
}

export async function signOut() {
  try {
    await who(); // also brings the token without which a sign-out is refused
    await ask("/akun/logout/", { method: "POST" });
    throw new Later(); // every sign-out that worked leads on to another page
  } catch (problem) {
    if (!(problem instanceof SignedOut)) throw problem;
  }
}
