import assert from "node:assert/strict";
import { api, base, id, like, projectID, refused, signUp, token } from "../harness.mjs";

const { clients } = api.connectedApp;
const redirect_uri = "https://app.example/callback";

const create = async (fields) =>
  (await clients.create({ client_type: "third_party", client_name: "App", redirect_urls: [redirect_uri], ...fields }))
    .connected_app;

export default {
  "connectedApp.clients are created, read, changed, listed and deleted": async () => {
    const { client_secret, ...created } = await create();
    const { client_id } = created;
    assert.match(client_secret, token);
    assert.match(client_id, id("connected-app"));
    like((await clients.get({ client_id })).connected_app, created);
    const { connected_app } = await clients.update({ client_id, client_name: "Other" });
    assert.equal(connected_app.client_name, "Other");
    const { connected_apps } = await clients.search({ limit: 1000 });
    assert.ok(connected_apps.some((app) => app.client_id === client_id));
    await refused(400, "invalid_connected_app_type", create({ client_type: "second_party" }));
    await refused(400, "bad_request", clients.search({ limit: 1001 }));
    await refused(400, "idp_invalid_access_token_expiry_minutes", clients.update({ client_id, access_token_expiry_minutes: 0 }));
    assert.equal((await clients.delete({ client_id })).client_id, client_id);
    await refused(404, "connected_app_not_found", clients.get({ client_id }));
    await refused(404, "connected_app_not_found", clients.delete({ client_id }));
  },

  "connectedApp.clients.secrets are rotated": async () => {
    const { client_id } = await create();
    const { secrets } = clients;
    await refused(400, "connected_app_not_rotating_secret", secrets.rotate({ client_id }));
    await refused(400, "connected_app_not_rotating_secret", secrets.rotateCancel({ client_id }));
    assert.match((await secrets.rotateStart({ client_id })).connected_app.next_client_secret, token);
    await refused(400, "connected_app_already_rotating_secret", secrets.rotateStart({ client_id }));
    await secrets.rotateCancel({ client_id });
    const { connected_app } = await secrets.rotateStart({ client_id });
    const rotated = await secrets.rotate({ client_id });
    assert.equal(rotated.connected_app.client_secret_last_four, connected_app.next_client_secret.slice(-4));
  },

  "idp.oauth leads to a token that introspection knows": async () => {
    const { client_id, client_secret } = await create();
    const { session_token, member_id } = await signUp();
    const request = { client_id, redirect_uri, response_type: "code", scopes: ["openid"], session_token };
    const started = await api.idp.oauth.authorizeStart(request);
    assert.equal(started.consent_required, true);
    const answer = await api.idp.oauth.authorize({ ...request, consent_granted: true, state: "s" });
    assert.equal(answer.redirect_uri, `${redirect_uri}?code=${answer.authorization_code}&state=s`);
    const form = { grant_type: "authorization_code", client_id, client_secret, redirect_uri };
    const response = await fetch(`${base}/v1/public/${projectID}/oauth2/token`, {
      method: "POST",
      body: new URLSearchParams({ ...form, code: answer.authorization_code }),
    });
    const { access_token } = await response.json();
    const remote = await api.idp.introspectTokenNetwork({ token: access_token, client_id, client_secret });
    assert.equal(remote.subject, member_id);
    const unknown = { ...request, client_id: "none" };
    await refused(404, "connected_app_not_found", api.idp.oauth.authorizeStart(unknown));
    await refused(404, "connected_app_not_found", api.idp.oauth.authorize({ ...unknown, consent_granted: true }));
    await assert.rejects(api.idp.introspectTokenNetwork({ token: access_token, client_id, client_secret: "x" }));
  },
};
