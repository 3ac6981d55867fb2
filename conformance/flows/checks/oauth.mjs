import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  address,
  after,
  api,
  base,
  decode,
  id,
  like,
  login,
  member,
  organization,
  publicToken,
  refused,
  token,
} from "../harness.mjs";

const { oauth } = api;

// visit opens a start URL as a browser does, and returns the query with which it is sent back.
async function visit(path, parameters) {
  const query = new URLSearchParams({ public_token: publicToken, ...parameters });
  const response = await fetch(`${base}/v1/b2b/public/oauth/${path}?${query}`, { redirect: "manual" });
  assert.equal(response.status, 303, await response.text());
  return Object.fromEntries(new URL(response.headers.get("location")).searchParams);
}

// begin returns a token for authenticate.
async function begin(provider, { organization_id }, email_address, parameters) {
  const query = await visit(`${provider}/start`, { organization_id, provider_login_hint: email_address, ...parameters });
  assert.equal(query.stytch_token_type, "oauth");
  return query.token;
}

// beginDiscovery returns a token for discovery.authenticate.
async function beginDiscovery(provider, email_address, parameters) {
  const query = await visit(`${provider}/discovery/start`, { provider_login_hint: email_address, ...parameters });
  assert.equal(query.stytch_token_type, "discovery_oauth");
  return query.token;
}

const verifier = "a-verifier-of-some-length-that-nobody-guesses";
const pkce_code_challenge = createHash("sha256").update(verifier).digest("base64url");

export default {
  "authenticate logs a member in, once, and keeps the tokens": async () => {
    const org = await organization();
    const { email_address, member_id } = await member(org);
    const { organization_id } = org;
    const oauth_token = await begin("google", org, email_address, {
      provider_access_type: "offline",
      provider_name: "Ada L.",
      custom_scopes: "calendar.read",
    });
    const response = await oauth.authenticate({ oauth_token });
    like(response, {
      member_id,
      organization_id,
      member_authenticated: true,
      provider_type: "Google",
      session_token: token,
      intermediate_session_token: "",
      mfa_required: null,
      primary_required: null,
    });
    const [factor] = response.member_session.authentication_factors;
    like(factor, { type: "oauth", delivery_method: "oauth_google" });
    like(factor.google_oauth_factor, { id: id("oauth-member"), provider_subject: response.provider_subject });
    like(decode(response.provider_values.id_token), { email: email_address, name: "Ada L." });
    const stored = await api.organizations.members.oauthProviders.google({
      organization_id,
      member_id,
      include_refresh_token: true,
    });
    const { access_token, refresh_token, scopes } = response.provider_values;
    like(stored, { access_token, refresh_token, scopes });
    assert.ok(scopes.includes("calendar.read"));
    await refused(400, "oauth_token_not_found", oauth.authenticate({ oauth_token }));
  },

  "authenticate needs the verifier of the challenge": async () => {
    const org = await organization();
    const { email_address } = await member(org);
    const oauth_token = await begin("microsoft", org, email_address, { pkce_code_challenge });
    await refused(400, "pkce_expected_code_verifier", oauth.authenticate({ oauth_token }));
    await refused(400, "pkce_mismatch", oauth.authenticate({ oauth_token, pkce_code_verifier: "another" }));
    await oauth.authenticate({ oauth_token, pkce_code_verifier: verifier });
  },

  "an account that proves no address needs another factor first": async () => {
    const org = await organization();
    const person = await member(org);
    const oauth_token = await begin("github", org, person.email_address);
    const { intermediate_session_token, primary_required, member_authenticated, session_token, member_session } =
      await oauth.authenticate({ oauth_token });
    assert.deepEqual([member_authenticated, session_token, member_session], [false, "", null]);
    assert.ok(primary_required.allowed_auth_methods.includes("magic_link"));
    const proved = await login(org, person, { intermediate_session_token });
    assert.equal(proved.member.oauth_registrations[0].provider_type, "GitHub");
    const again = await oauth.authenticate({ oauth_token: await begin("github", org, person.email_address) });
    assert.equal(again.member_authenticated, true);
  },

  "strangers join by their tenant, or not at all": async () => {
    const org = await organization({
      oauth_tenant_jit_provisioning: "RESTRICTED",
      allowed_oauth_tenants: { slack: ["T1"] },
    });
    const authenticate = async (parameters) =>
      oauth.authenticate({ oauth_token: await begin("slack", org, address(), parameters) });
    await refused(400, "invalid_oauth_tenant_for_jit_provisioning", authenticate({ provider_tenant_ids: "T2" }));
    const joined = await authenticate({ provider_tenant_ids: "T1" });
    assert.equal(joined.member.status, "pending");
    const closed = await organization();
    await refused(
      400,
      "oauth_tenant_jit_provisioning_not_allowed",
      oauth.authenticate({ oauth_token: await begin("slack", closed, address(), { provider_tenant_ids: "T1" }) }),
    );
  },

  "discovery.authenticate finds the organizations of the address": async () => {
    const org = await organization();
    const { email_address } = await member(org);
    const discovery_oauth_token = await beginDiscovery("google", email_address, { provider_name: "Ada L." });
    await refused(400, "oauth_token_not_found", oauth.authenticate({ oauth_token: discovery_oauth_token }));
    const found = await oauth.discovery.authenticate({ discovery_oauth_token });
    like(found, {
      email_address,
      full_name: "Ada L.",
      provider_type: "Google",
      provider_tenant_id: "",
      provider_tenant_ids: [],
      intermediate_session_token: token,
    });
    assert.equal(found.discovered_organizations.length, 1);
    const { intermediate_session_token } = found;
    const { organization_id } = org;
    const exchanged = await api.discovery.intermediateSessions.exchange({ intermediate_session_token, organization_id });
    assert.equal(exchanged.member.oauth_registrations.length, 1);
    await refused(400, "oauth_token_not_found", oauth.discovery.authenticate({ discovery_oauth_token }));
    await refused(
      400,
      "oauth_unverified_email",
      oauth.discovery.authenticate({
        discovery_oauth_token: await beginDiscovery("google", email_address, { provider_email_verified: "false" }),
      }),
    );
  },

  "a token is valid for ten minutes": async () => {
    const org = await organization();
    const { email_address } = await member(org);
    const oauth_token = await begin("google", org, email_address);
    await after("10m1s", () => refused(400, "oauth_token_not_found", oauth.authenticate({ oauth_token })));
  },

  "a denied login comes back with an error of OAuth": async () => {
    const { organization_id } = await organization();
    like(await visit("google/start", { organization_id, provider_error: "access_denied" }), { error: "access_denied" });
  },
};
