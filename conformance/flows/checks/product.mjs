// The life of a product: its customers are organizations, whose people sign up, invite others and work.
import assert from "node:assert/strict";
import { address, after, api, as, connect, like, mail, prove, refused, unique } from "../harness.mjs";

const { discovery, magicLinks, organizations, sessions } = api;
const domain = `${unique("domain")}.example`;

// What one check leaves to the next.
let acme;
let ada; // signed up, and is the administrator
let bob; // was invited
let eve; // joined by the domain
let other; // Ada's second organization

export default {
  "Ada signs up by discovery, and is the administrator of a new organization": async () => {
    const email_address = address(domain);
    const found = await prove(email_address);
    assert.deepEqual(found.discovered_organizations, []);
    ada = await discovery.organizations.create({
      intermediate_session_token: found.intermediate_session_token,
      organization_name: "Acme",
      organization_slug: unique("acme"),
    });
    acme = ada.organization;
    assert.equal(ada.member.is_admin, true);
    const session = await sessions.authenticateJwtLocal({ session_jwt: ada.session_jwt });
    assert.equal(session.organization_id, acme.organization_id);
  },

  "Ada invites Bob, who accepts": async () => {
    const email_address = address("elsewhere.example");
    const { organization_id } = acme;
    const { member: invited } = await magicLinks.email.invite({ organization_id, email_address }, as(ada));
    assert.equal(invited.status, "invited");
    bob = await magicLinks.authenticate({ magic_links_token: (await mail(email_address)).token });
    like(bob.member, { status: "active", is_admin: false, member_id: invited.member_id });
  },

  "Bob may change his name, but not invite": async () => {
    const { organization_id } = acme;
    const { member_id } = bob;
    await organizations.members.update({ organization_id, member_id, name: "Bob" }, as(bob));
    await refused(
      403,
      "session_authorization_error",
      magicLinks.email.invite({ organization_id, email_address: address() }, as(bob)),
    );
  },

  "Ada lets people of her domain join, and Eve does": async () => {
    const { organization_id } = acme;
    const email_address = address(domain);
    const { discovered_organizations: none } = await prove(email_address);
    assert.deepEqual(none, []);
    await organizations.update(
      {
        organization_id,
        email_jit_provisioning: "RESTRICTED",
        email_allowed_domains: [domain],
      },
      as(ada),
    );
    const {
      intermediate_session_token,
      discovered_organizations: [found],
    } = await prove(email_address);
    assert.equal(found.membership.type, "eligible_to_join_by_email_domain");
    eve = await discovery.intermediateSessions.exchange({ intermediate_session_token, organization_id });
    like(eve, { member_authenticated: true });
    assert.equal((await organizations.metrics({ organization_id })).member_count, 3);
  },

  "Ada makes a role of her own for Eve, whose session has it at once": async () => {
    const { organization_id } = acme;
    await api.rbac.organizations.setOrgPolicy({
      organization_id,
      org_policy: {
        roles: [{ role_id: "editor", description: "", permissions: [{ resource_id: "documents", actions: ["*"] }] }],
      },
    });
    await organizations.members.update({ organization_id, member_id: eve.member_id, roles: ["editor"] }, as(ada));
    const { session_jwt, member_session } = await sessions.authenticate({ session_token: eve.session_token });
    assert.deepEqual(member_session.roles.toSorted(), ["editor", "stytch_member"]);
    const authorization_check = { organization_id, resource_id: "documents", action: "write" };
    const local = await connect().sessions.authenticateJwt({ session_jwt, authorization_check });
    assert.equal(local.member_session.member_id, eve.member_id);
    await refused(
      403,
      "session_authorization_error",
      connect().sessions.authenticateJwt({ session_jwt: bob.session_jwt, authorization_check }),
    );
  },

  "Ada has a second organization, and switches between the two": async () => {
    const {
      intermediate_session_token,
      discovered_organizations: [first],
    } = await prove(ada.member.email_address);
    like(first, { member_authenticated: true });
    other = await discovery.organizations.create({ intermediate_session_token, organization_name: "Other" });
    const { discovered_organizations } = await discovery.organizations.list({ session_token: other.session_token });
    assert.equal(discovered_organizations.length, 2);
    const back = await sessions.exchange({
      session_token: other.session_token,
      organization_id: acme.organization_slug,
    });
    like(back, { member_id: ada.member_id, member_authenticated: true });
    assert.notEqual(back.member_session.member_session_id, ada.member_session.member_session_id);
  },

  "Ada requires a second factor, which counts for new logins": async () => {
    const { organization_id } = acme;
    await organizations.update({ organization_id, mfa_policy: "REQUIRED_FOR_ALL" }, as(ada));
    await sessions.authenticate({ session_token: bob.session_token });
    await api.otps.email.loginOrSignup({ organization_id, email_address: bob.member.email_address });
    const { code } = await mail(bob.member.email_address);
    const login = await api.otps.email.authenticate({ organization_id, email_address: bob.member.email_address, code });
    like(login, { member_authenticated: false, session_token: "", member_session: null, primary_required: null });
    await organizations.update({ organization_id, mfa_policy: "OPTIONAL" }, as(ada));
  },

  "Ada signs Bob out everywhere, and his JWT lasts five minutes at most": async () => {
    const { session_jwt } = await sessions.authenticate({ session_token: bob.session_token });
    await sessions.revoke({ member_id: bob.member_id }, as(ada));
    await refused(404, "session_not_found", sessions.authenticate({ session_token: bob.session_token }));
    await sessions.authenticateJwtLocal({ session_jwt });
    await after("5m1s", (current_date) =>
      refused(404, "session_not_found", sessions.authenticateJwt({ session_jwt, current_date })),
    );
  },

  "Ada removes Eve, who cannot return until she is brought back": async () => {
    const { organization_id } = acme;
    const {
      member_id,
      member: { email_address },
    } = eve;
    await organizations.members.delete({ organization_id, member_id }, as(ada));
    await refused(404, "session_not_found", sessions.authenticate({ session_token: eve.session_token }));
    await organizations.members.reactivate({ organization_id, member_id }, as(ada));
    await magicLinks.email.loginOrSignup({ organization_id, email_address });
    const again = await magicLinks.authenticate({ magic_links_token: (await mail(email_address)).token });
    like(again, { member_id, member_authenticated: true });
  },

  "Ada closes the organization, and everybody is signed out": async () => {
    const { organization_id } = acme;
    await organizations.delete({ organization_id }, as(ada));
    await refused(404, "session_not_found", sessions.authenticate({ session_token: ada.session_token }));
    await sessions.authenticate({ session_token: other.session_token });
    const { discovered_organizations } = await prove(ada.member.email_address);
    assert.deepEqual(
      discovered_organizations.map((d) => d.organization.organization_id),
      [other.organization.organization_id],
    );
  },
};
