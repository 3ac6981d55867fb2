import assert from "node:assert/strict";
import {
  after,
  api,
  as,
  decode,
  id,
  instant,
  like,
  login,
  member,
  organization,
  refused,
  signUp,
} from "../harness.mjs";

const { sessions } = api;

// failed checks that a local verification fails with a code of the SDK.
const failed = (code, call) => assert.rejects(call, (error) => error.code === code);

export default {
  "authenticate takes a token or a JWT, and echoes the token alone": async () => {
    const org = await organization();
    const {
      session_token,
      session_jwt,
      member_session: session,
      member: somebody,
    } = await login(org, await member(org));
    const byToken = await sessions.authenticate({ session_token });
    like(byToken, { session_token, organization: org, member: somebody, status_code: 200 });
    like(byToken.member_session, { member_session_id: session.member_session_id, expires_at: session.expires_at });
    like(await sessions.authenticate({ session_jwt }), { session_token: "", member: somebody });
    await refused(400, "no_session_arguments", sessions.authenticate({}));
    await refused(400, "no_session_arguments", sessions.authenticate({ session_token: "" }));
    await refused(400, "too_many_session_arguments", sessions.authenticate({ session_token, session_jwt }));
    await refused(404, "session_not_found", sessions.authenticate({ session_token: "A".repeat(44) }));
    await refused(400, "unable_to_parse_session_jwt", sessions.authenticate({ session_jwt: "a.b.c" }));
  },

  "authenticate extends the session only if a duration is given": async () => {
    const org = await organization();
    const { session_token } = await login(org, await member(org));
    await after("10m", async (now) => {
      const minutes = ({ member_session: session }) => Math.round((new Date(session.expires_at) - now) / 60_000);
      assert.equal(minutes(await sessions.authenticate({ session_token })), 50);
      assert.equal(minutes(await sessions.authenticate({ session_token, session_duration_minutes: 120 })), 120);
    });
    for (const session_duration_minutes of [4, 527_041]) {
      await refused(
        400,
        "invalid_session_duration_minutes",
        sessions.authenticate({ session_token, session_duration_minutes }),
      );
    }
    await after("2h11m", () => refused(404, "session_not_found", sessions.authenticate({ session_token })));
  },

  "authenticate refuses claims that it does not apply, and an incomplete check": async () => {
    const org = await organization();
    const { session_token } = await login(org, await member(org));
    const refuses = (type, fields) => refused(400, type, sessions.authenticate({ session_token, ...fields }));
    await refuses("custom_claims_too_large", { session_custom_claims: { k: "x".repeat(5000) } });
    await refuses("stytch_claims_in_custom_claims", { session_custom_claims: { "https://stytch.com/a": 1 } });
    const { organization_id } = org;
    await refuses("bad_request", { authorization_check: { organization_id, resource_id: "stytch.self" } });
    await refused(400, "invalid_session_id", sessions.revoke({ member_session_id: "x" }));
    await refused(400, "live_id_used_in_test_environment", sessions.revoke({ member_id: "member-live-1" }));
  },

  "authenticate merges claims, and null deletes one": async () => {
    const org = await organization();
    const { session_token } = await login(org, await member(org), { session_custom_claims: { a: 1, b: 2 } });
    const { member_session: session, session_jwt } = await sessions.authenticate({
      session_token,
      session_duration_minutes: 60,
      session_custom_claims: { a: null, c: 3 },
    });
    assert.deepEqual(session.custom_claims, { b: 2, c: 3 });
    like(decode(session_jwt), { b: 2, c: 3 });
    await refused(
      400,
      "custom_claims_too_large",
      sessions.authenticate({
        session_token,
        session_duration_minutes: 60,
        session_custom_claims: { big: "x".repeat(4096) },
      }),
    );
  },

  "authenticate checks what the roles permit": async () => {
    const admin = await signUp();
    const { organization_id } = admin.organization;
    const plain = await login(admin.organization, await member(admin.organization));
    const check = ({ session_token }, fields) =>
      sessions.authenticate({
        session_token,
        authorization_check: { organization_id, resource_id: "stytch.member", action: "create", ...fields },
      });
    assert.deepEqual((await check(admin)).verdict, { authorized: true, granting_roles: ["stytch_admin"] });
    assert.deepEqual((await check(plain, { resource_id: "stytch.self" })).verdict.granting_roles, ["stytch_member"]);
    await refused(403, "session_authorization_error", check(plain));
    await refused(
      403,
      "session_authorization_tenancy_error",
      check(admin, { organization_id: "organization-test-none" }),
    );
    assert.equal((await sessions.authenticate({ session_token: admin.session_token })).verdict, null);
  },

  "get lists the active sessions of a member": async () => {
    const org = await organization();
    const somebody = await member(org);
    const ids = [];
    for (let i = 0; i < 2; i++) ids.push((await login(org, somebody)).member_session.member_session_id);
    const key = { organization_id: org.organization_id, member_id: somebody.member_id };
    const { member_sessions } = await sessions.get(key);
    assert.deepEqual(
      member_sessions.map((s) => s.member_session_id),
      ids,
    );
    like(member_sessions[0], {
      member_session_id: id("member-session"),
      started_at: instant,
      last_accessed_at: instant,
      expires_at: instant,
      custom_claims: {},
      roles: ["stytch_member"],
    });
    await after("1h1s", async () => assert.deepEqual((await sessions.get(key)).member_sessions, []));
    await refused(404, "member_not_found", sessions.get({ ...key, member_id: "none" }));
  },

  "revoke ends one session by each selector, or all of a member": async () => {
    const org = await organization();
    const somebody = await member(org);
    const revokes = async (selector) => {
      const one = await login(org, somebody);
      like(await sessions.revoke(selector(one)), { status_code: 200 });
      await refused(404, "session_not_found", sessions.authenticate({ session_token: one.session_token }));
    };
    await revokes(({ session_token }) => ({ session_token }));
    await revokes(({ session_jwt }) => ({ session_jwt }));
    await revokes(({ member_session }) => ({ member_session_id: member_session.member_session_id }));
    await revokes(({ member_id }) => ({ member_id }));
    await refused(400, "no_session_revoke_arguments", sessions.revoke({}));
    await refused(400, "too_many_session_revoke_arguments", sessions.revoke({ session_token: "a", member_id: "b" }));
    await refused(404, "session_not_found", sessions.revoke({ session_token: "A".repeat(44) }));
  },

  "revoke for a session is for the member, or an administrator of the organization": async () => {
    const admin = await signUp();
    const somebody = await member(admin.organization);
    const [one, two] = [await login(admin.organization, somebody), await login(admin.organization, somebody)];
    const stranger = await login(admin.organization, await member(admin.organization));
    const revoke = ({ member_session: { member_session_id } }, by) => sessions.revoke({ member_session_id }, as(by));
    await refused(403, "session_authorization_error", revoke(one, stranger));
    await refused(403, "session_authorization_tenancy_error", revoke(one, await signUp()));
    await revoke(one, two);
    await revoke(two, admin);
  },

  "exchange switches to another organization of the same person, and keeps the session": async () => {
    const [from, to] = [await organization(), await organization()];
    const here = await login(from, await member(from));
    const {
      session_token,
      member: { email_address },
    } = here;
    const exchange = ({ organization_id }) => sessions.exchange({ organization_id, session_token });
    await refused(404, "member_not_found", exchange(to));
    const there = await member(to, { email_address });
    const exchanged = await exchange(to);
    like(exchanged, {
      member_id: there.member_id,
      organization: to,
      member_authenticated: true,
      intermediate_session_token: "",
      mfa_required: null,
      primary_required: null,
    });
    assert.equal(exchanged.member_session.organization_slug, to.organization_slug);
    await sessions.authenticate({ session_token });
    await refused(404, "organization_not_found", exchange({ organization_id: "none" }));
  },

  "authenticateJwt verifies locally by the published keys": async () => {
    const org = await organization();
    const {
      session_jwt,
      session_token,
      member_session: session,
    } = await login(org, await member(org), {
      session_custom_claims: { tier: "gold" },
    });
    await sessions.revoke({ session_token }); // so that the API would refuse
    const local = await sessions.authenticateJwt({ session_jwt });
    const {
      authentication_factors: [{ created_at, updated_at, ...factor }],
      ...rest
    } = session;
    assert.deepEqual(local.session_jwt, session_jwt);
    const { authentication_factors, expires_at, ...verified } = local.member_session;
    assert.deepEqual(authentication_factors, [factor]);
    assert.equal(+new Date(expires_at), +new Date(rest.expires_at));
    delete rest.expires_at;
    assert.deepEqual(verified, rest);
    await refused(404, "session_not_found", sessions.authenticateJwt({ session_jwt, max_token_age_seconds: 0 }));
  },

  "authenticateJwt asks the API for a JWT that has expired, and gets a new one": async () => {
    const org = await organization();
    const { session_jwt } = await login(org, await member(org));
    await after("6m", async (current_date) => {
      await failed("jwt_invalid", sessions.authenticateJwtLocal({ session_jwt, current_date }));
      const fresh = await sessions.authenticateJwt({ session_jwt, current_date });
      assert.notEqual(fresh.session_jwt, session_jwt);
      await sessions.authenticateJwtLocal({ session_jwt: fresh.session_jwt, current_date });
    });
  },

  "authenticateJwtLocal refuses JWTs that are changed or too old": async () => {
    const org = await organization();
    const { session_jwt } = await login(org, await member(org));
    await failed("jwt_invalid", sessions.authenticateJwtLocal({ session_jwt: `${session_jwt.slice(0, -4)}AAAA` }));
    await failed("jwt_too_old", sessions.authenticateJwtLocal({ session_jwt, max_token_age_seconds: 0 }));
  },
};
