/* A real OpenID Connect provider on the loopback address, for tests: node provider.mjs PORT CALLBACK BACKCHANNEL.
   Whoever is typed signs in: anna administers, berit may see the park, carl has no role; anna+mfa has used a second factor. */
import Provider from "oidc-provider";

const [port, callback, backchannel] = process.argv.slice(2);
const roles = { anna: ["besok-admin"], berit: ["besok-park"] };
const names = { anna: "Anna Provider" };
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{
    client_id: "besok", client_secret: "a secret of the test", redirect_uris: [callback], grant_types: ["authorization_code"],
    response_types: ["code"], post_logout_redirect_uris: [callback.replace("/callback", "")],
    backchannel_logout_uri: backchannel, backchannel_logout_session_required: true,
  }],
  pkce: { required: () => true },
  acrValues: ["password", "two-factors"],
  claims: { openid: ["sub", "roles", "acr", "amr"], profile: ["name", "preferred_username"], sid: null },
  conformIdTokenClaims: false, // roles in the token itself, as Entra ID and Keycloak put them
  features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  fetch: (url, { dispatcher: _, ...options }) => fetch(url, options), // its own refuses loopback addresses
  cookies: { keys: ["only a test"] },
  ttl: { Session: 600, Grant: 600, IdToken: 600, AccessToken: 600, Interaction: 600 },
  async findAccount(_, id) {
    const [name] = id.split("+");
    return {
      accountId: id,
      claims: async () => ({ sub: id, roles: roles[name] ?? [], name: names[name] ?? name, preferred_username: name }),
    };
  },
  async loadExistingGrant(ctx) { // nobody is asked for consent
    const grant = new provider.Grant({ accountId: ctx.oidc.session.accountId, clientId: ctx.oidc.client.clientId });
    grant.addOIDCScope("openid profile email");
    await grant.save();
    return grant;
  },
});

async function body(request) {
  let text = "";
  for await (const part of request) text += part;
  return new URLSearchParams(text);
}

provider.use(async (ctx, next) => {
  if (!ctx.path.startsWith("/interaction/")) return next();
  if (ctx.method === "POST") {
    const accountId = (await body(ctx.req)).get("login");
    const strong = accountId.endsWith("+mfa");
    const login = { accountId, acr: strong ? "two-factors" : "password", amr: strong ? ["pwd", "mfa"] : ["pwd"] };
    ctx.respond = false;
    return provider.interactionFinished(ctx.req, ctx.res, { login });
  }
  ctx.type = "html";
  ctx.body = `<!doctype html><html lang="en"><title>Provider</title><form method="post"><label>Login <input name="login"></label><button>Continue</button></form></html>`;
});
provider.listen(Number(port), "127.0.0.1");
