// Package sts holds the answers of the Security Token Service, API version
// 2011-06-15. The server encodes these structs and a client decodes them.
//
// On the wire an answer is XML, or JSON when the request accepts it:
//
//	<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
//	  <GetCallerIdentityResult>
//	    <UserId>AIDARZPUZDIKEXAMPLE01</UserId>
//	    <Account>123456789012</Account>
//	    <Arn>arn:aws:iam::123456789012:user/Ann</Arn>
//	  </GetCallerIdentityResult>
//	  <ResponseMetadata>
//	    <RequestId>c6104cbe-af31-11e0-8154-cbc7ccf896c7</RequestId>
//	  </ResponseMetadata>
//	</GetCallerIdentityResponse>
//
// The fields are the elements, in the order the server writes them. An empty
// string, a nil pointer and the zero time are not there at all: PackedPolicySize
// is a pointer because 0 (GetFederationToken without a policy) and absent
// (AssumeRole without one) are different answers.
package sts
