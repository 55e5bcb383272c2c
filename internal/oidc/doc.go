// Package oidc verifies the tokens of OpenID Connect providers, and gets the
// keys that they are verified with.
//
// A token is a compact JWS (RFC 7515): three parts in base64url, of which the
// first two are JSON.
//
//	eyJhbGciOiJSUzI1NiIsImtpZCI6ImsxIn0 . eyJpc3MiOiJodHRwczovL2lkcC5leGFtcGxlIn0 . c2lnbmF0dXJl
//	{"alg":"RS256","kid":"k1"}            {"iss":"https://idp.example", …}           signature
//
// [Parse] takes one apart and refuses what two readers might read differently:
// members twice, trailing data, base64 with more than one spelling. [Token.Verify]
// proves it with the keys of a provider and reads its claims. Both are pure.
// Nothing in a token says how it is to be verified: the key fixes the algorithm,
// and the token's kid only chooses among the keys that the provider published.
//
// [Source] has those keys: it asks the issuer's discovery document where they
// are, fetches and keeps them. Strangers decide when it is asked, so that it
// bounds how often it asks others. [Fetcher] is how it asks, over TLS, and only
// of addresses that are not the operator's own network.
//
// A refusal is an *awserr.Error with the protocol's words and a *proof.Failure
// with the true cause.
package oidc
