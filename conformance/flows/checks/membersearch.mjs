import assert from "node:assert/strict";
import { api, as, edit, login, member, organization, refused, row, signUp, unique, withPassword } from "../harness.mjs";

const { members } = api.organizations;

const search = async ({ organization_id }, operator, ...operands) => {
  const found = await members.search({ organization_ids: [organization_id], query: { operator, operands } });
  return found.members.map((m) => m.member_id);
};

const by = (org, filter_name, filter_value) => search(org, "AND", { filter_name, filter_value });

export default {
  "search finds by each filter": async () => {
    const org = await organization();
    const [one, other] = [
      await member(org, {
        external_id: unique("external"),
        is_breakglass: true,
        mfa_phone_number: "+12025550163",
        roles: ["stytch_admin"],
        create_member_as_pending: true,
      }),
      await member(org),
    ];
    await withPassword(org, one);
    await edit((state) => {
      row(state, one).totp_registration_id = unique("totp-test");
    });
    const only = [one.member_id];
    for (const [filter, value] of Object.entries({
      member_ids: only,
      member_emails: [one.email_address.toUpperCase()],
      member_email_fuzzy: one.email_address.split("@")[0],
      member_is_breakglass: true,
      statuses: ["pending"],
      member_phone_numbers: ["+12025550163"],
      member_phone_number_fuzzy: "5550163",
      member_mfa_phone_numbers: ["+12025550163"],
      member_mfa_phone_number_fuzzy: "5550163",
      member_password_exists: true,
      totp_exists: true,
      member_roles: ["stytch_admin"],
    })) {
      assert.deepEqual(await by(org, filter, value), only, filter);
    }
    assert.deepEqual(await by(org, "member_ids", [one.external_id]), only);
    assert.deepEqual(await by(org, "member_is_breakglass", false), [other.member_id]);
    assert.deepEqual(await by(org, "member_roles", ["stytch_member"]), [one.member_id, other.member_id]);
    const both = [one, other].map((m) => ({ filter_name: "member_ids", filter_value: [m.member_id] }));
    assert.deepEqual(await search(org, "AND", ...both), []);
    assert.deepEqual(await search(org, "OR", ...both), [one.member_id, other.member_id]);
  },

  "search returns the organizations of the members, by id": async () => {
    const [a, b, without] = [await organization(), await organization(), await organization()];
    const [inA, inB] = [await member(a), await member(b)];
    const found = await members.search({
      organization_ids: [a.organization_slug, b.organization_id, without.organization_id],
    });
    assert.deepEqual(found.members, [inA, inB]);
    assert.deepEqual(found.organizations, { [a.organization_id]: a, [b.organization_id]: b });
    assert.deepEqual(found.results_metadata, { total: 2, next_cursor: null });
  },

  "search pages through all, each once": async () => {
    const org = await organization();
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push((await member(org)).member_id);
    const seen = [];
    let cursor;
    do {
      const page = await members.search({ organization_ids: [org.organization_id], limit: 2, cursor });
      seen.push(...page.members.map((m) => m.member_id));
      cursor = page.results_metadata.next_cursor;
    } while (cursor);
    assert.deepEqual(seen, ids);
  },

  "search leaves out deleted members, unless it asks for them": async () => {
    const org = await organization();
    const { member_id } = await member(org);
    await members.delete({ organization_id: org.organization_id, member_id });
    assert.deepEqual(await by(org, "statuses", ["active", "pending", "invited"]), []);
    assert.deepEqual(await search(org, "AND"), []);
    assert.deepEqual(await by(org, "statuses", ["deleted"]), [member_id]);
  },

  "search refuses no organizations, unknown ones and bad filters": async () => {
    const org = await organization();
    await refused(400, "member_search_organization_ids_empty", members.search({ organization_ids: [] }));
    await refused(404, "organization_not_found", members.search({ organization_ids: ["none"] }));
    await refused(400, "member_search_filter_name_not_recognized", by(org, "color", "red"));
    await refused(400, "member_search_expected_array_of_strings", by(org, "member_ids", "one"));
    await refused(400, "member_search_missing_member_ids", by(org, "member_ids", []));
    await refused(400, "member_search_member_email_fuzzy_too_short", by(org, "member_email_fuzzy", "ab"));
  },

  "search for a session is for administrators, in their own organization": async () => {
    const admin = await signUp();
    const organization_ids = [admin.organization.organization_id];
    assert.equal((await members.search({ organization_ids }, as(admin))).members.length, 1);
    const plain = await login(admin.organization, await member(admin.organization));
    await refused(403, "session_authorization_error", members.search({ organization_ids }, as(plain)));
    await refused(403, "session_authorization_tenancy_error", members.search({ organization_ids }, as(await signUp())));
  },
};
