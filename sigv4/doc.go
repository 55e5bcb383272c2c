// Package sigv4 signs HTTP requests with AWS Signature Version 4, and verifies
// them as the AWS front end does: same order of checks, same answers.
//
// A signed request carries its claim either in a header
//
//	Authorization: AWS4-HMAC-SHA256 Credential=AKID/20150830/us-east-1/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature=5d67…
//
// or, presigned, in the query string (X-Amz-Algorithm, X-Amz-Credential,
// X-Amz-Date, X-Amz-SignedHeaders, X-Amz-Signature). The signature is
//
//	hex(HMAC(key, "AWS4-HMAC-SHA256\n" + time + "\n" + scope + "\n" + hex(SHA256(canonical request))))
//
// where key is derived from the secret, once for each day, region and service,
// and the canonical request is
//
//	method \n canonical path \n canonical query \n name:value\n of each signed header \n signed header names \n hex(SHA256(body))
//
// Verification is three steps, so that the one that needs a store lies between
// two pure ones and so that each can be tested alone:
//
//	sig, err := sigv4.Parse(r)               // what does the request claim? (checks 4 to 9)
//	err = sig.Check(now, scope)              // is the claim fresh, and meant for us? (10 to 13)
//	secret := lookUp(sig.AccessKeyID)        // the caller's: tokens and keys (14, 15)
//	err = sig.Verify(r, key, payloadHash)    // is it proven? (16)
//
// Verify alone proves who signed, not when: a caller that leaves out Check
// accepts replays for ever.
//
// Every refusal is an [*Error] with the code, the status and the sentence of
// the protocol. The numbers of the checks are those of the order in which AWS
// makes them; where AWS is silent, docs/choices.md has what we chose.
//
// The package does no I/O, has no clock, and reads no body: the caller hashes
// what it received. UNSIGNED-PAYLOAD, chunked signing and SigV4A are not
// supported; requests that use them do not verify.
package sigv4
