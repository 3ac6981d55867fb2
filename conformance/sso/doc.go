// Package sso has no code of its own: its test logs people in to the emulator through an OIDC provider that others have
// written, zitadel/oidc.
package sso
