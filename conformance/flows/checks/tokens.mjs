import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import {
  address,
  api,
  control,
  jwt,
  like,
  login,
  member,
  organization,
  projectID,
  refused,
  token,
  unique,
} from "../harness.mjs";

const { sessions } = api;

const seconds = async () => Math.floor(new Date((await control("clock")).now) / 1000);

// accessToken makes an access token of a Connected App, signed by the project's key.
async function accessToken({ organization_id, organization_slug: slug }, { member_id }, scope) {
  const { state } = await control("snapshot");
  const { kid, pkcs8 } = state.keys.at(-1);
  const key = createPrivateKey({ key: Buffer.from(pkcs8, "base64"), format: "der", type: "pkcs8" });
  const now = await seconds();
  return jwt(
    key,
    { kid },
    {
      iss: `stytch.com/${projectID}`,
      aud: [projectID],
      sub: member_id,
      client_id: "connected-app-test-1",
      scope,
      iat: now,
      nbf: now,
      exp: now + 3600,
      "https://stytch.com/organization": { organization_id, slug },
    },
  );
}

// trusted makes the project trust an issuer, and returns how to sign its tokens.
async function trusted() {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  await control("settings", {
    trusted_token_profiles: [
      {
        profile_id: "profile-1",
        issuer: "https://issuer.example",
        audience: "us",
        creates_members: true,
        public_keys: [publicKey.export({ type: "spki", format: "pem" })],
      },
    ],
  });
  return async (claims) =>
    jwt(
      privateKey,
      {},
      {
        iss: "https://issuer.example",
        aud: "us",
        jti: unique("jti"),
        exp: (await seconds()) + 60,
        ...claims,
      },
    );
}

// userinfo serves the userinfo endpoint of another provider while run runs.
async function userinfo(people, run) {
  const server = createServer((request, response) => {
    const person = people[request.headers.authorization?.replace("Bearer ", "")];
    response.writeHead(person ? 200 : 401, { "Content-Type": "application/json", Connection: "close" });
    response.end(JSON.stringify(person ?? {}));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await control("settings", { userinfo_url: `http://127.0.0.1:${server.address().port}/userinfo` });
    await run();
  } finally {
    server.close();
    await control("settings", {});
  }
}

export default {
  "exchangeAccessToken gives a session for a token with full access, once": async () => {
    const org = await organization();
    const { member: somebody } = await login(org, await member(org));
    const access_token = await accessToken(org, somebody, "openid full_access");
    const exchanged = await sessions.exchangeAccessToken({ access_token });
    like(exchanged, { member_id: somebody.member_id, organization: org, session_token: token, member_device: null });
    const [factor] = exchanged.member_session.authentication_factors;
    like(factor, {
      delivery_method: "oauth_access_token_exchange",
      oauth_access_token_exchange_factor: { client_id: "connected-app-test-1" },
    });
    await refused(
      400,
      "oauth_access_token_exchange_token_invalid_grant",
      sessions.exchangeAccessToken({ access_token }),
    );
    await refused(
      400,
      "oauth_access_token_exchange_missing_full_access",
      sessions.exchangeAccessToken({ access_token: await accessToken(org, somebody, "openid") }),
    );
    await refused(404, "idp_access_token_not_found", sessions.exchangeAccessToken({ access_token: "a.b.c" }));
  },

  "attest gives a session for a token of a trusted issuer": async () => {
    const sign = await trusted();
    const org = await organization();
    const { organization_id } = org;
    const email = address();
    const attest = (token, fields) => sessions.attest({ profile_id: "profile-1", organization_id, token, ...fields });
    await refused(400, "token_missing_organization_id_claim", attest(await sign({ email })));
    const given = await sign({ email, organization_id });
    const attested = await attest(given);
    like(attested.member, { email_address: email, status: "active" });
    like(attested.member_session.authentication_factors[0], {
      type: "trusted_auth_token",
      delivery_method: "trusted_token_exchange",
    });
    assert.match(attested.session_token, token);
    await attest(given);
    await refused(404, "trusted_token_profile_not_found", attest(await sign({ email }), { profile_id: "none" }));
    await refused(400, "invalid_trusted_auth_token", attest(await sign({ email, iss: "https://other.example" })));
    await attest(await sign({ email, organization_id }), { organization_id: undefined });
    await control("settings", {});
  },

  "migrate gives a session to the person whom the userinfo endpoint names": async () => {
    const org = await organization();
    const { organization_id } = org;
    const { member_id, email_address } = await member(org);
    const people = {
      known: { sub: "1", email: email_address },
      stranger: { email: address() },
      nameless: { sub: "2" },
    };
    const migrate = (session_token) => sessions.migrate({ organization_id, session_token });
    await refused(400, "invalid_userinfo_url", migrate("known"));
    await userinfo(people, async () => {
      const migrated = await migrate("known");
      like(migrated, { member_id, organization: org, session_token: token });
      assert.equal(migrated.member_session.authentication_factors[0].type, "imported");
      await refused(404, "member_not_found", migrate("stranger"));
      await refused(400, "migrate_from_external_missing_userinfo", migrate("nameless"));
      await refused(400, "migrate_from_external_unexpected_response", migrate("unknown"));
    });
  },
};
