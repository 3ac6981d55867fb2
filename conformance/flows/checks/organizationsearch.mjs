import assert from "node:assert/strict";
import { address, api, connected, member, organization, refused, unique } from "../harness.mjs";

const { organizations } = api;

// search returns the ids that a query finds, oldest first.
async function search(operator, ...operands) {
  const found = await organizations.search({ query: { operator, operands } });
  return found.organizations.map((o) => o.organization_id);
}

const by = (filter_name, filter_value) => search("AND", { filter_name, filter_value });

export default {
  "search finds by each filter": async () => {
    const domain = `${unique("domain")}.example`;
    const org = await organization({
      organization_name: `Search ${unique("name")}`,
      organization_external_id: unique("external"),
      email_allowed_domains: [domain],
      email_invites: "RESTRICTED",
      claimed_email_domains: [domain],
    });
    const only = [org.organization_id];
    const somebody = await member(org, { email_address: address(domain) });
    const { connection_id } = (await connected(org)).connection;
    for (const [filter, value] of Object.entries({
      organization_ids: [org.organization_id],
      organization_slugs: [org.organization_slug],
      organization_name_fuzzy: org.organization_name.slice(2).toUpperCase(),
      organization_slug_fuzzy: org.organization_slug,
      member_emails: [somebody.email_address.toUpperCase()],
      member_email_fuzzy: somebody.email_address.slice(0, -2),
      allowed_domains: [domain],
      allowed_domain_fuzzy: domain.slice(1),
      claimed_email_domains: [domain],
      has_active_sso_connection: true,
      sso_connection_id: connection_id,
    })) {
      assert.deepEqual(await by(filter, value), only, filter);
    }
    assert.deepEqual(await by("organization_ids", [org.organization_external_id]), only);
    assert.ok(!(await by("has_active_sso_connection", false)).includes(org.organization_id));
  },

  "search finds what satisfies all operands, or with OR one of them": async () => {
    const [a, b] = [await organization(), await organization()];
    const operands = [a, b].map((o) => ({ filter_name: "organization_slugs", filter_value: [o.organization_slug] }));
    assert.deepEqual(await search("AND", ...operands), []);
    assert.deepEqual(await search("OR", ...operands), [a.organization_id, b.organization_id]);
  },

  "search pages through all, each once": async () => {
    const ids = [];
    for (let i = 0; i < 5; i++) ids.push((await organization()).organization_id);
    const query = { operator: "AND", operands: [{ filter_name: "organization_ids", filter_value: ids }] };
    const seen = [];
    let cursor;
    do {
      const page = await organizations.search({ query, limit: 2, cursor });
      assert.equal(page.results_metadata.total, 5);
      assert.equal(page.organizations.length, seen.length < 4 ? 2 : 1);
      seen.push(...page.organizations.map((o) => o.organization_id));
      cursor = page.results_metadata.next_cursor;
    } while (cursor);
    assert.equal(cursor, null);
    assert.deepEqual(seen, ids);
  },

  "search without a query finds everything": async () => {
    await organization();
    const {
      organizations: found,
      results_metadata: { total },
    } = await organizations.search({});
    assert.ok(total >= 1);
    assert.equal(found.length, Math.min(total, 100));
  },

  "search refuses unknown filters, values of another type, and pages that are too long": async () => {
    await refused(400, "organization_search_filter_name_not_recognized", by("color", "red"));
    await refused(400, "organization_search_expected_array_of_strings", by("organization_ids", "one"));
    await refused(400, "organization_search_expected_boolean", by("has_active_sso_connection", "yes"));
    await refused(400, "organization_search_organization_name_fuzzy_too_short", by("organization_name_fuzzy", "ab"));
    await refused(400, "bad_request", organizations.search({ limit: 1001 }));
  },

  "search refuses a filter without a value, a name that is no text, and operands without an operator": async () => {
    await refused(400, "organization_search_missing_organization_slugs", by("organization_slugs"));
    await refused(400, "organization_search_missing_organization_ids", by("organization_ids", []));
    await refused(400, "organization_search_missing_has_active_sso_connection", by("has_active_sso_connection", null));
    await refused(400, "organization_search_filter_name_must_be_string", by(5, "x"));
    const operands = [{ filter_name: "organization_name_fuzzy", filter_value: "abc" }];
    await refused(400, "bad_request", organizations.search({ query: { operands } }));
  },
};
