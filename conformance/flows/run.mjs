// Runs all checks, one after another, and prints a line of JSON for each: its name, and what is wrong if it fails.
import connectedApps from "./checks/connectedapps.mjs";
import impersonation from "./checks/impersonation.mjs";
import discovery from "./checks/discovery.mjs";
import errors from "./checks/errors.mjs";
import keys from "./checks/keys.mjs";
import m2m from "./checks/m2m.mjs";
import magicLinks from "./checks/magiclinks.mjs";
import memberApps from "./checks/memberapps.mjs";
import memberEmail from "./checks/memberemail.mjs";
import memberFactors from "./checks/memberfactors.mjs";
import members from "./checks/members.mjs";
import memberSearch from "./checks/membersearch.mjs";
import oauth from "./checks/oauth.mjs";
import organizations from "./checks/organizations.mjs";
import organizationSearch from "./checks/organizationsearch.mjs";
import otps from "./checks/otps.mjs";
import passwords from "./checks/passwords.mjs";
import product from "./checks/product.mjs";
import project from "./checks/project.mjs";
import rbac from "./checks/rbac.mjs";
import secondFactors from "./checks/secondfactors.mjs";
import scim from "./checks/scim.mjs";
import sessions from "./checks/sessions.mjs";
import sso from "./checks/sso.mjs";
import tokens from "./checks/tokens.mjs";

const services = {
  organizations,
  organizationSearch,
  members,
  memberSearch,
  memberFactors,
  memberEmail,
  memberApps,
  magicLinks,
  otps,
  passwords,
  secondFactors,
  oauth,
  connectedApps,
  discovery,
  sessions,
  sso,
  impersonation,
  tokens,
  rbac,
  scim,
  m2m,
  project,
  errors,
  product,
  keys,
};

for (const [service, checks] of Object.entries(services)) {
  for (const [name, check] of Object.entries(checks)) {
    const line = { check: `${service}: ${name}` };
    try {
      await check();
    } catch (error) {
      line.error = error.stack ?? String(error);
    }
    console.log(JSON.stringify(line));
  }
}
