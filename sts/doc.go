// Package sts calls the Security Token Service, API version 2011-06-15: the
// real one, a Daypass, or whatever speaks its protocol.
//
//	client, err := sts.New(sts.Config{Region: "eu-west-1", Credentials: credentials.Environment()})
//	…
//	session, err := client.AssumeRole(ctx, &sts.AssumeRoleInput{
//		RoleArn: "arn:aws:iam::123456789012:role/deployer", RoleSessionName: "build-42",
//	})
//
// A [Client] has a method for each of the eleven operations. It signs, sends
// again what is worth it (throttling, faults of the service or the network, a clock
// that was wrong), and bounds what it sends and reads. A refusal is an [APIError];
// the modelled ones have types of their own, such as [ExpiredTokenException].
//
// Inputs are plain values that the caller may get wrong: but for required
// parameters the service decides. A field at its zero value is not sent.
//
// The output structs are also what Daypass's server encodes. On the wire an answer is XML, or JSON when the request accepts it:
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
// The fields of an output are the elements, in the order the server writes them. An empty
// string, a nil pointer and the zero time are not there at all: PackedPolicySize
// is a pointer because 0 (GetFederationToken without a policy) and absent
// (AssumeRole without one) are different answers.
package sts
