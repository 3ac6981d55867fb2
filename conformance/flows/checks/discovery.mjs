import assert from "node:assert/strict";
import {
  address,
  after,
  api,
  like,
  login,
  mail,
  member,
  organization,
  prove,
  refused,
  signUp,
  token,
  unique,
} from "../harness.mjs";

const { discovery, magicLinks } = api;

// exchangeFor exchanges an intermediate session for one in an organization.
const exchangeFor = (intermediate_session_token, { organization_id }, fields) =>
  discovery.intermediateSessions.exchange({ intermediate_session_token, organization_id, ...fields });

export default {
  "a link for discovery creates nothing, and works once": async () => {
    const email_address = address();
    like(await magicLinks.email.discovery.send({ email_address }), { status_code: 200 });
    const { token: discovery_magic_links_token, link } = await mail(email_address);
    assert.equal(new URL(link).searchParams.get("stytch_token_type"), "discovery");
    const found = await magicLinks.discovery.authenticate({ discovery_magic_links_token });
    like(found, { email_address, intermediate_session_token: token, discovered_organizations: [] });
    await refused(401, "unable_to_auth_magic_link", magicLinks.discovery.authenticate({ discovery_magic_links_token }));
    await refused(
      404,
      "magic_link_not_found",
      magicLinks.discovery.authenticate({ discovery_magic_links_token: "A".repeat(44) }),
    );
    await refused(400, "invalid_email", magicLinks.email.discovery.send({ email_address: "nobody" }));
  },

  "organizations.create makes the person the administrator": async () => {
    const email_address = address();
    const { intermediate_session_token } = await prove(email_address);
    const organization_slug = unique("org");
    const created = await discovery.organizations.create({
      intermediate_session_token,
      organization_name: "Acme",
      organization_slug,
      session_duration_minutes: 30,
      mfa_policy: "OPTIONAL",
      email_invites: "NOT_ALLOWED",
      email_allowed_domains: ["acme.example"],
      email_jit_provisioning: "RESTRICTED",
    });
    like(created, {
      member_authenticated: true,
      session_token: token,
      intermediate_session_token: "",
      mfa_required: null,
      primary_required: null,
    });
    like(created.organization, { organization_slug, email_invites: "NOT_ALLOWED" });
    like(created.member, { email_address, is_admin: true, status: "active", email_address_verified: true });
    assert.deepEqual(created.member_session.roles.toSorted(), ["stytch_admin", "stytch_member"]);
    await refused(
      404,
      "intermediate_session_not_found",
      discovery.organizations.create({ intermediate_session_token }),
    );
    await refused(
      400,
      "organization_slug_already_used",
      discovery.organizations.create({
        intermediate_session_token: (await prove(address())).intermediate_session_token,
        organization_name: "x",
        organization_slug,
      }),
    );
  },

  "organizations.create makes name and slug from the address": async () => {
    const label = unique("label");
    const { intermediate_session_token } = await prove(address(`${label}.example`));
    const { organization: made } = await discovery.organizations.create({ intermediate_session_token });
    assert.ok(made.organization_slug.includes(label), made.organization_slug);
    assert.ok(made.organization_name.toLowerCase().includes(label), made.organization_name);
  },

  "organizations.list tells memberships apart, and what each still needs": async () => {
    const domain = `${unique("domain")}.example`;
    const email_address = address(domain);
    const [active, pending, invited, eligible] = [
      await organization(),
      await organization(),
      await organization(),
      await organization({ email_allowed_domains: [domain], email_jit_provisioning: "RESTRICTED" }),
    ];
    await member(active, { email_address });
    await member(pending, { email_address, create_member_as_pending: true });
    await magicLinks.email.invite({ organization_id: invited.organization_id, email_address });
    await login(
      eligible,
      (
        await magicLinks.email.loginOrSignup({
          organization_id: eligible.organization_id,
          email_address: address(domain),
        })
      ).member,
    );
    const { intermediate_session_token, discovered_organizations } = await prove(email_address);
    const types = Object.fromEntries(
      discovered_organizations.map((d) => [d.organization.organization_id, d.membership.type]),
    );
    assert.deepEqual(types, {
      [active.organization_id]: "active_member",
      [pending.organization_id]: "pending_member",
      [invited.organization_id]: "invited_member",
      [eligible.organization_id]: "eligible_to_join_by_email_domain",
    });
    for (const found of discovered_organizations) {
      like(found, { member_authenticated: true, primary_required: null, mfa_required: null });
    }
    const joinable = discovered_organizations.find((d) => d.membership.type.startsWith("eligible"));
    assert.deepEqual([joinable.membership.member, joinable.membership.details], [null, { domain }]);
    const listed = await discovery.organizations.list({ intermediate_session_token });
    like(listed, { email_address, discovered_organizations });
  },

  "organizations.list for a session has memberships alone": async () => {
    const domain = `${unique("domain")}.example`;
    const admin = await signUp({}, address(domain));
    const { session_token, session_jwt } = admin;
    for (const selector of [{ session_token }, { session_jwt }]) {
      const { discovered_organizations } = await discovery.organizations.list(selector);
      assert.deepEqual(
        discovered_organizations.map((d) => d.membership.type),
        ["active_member"],
      );
    }
    await refused(400, "no_session_arguments", discovery.organizations.list({}));
    await refused(
      404,
      "intermediate_session_not_found",
      discovery.organizations.list({ intermediate_session_token: "A".repeat(44) }),
    );
    await refused(400, "invalid_session_token", discovery.organizations.list({ intermediate_session_token: "short" }));
  },

  "exchange logs a member in, and uses the token up": async () => {
    const org = await organization();
    const { email_address, member_id } = await member(org);
    const { intermediate_session_token } = await prove(email_address);
    const exchanged = await exchangeFor(intermediate_session_token, org, { session_duration_minutes: 5 });
    like(exchanged, {
      member_id,
      organization: org,
      member_authenticated: true,
      session_token: token,
      intermediate_session_token: "",
      mfa_required: null,
      primary_required: null,
      member_device: null,
    });
    await refused(404, "intermediate_session_not_found", exchangeFor(intermediate_session_token, org));
  },

  "exchange makes a stranger a member only where the domain may join": async () => {
    const domain = `${unique("domain")}.example`;
    const org = await organization({ email_allowed_domains: [domain], email_jit_provisioning: "RESTRICTED" });
    await login(org, await member(org, { email_address: address(domain) }));
    const email_address = address(domain);
    const { intermediate_session_token } = await prove(email_address);
    const refusal = exchangeFor(intermediate_session_token, await organization());
    await refused(400, "email_jit_provisioning_not_allowed", refusal);
    const joined = await exchangeFor(intermediate_session_token, org);
    like(joined.member, { email_address, status: "active" });
  },

  "exchange returns the same token where a factor is missing": async () => {
    const strict = await organization({ mfa_policy: "REQUIRED_FOR_ALL" });
    const sso = await organization({ auth_methods: "RESTRICTED", allowed_auth_methods: ["sso"] });
    const email_address = address();
    for (const org of [strict, sso]) await member(org, { email_address });
    const { intermediate_session_token } = await prove(email_address);
    like(await exchangeFor(intermediate_session_token, strict), {
      member_authenticated: false,
      intermediate_session_token,
      session_token: "",
      session_jwt: "",
      member_session: null,
      mfa_required: { member_options: null, secondary_auth_initiated: null },
      primary_required: null,
    });
    like(await exchangeFor(intermediate_session_token, sso), {
      member_authenticated: false,
      intermediate_session_token,
      primary_required: { allowed_auth_methods: ["sso"] },
    });
  },

  "an intermediate session ends after ten minutes": async () => {
    const org = await organization();
    const { email_address } = await member(org);
    const { intermediate_session_token } = await prove(email_address);
    await after("10m1s", () =>
      refused(404, "intermediate_session_not_found", exchangeFor(intermediate_session_token, org)),
    );
    await exchangeFor(intermediate_session_token, org);
  },
};
