// Package credentials finds the keys that requests are signed with, and keeps
// temporary ones fresh.
//
// A [Provider] answers [Credentials]. Some read what is there: [Static],
// [Environment], [Process], [Container], [Instance]. Those that call STS (a role, a
// web identity, a session) are in package sts, which also turns a profile of the
// shared files into a provider. [NewCache] stands before any of them: it renews
// ahead of expiry, once for however many callers wait, and goes on with credentials
// that are still good when a renewal fails.
//
// A provider that has nothing to say (no such variable, not on an instance)
// answers an error for which errors.Is([ErrNotFound]) holds, and a [Chain] asks the
// next one. Any other error ends the search: what was configured and does not work
// must not be passed over in silence for somebody else's identity.
//
// Secrets do not print: [Credentials] shows as its access key id, whatever the verb.
package credentials
