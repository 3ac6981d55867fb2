// These checks come last: clients that have fetched the keys do so again after half a minute only.
import assert from "node:assert/strict";
import {
  api,
  base,
  connect,
  control,
  id,
  login,
  member,
  organization,
  projectID,
  refused,
  secret,
} from "../harness.mjs";
import stytch from "stytch";

const { sessions } = api;

export default {
  "getJWKS publishes the keys, for consumers too": async () => {
    const { keys } = await sessions.getJWKS({ project_id: projectID });
    for (const { n, kid, x5c, ...rest } of keys) {
      assert.deepEqual(rest, { kty: "RSA", use: "sig", key_ops: ["verify"], alg: "RS256", e: "AQAB" });
      assert.match(kid, id("jwk"));
      assert.equal(x5c.length, 1);
      assert.equal(Buffer.from(n, "base64url").length, 256);
    }
    await refused(404, "project_not_found", sessions.getJWKS({ project_id: "project-test-none" }));
    const consumers = new stytch.Client({ project_id: projectID, secret, env: base }).sessions;
    assert.deepEqual((await consumers.getJWKS({ project_id: projectID })).keys, keys);
    await refused(404, "project_not_found", consumers.getJWKS({ project_id: "project-test-none" }));
  },

  "JWTs by a new key verify, and those by the old key still do": async () => {
    const org = await organization();
    const before = await login(org, await member(org));
    const { kid } = await control("keys/rotate", {});
    const later = await login(org, await member(org));
    assert.equal(JSON.parse(Buffer.from(later.session_jwt.split(".")[0], "base64url")).kid, kid);
    for (const { session_jwt } of [before, later]) {
      await connect().sessions.authenticateJwtLocal({ session_jwt });
    }
  },
};
