import assert from "node:assert/strict";
import { address, api, as, like, login, mail, member, organization, refused, signUp } from "../harness.mjs";

const { members } = api.organizations;

export default {
  "startEmailUpdate changes the address by the login that follows": async () => {
    const org = await organization();
    const { organization_id } = org;
    const somebody = await login(org, await member(org));
    const { member_id } = somebody;
    const [old, next] = [somebody.member.email_address, address()];
    const started = await members.startEmailUpdate({
      organization_id,
      member_id,
      email_address: next,
      login_redirect_url: "https://app.example/changed",
    });
    assert.equal(started.member.email_address, old);
    const { token, link } = await mail(next);
    assert.ok(link.startsWith("https://app.example/changed?"));
    const { member: changed } = await api.magicLinks.authenticate({ magic_links_token: token });
    like(changed, { member_id, email_address: next, email_address_verified: true });
    assert.deepEqual(
      changed.retired_email_addresses.map((r) => r.email_address),
      [old],
    );
  },

  "startEmailUpdate sends a code instead, if that is asked for": async () => {
    const org = await organization();
    const { organization_id } = org;
    const { member_id } = await login(org, await member(org));
    const email_address = address();
    await members.startEmailUpdate({ organization_id, member_id, email_address, delivery_method: "EMAIL_OTP" });
    const { code } = await mail(email_address);
    const changed = await api.otps.email.authenticate({ organization_id, email_address, code });
    like(changed.member, { member_id, email_address });
  },

  "startEmailUpdate refuses members without a verified address, and addresses that are taken": async () => {
    const org = await organization();
    const { organization_id } = org;
    const fresh = await member(org);
    const start = ({ member_id }, email_address) =>
      members.startEmailUpdate({ organization_id, member_id, email_address });
    await refused(400, "member_has_no_active_verified_email", start(fresh, address()));
    const known = await login(org, await member(org));
    await refused(400, "duplicate_member_email", start(known, fresh.email_address));
    await refused(400, "invalid_email", start(known, "nobody"));
    await refused(404, "member_not_found", start({ member_id: "none" }, address()));
  },

  "an address that update replaces is retired, and nobody else can have it until it is unlinked": async () => {
    const org = await organization();
    const { organization_id } = org;
    const { member_id, email_address } = await member(org);
    const { member: changed } = await members.update({ organization_id, member_id, email_address: address() });
    like(changed, { email_address_verified: false });
    assert.deepEqual(
      changed.retired_email_addresses.map((r) => r.email_address),
      [email_address],
    );
    await refused(400, "retired_member_email", members.create({ organization_id, email_address }));
    const [{ email_id }] = changed.retired_email_addresses;
    const unlinked = await members.unlinkRetiredEmail({ organization_id, member_id, email_id });
    assert.deepEqual(unlinked.member.retired_email_addresses, []);
    await members.create({ organization_id, email_address });
    await refused(404, "email_not_found", members.unlinkRetiredEmail({ organization_id, member_id, email_id }));
  },

  "unlinkRetiredEmail takes an address too, and refuses neither": async () => {
    const admin = await signUp();
    const { organization_id } = admin.organization;
    const { member_id, email_address } = await member(admin.organization);
    await members.update({ organization_id, member_id, email_address: address() });
    await refused(
      400,
      "retired_email_missing_email_identifiers",
      members.unlinkRetiredEmail({ organization_id, member_id }),
    );
    await members.unlinkRetiredEmail({ organization_id, member_id, email_address }, as(admin));
  },

  "update with unlink_email does not keep the old address": async () => {
    const org = await organization();
    const { organization_id } = org;
    const { member_id } = await member(org);
    const { member: changed } = await members.update({
      organization_id,
      member_id,
      email_address: address(),
      unlink_email: true,
    });
    assert.deepEqual(changed.retired_email_addresses, []);
  },
};
