import assert from "node:assert/strict";
import { after, api, decode, id, like, projectID, refused, token, unique } from "../harness.mjs";
import stytch from "stytch";

const { m2m } = api;
const { clients } = m2m;

const create = async (fields) =>
  (await clients.create({ scopes: ["read:users", "write:users"], ...fields })).m2m_client;

// refusedByOAuth checks a refusal in the form of OAuth2, which the SDK turns into its own.
async function refusedByOAuth(status, type, call) {
  const error = await call.then(
    () => assert.fail("not refused"),
    (e) => e,
  );
  assert.ok(error instanceof stytch.StytchError, error);
  assert.deepEqual([error.status_code, error.error_type], [status, type]);
  assert.match(error.request_id, id("request-id"));
  assert.ok(error.error_message && error.error_url);
}

export default {
  "clients.create returns the secret, and get does not": async () => {
    const fields = { client_name: "Job", client_description: "Nightly", trusted_metadata: { team: "a" } };
    const created = await create(fields);
    const { client_secret, ...rest } = created;
    assert.match(client_secret, token);
    assert.match(created.client_id, id("m2m-client"));
    assert.deepEqual(rest, {
      ...fields,
      client_id: created.client_id,
      status: "active",
      scopes: ["read:users", "write:users"],
      client_secret_last_four: client_secret.slice(-4),
      next_client_secret_last_four: null,
    });
    assert.deepEqual((await clients.get({ client_id: created.client_id })).m2m_client, rest);
    await refused(404, "m2m_client_not_found", clients.get({ client_id: "m2m-client-test-none" }));
    await refused(400, "duplicate_m2m_client_id", create({ client_id: created.client_id }));
    await refused(400, "insecure_m2m_client_secret", create({ client_secret: "aaaaaaaa" }));
  },

  "clients.update changes what is given": async () => {
    const { client_id, client_secret, ...rest } = await create({ client_name: "Old" });
    const { m2m_client: updated } = await clients.update({ client_id, client_name: "New", scopes: ["read:users"] });
    assert.deepEqual(updated, { ...rest, client_id, client_name: "New", scopes: ["read:users"] });
    await refused(400, "invalid_m2m_client_status", clients.update({ client_id, status: "asleep" }));
    await refused(404, "m2m_client_not_found", clients.update({ client_id: "m2m-client-test-none", client_name: "x" }));
  },

  "clients.search finds by each filter, in pages": async () => {
    const client_name = unique("name");
    const scope = unique("scope");
    const ids = [];
    for (let i = 0; i < 3; i++) ids.push((await create({ client_name, scopes: [scope] })).client_id);
    const search = async (filter_name, filter_value, fields) => {
      const found = await clients.search({
        query: { operator: "AND", operands: [{ filter_name, filter_value }] },
        ...fields,
      });
      return [found.m2m_clients.map((c) => c.client_id), found.results_metadata];
    };
    for (const [filter, value] of Object.entries({ client_id: ids, client_name: [client_name], scopes: [scope] })) {
      assert.deepEqual(await search(filter, value), [ids, { total: 3, next_cursor: null }], filter);
    }
    const [first, { next_cursor: cursor }] = await search("scopes", [scope], { limit: 2 });
    const [rest, end] = await search("scopes", [scope], { limit: 2, cursor });
    assert.deepEqual([...first, ...rest], ids);
    assert.equal(end.next_cursor, null);
    await refused(400, "m2m_search_filter_name_not_recognized", search("color", ["red"]));
    await refused(400, "m2m_search_expected_array_of_strings", search("client_id", "one"));
  },

  "clients.delete deletes a client": async () => {
    const { client_id } = await create();
    like(await clients.delete({ client_id }), { client_id });
    await refused(404, "m2m_client_not_found", clients.delete({ client_id }));
    await refused(400, "m2m_client_invalid_client_id", clients.delete({ client_id: "no spaces" }));
  },

  "token returns a JWT with the scopes, which authenticateToken verifies": async () => {
    const { client_id, client_secret } = await create();
    const issued = await m2m.token({ client_id, client_secret });
    like(issued, { token_type: "bearer", expires_in: 3600, status_code: 200, request_id: id("request-id") });
    const { access_token } = issued;
    like(decode(access_token), {
      sub: client_id,
      iss: `stytch.com/${projectID}`,
      aud: [projectID],
      scope: "read:users write:users",
    });
    const verified = await m2m.authenticateToken({ access_token, required_scopes: ["read:users"] });
    assert.deepEqual(verified, { client_id, scopes: ["read:users", "write:users"], custom_claims: {} });
    await assert.rejects(
      m2m.authenticateToken({ access_token, required_scopes: ["read:orders"] }),
      (error) => error.code === "missing_scopes",
    );
    const { access_token: narrow } = await m2m.token({ client_id, client_secret, scopes: ["read:users"] });
    assert.deepEqual((await m2m.authenticateToken({ access_token: narrow })).scopes, ["read:users"]);
  },

  "token refuses wrong secrets, inactive clients and scopes that the client does not have": async () => {
    const { client_id, client_secret } = await create();
    await refusedByOAuth(401, "invalid_client", m2m.token({ client_id, client_secret: "wrong-secret" }));
    await refusedByOAuth(400, "invalid_scope", m2m.token({ client_id, client_secret, scopes: ["admin"] }));
    await clients.update({ client_id, status: "inactive" });
    await refusedByOAuth(401, "invalid_client", m2m.token({ client_id, client_secret }));
  },

  "a token expires after an hour": async () => {
    const { client_id, client_secret } = await create();
    await after("-1h1s", async () => {
      const { access_token } = await m2m.token({ client_id, client_secret });
      await assert.rejects(m2m.authenticateToken({ access_token }), (error) => error.code === "jwt_invalid");
    });
  },

  "secrets.rotateStart makes a second secret, and rotate drops the first": async () => {
    const { client_id, client_secret } = await create();
    const { m2m_client: rotating } = await clients.secrets.rotateStart({ client_id });
    const { next_client_secret } = rotating;
    assert.match(next_client_secret, token);
    like(rotating, {
      client_secret_last_four: client_secret.slice(-4),
      next_client_secret_last_four: next_client_secret.slice(-4),
    });
    for (const secret of [client_secret, next_client_secret]) await m2m.token({ client_id, client_secret: secret });
    await refused(400, "m2m_client_already_rotating_secret", clients.secrets.rotateStart({ client_id }));
    like((await clients.secrets.rotate({ client_id })).m2m_client, {
      client_secret_last_four: next_client_secret.slice(-4),
      next_client_secret_last_four: null,
    });
    await refusedByOAuth(401, "invalid_client", m2m.token({ client_id, client_secret }));
    await m2m.token({ client_id, client_secret: next_client_secret });
    await refused(400, "m2m_client_not_rotating_secret", clients.secrets.rotate({ client_id }));
  },

  "secrets.rotateCancel drops the second secret": async () => {
    const { client_id, client_secret } = await create();
    const {
      m2m_client: { next_client_secret },
    } = await clients.secrets.rotateStart({ client_id });
    await clients.secrets.rotateCancel({ client_id });
    await refusedByOAuth(401, "invalid_client", m2m.token({ client_id, client_secret: next_client_secret }));
    await m2m.token({ client_id, client_secret });
    await refused(400, "m2m_client_not_rotating_secret", clients.secrets.rotateCancel({ client_id }));
  },
};
