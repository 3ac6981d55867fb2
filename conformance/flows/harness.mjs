// What checks have in common: clients, the emulator's control endpoints, and people who log in.
import assert from "node:assert/strict";
import { createHash, createSign } from "node:crypto";
import stytch from "stytch";

export const {
  STYTCH_BASE_URL: base,
  STYTCH_PROJECT_ID: projectID,
  STYTCH_SECRET: secret,
  STYTCH_PUBLIC_TOKEN: publicToken,
} = process.env;

console.warn = () => {}; // the SDK warns about addresses that are not Stytch's

// connect returns a client of Stytch's SDK.
export const connect = (config) => new stytch.B2BClient({ project_id: projectID, secret, env: base, ...config });

export const api = connect();

// as is the option that makes a call act for the session of somebody who has logged in.
export const as = ({ session_token }) => ({ authorization: { session_token } });

// refused checks that a call is refused with a status and an error type, and returns the error. It must be complete,
// and its address that of the error in the documentation.
export async function refused(status, type, call) {
  const error = await call.then(
    (response) => assert.fail(`not refused: ${JSON.stringify(response)}`),
    (e) => e,
  );
  assert.ok(error instanceof stytch.StytchError, error);
  assert.deepEqual([error.status_code, error.error_type], [status, type], error.message);
  assert.match(error.request_id, id("request-id"));
  assert.ok(error.error_message);
  assert.ok(error.error_url.endsWith(`/api/errors/${status}#${type}`), error.error_url);
  return error;
}

// id matches the ids of a kind of object.
export const id = (kind) =>
  new RegExp(`^${kind}-test-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`);

// token matches opaque tokens.
export const token = /^[\w-]{44}$/;

// instant matches times.
export const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

// like checks that an object has the members of another one, and possibly more. A regular expression must match.
export function like(actual, expected) {
  for (const [name, want] of Object.entries(expected)) {
    if (want instanceof RegExp) assert.match(actual[name], want, name);
    else assert.deepEqual(actual[name], want, name);
  }
}

// control calls a control endpoint of the emulator.
export async function control(path, body) {
  const response = await fetch(`${base}/_emulator/${path}`, body && { method: "POST", body: JSON.stringify(body) });
  const answer = await response.json();
  assert.ok(response.ok, answer.error);
  return answer;
}

// mail is the newest message to an address.
export const mail = async (to) => (await control(`inbox?to=${encodeURIComponent(to)}`))[0];

// after moves the emulator's clock, calls run with the new time, and moves the clock back.
export async function after(duration, run) {
  const { now } = await control("clock", { advance: duration });
  try {
    return await run(new Date(now));
  } finally {
    await control("clock", { advance: duration.startsWith("-") ? duration.slice(1) : `-${duration}` });
  }
}

// edit changes the state of the emulator, for what no implemented operation makes.
export async function edit(change) {
  const snapshot = await control("snapshot");
  change(snapshot.state);
  await control("snapshot", snapshot);
}

// row is the member of a state with an id.
export const row = (state, { member_id }) => state.members.find((m) => m.member_id === member_id);

// password satisfies every policy, and so does another.
export const password = "Violet trombone 58 lagoon";
export const another = "Copper umbrella 31 tundra";

// withPassword gives a member a password as it would come from another system, and returns the member.
export const withPassword = async ({ organization_id }, { email_address }, fields) =>
  (
    await api.passwords.migrate({
      organization_id,
      email_address,
      hash: createHash("md5").update(password).digest("hex"),
      hash_type: "md_5",
      ...fields,
    })
  ).member;

let n = 0;

// unique returns a name that nothing else has.
export const unique = (name) => `${name}-${++n}`;

// address returns an e-mail address that nobody else has.
export const address = (domain = "example.com") => `${unique("person")}@${domain}`;

// organization creates an organization, and returns it.
export async function organization(settings) {
  const slug = unique("org");
  const created = await api.organizations.create({ organization_name: slug, organization_slug: slug, ...settings });
  return created.organization;
}

// member creates an active member of an organization, and returns the member.
export async function member({ organization_id }, fields) {
  const created = await api.organizations.members.create({ organization_id, email_address: address(), ...fields });
  return created.member;
}

// login logs a member in by a magic link.
export async function login({ organization_id }, { email_address }, fields) {
  await api.magicLinks.email.loginOrSignup({ organization_id, email_address });
  return api.magicLinks.authenticate({ magic_links_token: (await mail(email_address)).token, ...fields });
}

// prove returns the response to a discovery link that was sent to an address.
export async function prove(email_address) {
  await api.magicLinks.email.discovery.send({ email_address });
  return api.magicLinks.discovery.authenticate({ discovery_magic_links_token: (await mail(email_address)).token });
}

// signUp creates an organization whose administrator has just logged in.
export async function signUp(settings, email_address = address()) {
  const { intermediate_session_token } = await prove(email_address);
  const slug = unique("org");
  return api.discovery.organizations.create({
    intermediate_session_token,
    organization_name: slug,
    organization_slug: slug,
    ...settings,
  });
}

// jwt signs claims by RS256.
export function jwt(key, header, claims) {
  const encode = (part) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const text = `${encode({ alg: "RS256", typ: "JWT", ...header })}.${encode(claims)}`;
  return `${text}.${createSign("RSA-SHA256").update(text).sign(key, "base64url")}`;
}

// decode returns the claims of a JWT.
export const decode = (text) => JSON.parse(Buffer.from(text.split(".")[1], "base64url"));

// mapping is the attribute mapping of connections that are made here.
export const mapping = { email: "mail", full_name: "cn", groups: "memberOf" };

// connected creates a SAML connection that is active. Its certificate is the emulator's own.
export async function connected({ organization_id }) {
  const { connection } = await api.sso.saml.createConnection({ organization_id, display_name: "Okta" });
  const key = { organization_id, connection_id: connection.connection_id };
  const updated = await api.sso.saml.updateConnection({
    ...key,
    idp_entity_id: `urn:${key.connection_id}`,
    idp_sso_url: "https://idp.example/sso",
    attribute_mapping: mapping,
    x509_certificate: connection.signing_certificates[0].certificate,
  });
  assert.equal(updated.connection.status, "active");
  return { key, connection: updated.connection };
}
