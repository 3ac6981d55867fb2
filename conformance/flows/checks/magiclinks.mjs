import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  address,
  after,
  api,
  as,
  decode,
  id,
  like,
  login,
  mail,
  member,
  organization,
  refused,
  signUp,
  token,
} from "../harness.mjs";

const { magicLinks } = api;

export default {
  "loginOrSignup sends a link that leads to the redirect URL, and authenticate logs in": async () => {
    const org = await organization();
    const { organization_id } = org;
    const somebody = await member(org);
    const sent = await magicLinks.email.loginOrSignup({
      organization_id,
      email_address: somebody.email_address,
      login_redirect_url: "https://app.example/in?a=b",
    });
    like(sent, { member_created: false, member_id: somebody.member_id, member: somebody, organization: org });
    const { link, token: magic_links_token } = await mail(somebody.email_address);
    const query = new URL(link).searchParams;
    assert.deepEqual(
      [query.get("a"), query.get("stytch_token_type"), query.get("token")],
      ["b", "multi_tenant_magic_links", magic_links_token],
    );
    assert.match(magic_links_token, token);
    const response = await magicLinks.authenticate({ magic_links_token });
    like(response, {
      status_code: 200,
      member_id: somebody.member_id,
      organization_id,
      organization: org,
      member_authenticated: true,
      method_id: id("email"),
      session_token: token,
      intermediate_session_token: "",
      mfa_required: null,
      primary_required: null,
      member_device: null,
    });
    like(response.member, { status: "active", email_address_verified: true });
    await refused(401, "unable_to_auth_magic_link", magicLinks.authenticate({ magic_links_token }));
  },

  "a session has the factor, the roles and the claims that were asked for": async () => {
    const org = await organization();
    const somebody = await login(org, await member(org), {
      session_duration_minutes: 90,
      session_custom_claims: { tier: "gold", sub: "ignored" },
    });
    const { member_session: session, session_jwt } = somebody;
    like(session, {
      member_session_id: id("member-session"),
      member_id: somebody.member_id,
      organization_id: org.organization_id,
      organization_slug: org.organization_slug,
      roles: ["stytch_member"],
      custom_claims: { tier: "gold" },
    });
    assert.equal(new Date(session.expires_at) - new Date(session.started_at), 90 * 60_000);
    const [{ last_authenticated_at, created_at, updated_at, ...factor }] = session.authentication_factors;
    assert.deepEqual(factor, {
      type: "magic_link",
      delivery_method: "email",
      email_factor: { email_id: somebody.method_id, email_address: somebody.member.email_address },
    });
    const claims = decode(session_jwt);
    assert.deepEqual([claims.sub, claims.tier, claims.exp - claims.iat], [somebody.member_id, "gold", 300]);
  },

  "loginOrSignup creates a pending member only where the domain may join": async () => {
    const org = await organization({ email_allowed_domains: ["join.example"], email_jit_provisioning: "RESTRICTED" });
    const { organization_id } = org;
    const email_address = address("join.example");
    const sent = await magicLinks.email.loginOrSignup({ organization_id, email_address });
    like(sent, { member_created: true, member_id: id("member") });
    assert.equal(sent.member.status, "pending");
    const { member: joined } = await magicLinks.authenticate({ magic_links_token: (await mail(email_address)).token });
    like(joined, { member_id: sent.member_id, status: "active" });
    await refused(
      400,
      "invalid_email_for_jit_provisioning",
      magicLinks.email.loginOrSignup({ organization_id, email_address: address("other.example") }),
    );
    await refused(
      400,
      "email_jit_provisioning_not_allowed",
      magicLinks.email.loginOrSignup({
        organization_id: (await organization()).organization_id,
        email_address: address(),
      }),
    );
  },

  "invite makes an invited member, whom the link makes an active one": async () => {
    const admin = await signUp();
    const { organization_id } = admin.organization;
    const email_address = address();
    const invited = await magicLinks.email.invite(
      {
        organization_id,
        email_address,
        name: "Bob",
        roles: ["stytch_admin"],
        invited_by_member_id: admin.member_id,
        invite_redirect_url: "https://app.example/welcome",
      },
      as(admin),
    );
    like(invited.member, { status: "invited", name: "Bob", is_admin: true });
    const { token: magic_links_token, link } = await mail(email_address);
    assert.ok(link.startsWith("https://app.example/welcome?"));
    like((await magicLinks.authenticate({ magic_links_token })).member, {
      status: "active",
      member_id: invited.member_id,
    });
    await refused(400, "duplicate_member_email", magicLinks.email.invite({ organization_id, email_address }));
    const plain = await login(admin.organization, await member(admin.organization));
    await refused(
      403,
      "session_authorization_error",
      magicLinks.email.invite({ organization_id, email_address: address() }, as(plain)),
    );
  },

  "an organization decides whom it invites": async () => {
    const { organization_id } = await organization({
      email_invites: "RESTRICTED",
      email_allowed_domains: ["in.example"],
    });
    await magicLinks.email.invite({ organization_id, email_address: address("in.example") });
    await refused(
      400,
      "invalid_email_for_invites",
      magicLinks.email.invite({ organization_id, email_address: address("out.example") }),
    );
  },

  "a link is valid for an hour, an invitation for a week, and any for what is asked for": async () => {
    const org = await organization();
    const { organization_id } = org;
    const { email_address } = await member(org);
    const invited = address();
    await magicLinks.email.loginOrSignup({ organization_id, email_address });
    await magicLinks.email.invite({ organization_id, email_address: invited });
    const { token: magic_links_token } = await mail(email_address);
    await after("1h1s", async () => {
      await refused(401, "unable_to_auth_magic_link", magicLinks.authenticate({ magic_links_token }));
      await magicLinks.email.loginOrSignup({ organization_id, email_address, login_expiration_minutes: 5 });
    });
    const { token: short } = await mail(email_address);
    await after("1h5m2s", () =>
      refused(401, "unable_to_auth_magic_link", magicLinks.authenticate({ magic_links_token: short })),
    );
    await after("167h", async () => magicLinks.authenticate({ magic_links_token: (await mail(invited)).token }));
    await refused(
      400,
      "invalid_expiration",
      magicLinks.email.loginOrSignup({ organization_id, email_address, login_expiration_minutes: 4 }),
    );
  },

  "a link with a challenge needs its verifier": async () => {
    const org = await organization();
    const { organization_id } = org;
    const { email_address } = await member(org);
    const verifier = "v".repeat(43);
    await magicLinks.email.loginOrSignup({
      organization_id,
      email_address,
      pkce_code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    });
    const { token: magic_links_token } = await mail(email_address);
    await refused(400, "pkce_expected_code_verifier", magicLinks.authenticate({ magic_links_token }));
    await refused(
      400,
      "pkce_mismatch",
      magicLinks.authenticate({ magic_links_token, pkce_code_verifier: "w".repeat(43) }),
    );
    await magicLinks.authenticate({ magic_links_token, pkce_code_verifier: verifier });
  },

  "an organization that restricts auth methods refuses the others, but not to its breakglass members": async () => {
    const org = await organization({ auth_methods: "RESTRICTED", allowed_auth_methods: ["sso"] });
    const { organization_id } = org;
    const { email_address } = await member(org);
    await refused(
      400,
      "operation_restricted_by_organization_auth_methods",
      magicLinks.email.loginOrSignup({ organization_id, email_address }),
    );
    await login(org, await member(org, { is_breakglass: true }));
  },

  "a login without its second factor returns an intermediate session and what is missing": async () => {
    const org = await organization({ mfa_policy: "REQUIRED_FOR_ALL" });
    like(await login(org, await member(org)), {
      member_authenticated: false,
      session_token: "",
      session_jwt: "",
      member_session: null,
      primary_required: null,
      mfa_required: { member_options: null, secondary_auth_initiated: null },
      intermediate_session_token: token,
    });
    const { mfa_required } = await login(org, await member(org, { mfa_phone_number: "+12025550166" }));
    assert.deepEqual(mfa_required.member_options, { mfa_phone_number: "+12025550166", totp_registration_id: "" });
  },

  "authenticate adds the factor to a session of the same member": async () => {
    const org = await organization();
    const first = await login(org, await member(org));
    const again = await login(org, first.member, { session_token: first.session_token });
    assert.equal(again.member_session.member_session_id, first.member_session.member_session_id);
    assert.equal(again.member_session.authentication_factors.length, 1);
    await api.sessions.authenticate({ session_token: first.session_token });
    await refused(
      400,
      "too_many_session_arguments",
      magicLinks.authenticate({
        magic_links_token: "A".repeat(44),
        session_token: first.session_token,
        session_jwt: first.session_jwt,
      }),
    );
  },

  "an unknown token, a bad address and a bad redirect URL are refused": async () => {
    const { organization_id } = await organization();
    await refused(404, "magic_link_not_found", magicLinks.authenticate({ magic_links_token: "A".repeat(44) }));
    await refused(400, "invalid_email", magicLinks.email.loginOrSignup({ organization_id, email_address: "nobody" }));
    await refused(
      400,
      "invalid_login_magic_link_url",
      magicLinks.email.loginOrSignup({
        organization_id,
        email_address: address(),
        login_redirect_url: "nowhere",
      }),
    );
    await refused(
      404,
      "organization_not_found",
      magicLinks.email.loginOrSignup({ organization_id: "none", email_address: address() }),
    );
  },

  "the sandbox's values answer as documented": async () => {
    const organization_id = "organization-test-007d9d4a-deac-4a87-ba0a-e6e8afba4d4b";
    await magicLinks.email.loginOrSignup({ organization_id, email_address: "sandbox@stytch.com" });
    const authenticate = (magic_links_token) => magicLinks.authenticate({ magic_links_token });
    const response = await authenticate("DOYoip3rvIMMW5lgItikFK-Ak1CfMsgjuiCyI7uuU94=");
    like(response, { organization_id, member_authenticated: true });
    const { member_session } = await api.sessions.authenticateJwt({ session_jwt: response.session_jwt });
    assert.equal(member_session.organization_id, organization_id);
    await refused(401, "unable_to_auth_magic_link", authenticate("3pzjQpgksDlGKWEwUq2Up--hCHC_0oamfLHyfspKDFU="));
    await refused(404, "magic_link_not_found", authenticate("CprTtwhnRNiMBiUS2jSLcWYrfuO2POeBNdo5HhW6qTM="));
  },
};
