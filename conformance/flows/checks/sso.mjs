import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { address, api, as, base, connected, id, like, login, mapping, member, organization, refused, signUp, token } from "../harness.mjs";

const { sso } = api;

// served runs a check with the URL of a server that answers with a document.
async function served(document, run) {
  const server = createServer((_, response) => response.end(document(`http://127.0.0.1:${server.address().port}`)));
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    return await run(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.close();
  }
}

// metadata is that of a SAML provider with the certificate of a connection.
const metadata = (entity, pem) => `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${entity}">
  <IDPSSODescriptor><KeyDescriptor><KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#"><X509Data>
  <X509Certificate>${pem.replace(/-----[A-Z ]+-----/g, "")}</X509Certificate></X509Data></KeyInfo></KeyDescriptor>
  <SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect" Location="https://idp.example/sso"/>
  </IDPSSODescriptor></EntityDescriptor>`;

// arrive is the token with which a browser comes back from a login by a connection.
async function arrive({ connection_id }, login_hint, parameters) {
  const query = new URLSearchParams({
    public_token: process.env.STYTCH_PUBLIC_TOKEN,
    connection_id,
    login_hint,
    login_redirect_url: "https://app.example/login",
    signup_redirect_url: "https://app.example/signup",
    ...parameters,
  });
  const response = await fetch(`${base}/v1/public/sso/start?${query}`, { redirect: "manual" });
  const to = new URL(response.headers.get("location"));
  assert.equal(to.searchParams.get("stytch_token_type"), "sso");
  return to.searchParams.get("token");
}

export default {
  "getConnections lists the connections of an organization of all kinds": async () => {
    const admin = await signUp();
    const { organization_id } = admin.organization;
    const { connection, key } = await connected(admin.organization);
    const { connection: oidc } = await sso.oidc.createConnection({ organization_id });
    const found = await sso.getConnections({ organization_id }, as(admin));
    assert.deepEqual(found.saml_connections, [connection]);
    assert.deepEqual(found.oidc_connections, [oidc]);
    assert.deepEqual(found.external_connections, []);
    const { organization: after } = await api.organizations.get({ organization_id });
    assert.equal(after.sso_default_connection_id, key.connection_id);
    like(after.sso_active_connections[0], { connection_id: key.connection_id, display_name: "Okta" });
    await refused(404, "organization_not_found", sso.getConnections({ organization_id: "none" }));
    const plain = await login(admin.organization, await member(admin.organization));
    await refused(403, "session_authorization_error", sso.getConnections({ organization_id }, as(plain)));
  },

  "deleteConnection deletes a connection": async () => {
    const org = await organization();
    const { key } = await connected(org);
    const { connection: second } = await connected(org);
    await refused(400, "cannot_delete_default_sso_connection", sso.deleteConnection(key));
    const { organization_id } = org;
    const { connection_id } = await sso.deleteConnection({ organization_id, connection_id: second.connection_id });
    assert.equal(connection_id, second.connection_id);
    await refused(404, "sso_connection_not_found", sso.deleteConnection({ organization_id, connection_id }));
  },

  "authenticate makes a member of somebody who comes from the identity provider": async () => {
    const org = await organization();
    const { key } = await connected(org);
    await sso.saml.updateConnection({
      ...key,
      saml_group_implicit_role_assignments: [{ role_id: "stytch_admin", group: "Ops" }],
    });
    const email = address();
    const sso_token = await arrive(key, email, { provider_groups: "Ops", provider_name: "Bob" });
    assert.match(sso_token, token);
    const got = await sso.authenticate({ sso_token });
    like(got, { member_authenticated: true, organization_id: org.organization_id, session_token: token });
    like(got.member, { email_address: email, name: "Bob", status: "active", is_admin: true });
    like(got.member.sso_registrations[0], { connection_id: key.connection_id, external_id: email });
    like(got.member_session.authentication_factors[0], { type: "sso", delivery_method: "sso_saml" });
    assert.deepEqual(got.member_session.roles, ["stytch_member", "stytch_admin"]);
    await refused(404, "sso_token_not_found", sso.authenticate({ sso_token }));
    await api.organizations.update({ organization_id: org.organization_id, sso_jit_provisioning: "NOT_ALLOWED" });
    await refused(
      400,
      "invalid_connection_for_jit_provisioning",
      sso.authenticate({ sso_token: await arrive(key, address()) }),
    );
  },

  "saml.createConnection creates a pending connection": async () => {
    const { organization_id } = await organization();
    const { connection } = await sso.saml.createConnection({ organization_id, identity_provider: "okta" });
    like(connection, { status: "pending", identity_provider: "okta", connection_id: id("saml-connection") });
    await refused(400, "invalid_sso_idp", sso.saml.createConnection({ organization_id, identity_provider: "x" }));
    await refused(404, "organization_not_found", sso.saml.createConnection({ organization_id: "none" }));
  },

  "saml.updateConnection completes a connection": async () => {
    const { key } = await connected(await organization());
    const update = (fields) => sso.saml.updateConnection({ ...key, ...fields });
    await refused(400, "invalid_x509_certificate", update({ x509_certificate: "x" }));
    await refused(400, "saml_connection_email_mapping_required", update({ attribute_mapping: {} }));
    await refused(404, "saml_connection_not_found", update({ connection_id: "none" }));
  },

  "saml.updateByURL reads the metadata of the provider": async () => {
    const { key, connection } = await connected(await organization());
    const pem = connection.signing_certificates[0].certificate;
    await served(
      () => metadata("urn:idp", pem),
      async (metadata_url) => {
        const { connection } = await sso.saml.updateByURL({ ...key, metadata_url });
        like(connection, { idp_entity_id: "urn:idp", idp_sso_url: "https://idp.example/sso", status: "active" });
      },
    );
    await served(
      () => "<!DOCTYPE x><x/>",
      (metadata_url) =>
        refused(400, "invalid_xml_from_saml_metadata_url", sso.saml.updateByURL({ ...key, metadata_url })),
    );
    await refused(400, "invalid_saml_metadata_url", sso.saml.updateByURL({ ...key, metadata_url: "x" }));
  },

  "saml.deleteVerificationCertificate keeps the last one": async () => {
    const { key, connection } = await connected(await organization());
    const remove = (certificate_id) => sso.saml.deleteVerificationCertificate({ ...key, certificate_id });
    const { certificate_id } = connection.verification_certificates[0];
    await refused(400, "cannot_delete_last_sso_verification_key", remove(certificate_id));
    await refused(404, "sso_verification_key_not_found", remove("none"));
    const { connection: pending } = await sso.saml.createConnection({ organization_id: key.organization_id });
    key.connection_id = pending.connection_id;
    const { connection: two } = await sso.saml.updateConnection({
      ...key,
      x509_certificate: pending.signing_certificates[0].certificate,
    });
    const removed = await remove(two.verification_certificates[0].certificate_id);
    assert.equal(removed.certificate_id, two.verification_certificates[0].certificate_id);
  },

  "saml.deleteEncryptionPrivateKey deletes a key": async () => {
    const { key } = await connected(await organization());
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const saml_encryption_private_key = privateKey.export({ type: "pkcs1", format: "pem" });
    const { connection } = await sso.saml.updateConnection({ ...key, saml_encryption_private_key });
    const { private_key_id, private_key } = connection.encryption_private_keys[0];
    assert.equal(private_key, saml_encryption_private_key);
    const remove = () => sso.saml.deleteEncryptionPrivateKey({ ...key, private_key_id });
    assert.equal((await remove()).private_key_id, private_key_id);
    await refused(404, "sso_encryption_private_key_not_found", remove());
    key.connection_id = "none";
    await refused(404, "saml_connection_not_found", remove());
  },

  "oidc.updateConnection reads the metadata of the issuer": async () => {
    const { organization_id } = await organization();
    const { connection } = await sso.oidc.createConnection({ organization_id, display_name: "Keycloak" });
    like(connection, { status: "pending", custom_scopes: "openid email profile", connection_id: id("oidc-connection") });
    const key = { organization_id, connection_id: connection.connection_id };
    const credentials = { client_id: "client", client_secret: "secret" };
    await served(
      (url) =>
        JSON.stringify({
          issuer: url,
          authorization_endpoint: `${url}/auth`,
          token_endpoint: `${url}/token`,
          userinfo_endpoint: `${url}/me`,
          jwks_uri: `${url}/keys`,
        }),
      async (issuer) => {
        const updated = await sso.oidc.updateConnection({ ...key, ...credentials, issuer });
        like(updated, { warning: "" });
        like(updated.connection, { status: "active", token_url: `${issuer}/token`, jwks_url: `${issuer}/keys` });
      },
    );
    const unread = await sso.oidc.updateConnection({ ...key, issuer: "http://127.0.0.1:1" });
    assert.ok(unread.warning);
    const update = (fields) => sso.oidc.updateConnection({ ...key, ...fields });
    await refused(400, "oidc_connection_issuer_url_invalid_format", update({ issuer: "x" }));
    await refused(404, "oidc_connection_not_found", update({ connection_id: "none" }));
    await refused(400, "invalid_sso_idp", sso.oidc.createConnection({ organization_id, identity_provider: "x" }));
    await refused(404, "organization_not_found", sso.oidc.createConnection({ organization_id: "none" }));
  },

  "external connections refer to those of other organizations": async () => {
    const { organization_id } = await organization();
    const { key: theirs } = await connected(await organization());
    const create = (fields) =>
      sso.external.createConnection({
        organization_id,
        external_organization_id: theirs.organization_id,
        external_connection_id: theirs.connection_id,
        ...fields,
      });
    const { connection } = await create({ display_name: "Theirs" });
    like(connection, { status: "active", external_connection_id: theirs.connection_id, display_name: "Theirs" });
    await refused(400, "duplicate_external_sso_connection", create());
    await refused(404, "external_connection_id_not_found", create({ external_connection_id: "none" }));
    const key = { organization_id, connection_id: connection.connection_id };
    const roles = { external_connection_implicit_role_assignments: [{ role_id: "stytch_admin" }] };
    const updated = await sso.external.updateConnection({ ...key, ...roles });
    like(updated.connection, roles);
    await refused(
      400,
      "sso_connection_organization_mismatch",
      sso.external.updateConnection({ ...key, organization_id: theirs.organization_id }),
    );
    await refused(
      404,
      "sso_connection_not_found",
      sso.external.updateConnection({ ...key, connection_id: "none" }),
    );
  },
};
